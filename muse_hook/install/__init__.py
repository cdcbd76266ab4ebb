"""Hooks in other people's repositories: put in, taken out, looked at; nothing here prints."""
