"""Catch-up chooses the commits to record, and the session of each."""
