"""QR labels of locations: written as a PDF, read in photos. Pure."""
