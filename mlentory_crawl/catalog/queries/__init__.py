"""Questions to the catalog, and their answers as typed results."""
