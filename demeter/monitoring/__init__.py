"""Pages and endpoints for administrators and monitoring programs. Reads every app; no app imports it."""
