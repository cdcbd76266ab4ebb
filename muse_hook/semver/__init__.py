"""What a delta means for the version number."""
