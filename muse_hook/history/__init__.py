"""The history: a follower of the logs that knows which symbol is which through renames and moves."""
