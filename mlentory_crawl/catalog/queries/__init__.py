"""Queries of the catalog, with typed results."""
