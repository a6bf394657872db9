"""The stock of the nursery: sums, the bays behind them, and what changed."""
