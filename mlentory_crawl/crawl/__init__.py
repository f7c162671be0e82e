"""A run: its plan, seed list, pages, batches, cursor, outcomes, report and verdict."""
