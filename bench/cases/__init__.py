"""Runs the cases of a folder on a running Demeter as people and programs use it: over HTTP and in Chromium.

`table` reads the expectations, `demeter` accesses Demeter, each module of `checks` runs the cases of one kind,
`instance` starts a Demeter for them. A case without a check is reported as failed.
"""
