"""The to-do list: photos that need attention, by cause."""
