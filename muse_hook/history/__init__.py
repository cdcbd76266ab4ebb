"""A follower of the logs that knows every symbol's story: who is who through renames and moves, in causal order."""
