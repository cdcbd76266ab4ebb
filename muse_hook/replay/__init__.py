"""The symbols at any commit, folded from the log."""
