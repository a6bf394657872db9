"""What the rooms of the gallery share. Imports none of them."""
