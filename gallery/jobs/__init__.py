"""The jobs page and its API."""
