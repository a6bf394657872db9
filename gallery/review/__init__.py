"""The review queue, corrections and sign-off."""
