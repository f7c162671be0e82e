"""The BioImage Model Zoo of AI4Life."""

TITLE = "AI4Life"
"""The name for people."""

CENSUS_KINDS = ("model", "dataset", "application")
"""The kinds of records that a census lists completely."""
