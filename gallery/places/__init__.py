"""Locations: their pages, their configuration, the map, printed labels."""
