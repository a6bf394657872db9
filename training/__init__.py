"""Training of the two models: developer tools, never imported by the web application."""
