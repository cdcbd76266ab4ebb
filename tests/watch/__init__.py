"""Watch: following the logs, cursors and checkpoints."""
