"""Papers with Code: its API and its archive."""
