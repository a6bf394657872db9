"""The upload page and its API."""
