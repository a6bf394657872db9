"""Places from files and back: upload, columns, preview, one step that applies it; export; missing QR codes."""
