"""Posts of newsletters on Substack, whole where everybody may read them."""

TITLE = "Substack"
"""The name for people."""
