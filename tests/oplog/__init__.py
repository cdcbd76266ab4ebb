"""The op log: its lines, batches, readers and writer."""
