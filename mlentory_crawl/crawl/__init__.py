"""A run: its pages, batches, outcomes, report and seed list."""
