"""Formats of feeds and of `mlentory export`."""
