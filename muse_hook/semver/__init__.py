"""What a delta means for the version number, each verdict with its reason."""
