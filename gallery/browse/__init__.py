"""Many photos: the grid, its filters, bulk actions, downloads and the trash."""
