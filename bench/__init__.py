"""Measurements of the product, outside the web application: accuracy, speed, faults, the match of locations."""
