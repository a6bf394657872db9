"""Each module tries the cases of one kind; importing them registers their checks."""

from bench.cases.checks import dates, formats, imports, network, pages, places, requests, stock, viewer

__all__ = ["dates", "formats", "imports", "network", "pages", "places", "requests", "stock", "viewer"]
