"""Each scenario a story in a few shell lines, with real git."""
