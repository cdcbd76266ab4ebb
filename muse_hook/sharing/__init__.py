"""What goes to other machines and engines: files for a warehouse, a stream, marks that clones share."""
