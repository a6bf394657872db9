"""How long pages take with 10,000 to 1,000,000 photos: `python -m bench.pages [sizes]`; writes docs/pages.md and
pages.csv.

`fill` writes a nursery of five years by SQL into a temporary PostgreSQL, `visits` lists the pages and their targets,
`__main__` requests each and writes the table.
"""
