"""Watch: following the logs live, from a cursor or a checkpoint on."""
