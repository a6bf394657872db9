"""Setting up a nursery: the first run, its settings, the removal of the demo, and the page that leads to all of it."""
