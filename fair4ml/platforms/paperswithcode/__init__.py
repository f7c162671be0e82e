"""Papers with Code: its API and its archive."""

TITLE = "Papers with Code"
"""The name for people."""

CENSUS_KINDS = ("paper", "task", "method", "dataset", "evaluation")
"""The kinds of records that a census lists completely."""
