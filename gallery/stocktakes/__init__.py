"""The counting plan, the walk through the bays, and stocktakes."""
