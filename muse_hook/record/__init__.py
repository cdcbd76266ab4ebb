"""How a commit gets into the log: its delta, its batch, one write."""
