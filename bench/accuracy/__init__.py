"""How far the counts are from the truth, on renders and on real photos: `python -m bench.accuracy --help`.

`truth` reads pictures with their truth, `measure` runs the product's pipeline on them and `signs` records its
intermediate results; `matching`, `metrics`, `judging` and `separation` are the arithmetic (pure); `summary` computes
the statistics, `page`, `appendix`, `plots` and `pictures` show them; `doubt` looks for signs of wrong counts.
"""
