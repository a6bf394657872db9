"""Photos that were taken on one visit to a location count as one."""
