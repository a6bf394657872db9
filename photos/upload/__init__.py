"""Accept files: checks, staging, rows."""
