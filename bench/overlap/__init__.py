"""Measures how well plants that two photos of a visit both show are counted once."""
