"""Which commits: catch-up, backfill, and what breaks in the middle of them."""
