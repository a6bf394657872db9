"""Benchmarks, outside the web application: accuracy, speed, faults, matching of locations."""
