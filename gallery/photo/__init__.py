"""One photo: its page, the viewer, the fixes of its problems, exports."""
