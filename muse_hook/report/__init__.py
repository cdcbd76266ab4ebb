"""A page to look at: what the log says, as one HTML file that needs no network and executes nothing of it."""
