"""The command line: its frame, each command, what it prints."""
