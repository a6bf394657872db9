"""Help inside the app: a short page for each task."""
