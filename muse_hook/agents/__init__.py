"""Which coding agents and bots there are, and which of them took part in a commit."""
