"""Pages that other pages lead to before they know more than their name."""

# Where the places of a nursery are made.
PLACES_PAGE = "places-build"
