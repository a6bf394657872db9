"""What people record about plants: documents of movements, batches, and spreadsheets of both."""
