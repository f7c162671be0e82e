"""The archive of raw answers."""
