"""How far the counts are from the truth, on renders and on real photos: `python -m bench.accuracy --help`.

`truth` reads pictures with what is known about them, `measure` runs the product's pipeline on them, `matching` and
`metrics` are the arithmetic (pure), `summary` makes the figures, `page`, `plots` and `pictures` show them.
"""
