"""Which symbols a version of a file has, and what each of them says: the way in is `extract`."""
