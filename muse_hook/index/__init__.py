"""The cache over the logs: which commits are sealed, where, at which generation."""
