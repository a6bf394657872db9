"""A procedural nursery: pictures of beds, crates and plug trays with exact truth (development tool, needs Blender).

The flow: `plan` (seeded, plain data) -> `stage` (puts the plan into Blender) -> `render` -> `truth` -> `phone` -> `write`.
Only `stage`, `surfaces` and `render` import `bpy`; everything else is numpy and OpenCV.
"""
