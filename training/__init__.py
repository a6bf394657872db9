"""Training and measuring the two models: tools of the developer, never imported by the web app."""
