"""The catalog: the SQLite database that holds every record, and the only SQL on it."""
