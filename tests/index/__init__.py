"""The index over the logs."""
