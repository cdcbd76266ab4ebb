"""Which language a path is in: rows of data, query files, grammars."""
