"""Replay: the symbols at any commit, from the log."""
