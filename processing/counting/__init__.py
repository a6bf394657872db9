"""The arithmetic of a count: arrays in, frozen dataclasses out; no Django, no models, no files."""
