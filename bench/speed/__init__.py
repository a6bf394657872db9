"""Seconds and memory per 12 MP photo, compared with the plain way: `python -m bench.speed --help`.

`contender` runs one of them alone in a process, so that its peak memory is its own; `__main__` compares.
"""
