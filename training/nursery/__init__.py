"""A procedural nursery: pictures of beds, crates and plug trays with exact truth (development tool, needs Blender).

The flow: `plan` (seeded, plain data) -> `stage` (puts it into Blender) -> `render` -> `truth` -> `phone` -> `write`.
Only `stage`, `surfaces`, `render` and `make`, which calls them, need `bpy`; the rest is numpy and OpenCV.
"""
