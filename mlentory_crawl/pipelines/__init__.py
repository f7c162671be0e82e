"""Item pipelines, one for each step: validation, mapping, catalog, and each projection."""
