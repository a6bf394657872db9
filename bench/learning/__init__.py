"""How well the models learn a nursery that they never saw: `python -m bench.learning --help`.

`nurseries` has the photos, `correcting` what a person leaves who corrects one, `counting` and `teaching` do the work of
the product and keep what they find (`rows`), `figures` are the arithmetic.
"""
