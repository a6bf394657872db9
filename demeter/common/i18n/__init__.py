"""Messages, numbers and dates in the language of whoever looks."""
