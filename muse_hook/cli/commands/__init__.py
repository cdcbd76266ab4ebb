"""One file a command: its arguments, its work, its two shapes of output."""
