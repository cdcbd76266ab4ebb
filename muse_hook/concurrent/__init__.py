"""Symbols changed on both sides since two commits parted: what a merge would have to settle."""
