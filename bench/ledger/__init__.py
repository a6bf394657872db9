"""How long the stock pages take with a large ledger."""
