"""The page: what it gathers, and how it is shown."""
