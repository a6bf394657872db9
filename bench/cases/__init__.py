"""The cases of a folder, tried on a running Demeter as people and programs use it: over HTTP and in Chromium.

`table` reads what is expected, `demeter` and `browser` are the two ways in, each module of `checks` tries the cases of
one kind, `instance` starts a Demeter for them. A case without a check is named so, and is not as expected.
"""
