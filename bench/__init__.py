"""Measurements of the product, outside the web application: accuracy, speed, the match of locations."""
