"""The history: which symbol an op belongs to, and what is asked of it."""
