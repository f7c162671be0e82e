"""OpenML: datasets, tasks, flows, evaluations."""

CENSUS_KINDS = ("dataset", "task", "flow", "evaluation")
"""The kinds of records that a census lists completely."""
