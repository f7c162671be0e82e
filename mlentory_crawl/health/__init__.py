"""Checks of an installation: its settings, data directory, stores, libraries and what it reaches."""
