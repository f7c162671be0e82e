"""Projections of the catalog: which are on, how they catch up, and the processes that do it."""
