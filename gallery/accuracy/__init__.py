"""How accurate the counts are, and the factors for counts that lean one way."""
