"""Data sets as files that other programs read and write: COCO and YOLO."""
