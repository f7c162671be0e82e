"""The BioImage Model Zoo of AI4Life."""

CENSUS_KINDS = ("model", "dataset", "application")
"""The kinds of records that a census lists completely."""
