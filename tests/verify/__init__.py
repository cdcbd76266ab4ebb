"""What verify finds wrong with a log, and what it does not."""
