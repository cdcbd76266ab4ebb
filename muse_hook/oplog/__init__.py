"""The op log: one file of JSON lines a session, appended to and never rewritten."""
