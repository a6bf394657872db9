"""What the endpoints of the API take and answer, as JSON Schema."""
