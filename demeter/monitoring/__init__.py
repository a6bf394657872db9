"""What administrators and monitoring programs see. Reads every app; no app imports it."""
