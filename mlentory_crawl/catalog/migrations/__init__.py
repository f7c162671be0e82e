"""Migrations of the catalog, one SQL file for each version of the schema: what the version before lacks."""
