"""Places from GeoJSON files."""
