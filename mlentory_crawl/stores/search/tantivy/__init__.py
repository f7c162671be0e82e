"""The search index in the data directory."""
