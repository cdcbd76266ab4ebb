"""The one way to record, its workers, its budget."""
