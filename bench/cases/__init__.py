"""The cases of a folder, tried on a running Demeter as people and programs use it: over HTTP and in Chromium.

`table` reads what is expected, `demeter` and `browser` are the two ways in, each module of `checks` tries the cases of
one kind. A case that no program can try is left to a person and named so.
"""
