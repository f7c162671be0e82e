"""The catalog: the SQLite database that holds every record, and all SQL on it."""
