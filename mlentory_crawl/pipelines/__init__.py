"""Item pipelines, one for each step: validation, mapping, the catalog, and each projection."""
