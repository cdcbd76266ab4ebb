"""Which symbol became which, over all files of one commit."""
