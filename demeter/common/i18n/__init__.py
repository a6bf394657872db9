"""Messages, numbers and dates in the language of the user."""
