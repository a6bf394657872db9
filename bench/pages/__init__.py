"""How long pages take with 10,000 to 1,000,000 photos: `python -m bench.pages [sizes]`; writes docs/pages.md.

`fill` writes a nursery of five years by SQL into a throw-away PostgreSQL, `visits` names the pages and their targets,
`__main__` asks for each and makes the table.
"""
