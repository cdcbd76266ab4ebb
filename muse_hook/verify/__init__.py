"""Verify: the logs against themselves, against Git, and replayed against the trees."""
