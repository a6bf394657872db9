"""How far the counts are from the truth, on renders and on real photos: `python -m bench.accuracy --help`.

`truth` reads pictures with what is known about them, `measure` runs the product's pipeline on them and `signs` notes
what it saw; `matching`, `metrics`, `judging` and `separation` are the arithmetic (pure); `summary` makes the figures,
`page`, `appendix`, `plots` and `pictures` show them; `doubt` looks for signs of wrong counts in them.
"""
