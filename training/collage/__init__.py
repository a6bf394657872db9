"""Nursery scenes pasted together from photographs of single plants, with exact boxes.

The method is Cut, Paste and Learn (Dwibedi, Misra and Hebert, ICCV 2017): a detector learns real leaves from real
cut-outs, and the scene around them may be drawn. `python -m training.collage --help` makes tiles; the same seed makes
the same tiles.
"""
