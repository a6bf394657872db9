"""Shared by the pages of the admin."""
