"""Learning: the corrected photos of a nursery as data sets, and what is trained on them."""
