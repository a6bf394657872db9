"""Models: the data sets of corrected photos."""
