"""Answers of the catalog for notebooks: as HTML, and as Arrow tables."""
