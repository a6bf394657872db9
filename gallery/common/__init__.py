"""Shared by the packages of the gallery. Imports none of them."""
