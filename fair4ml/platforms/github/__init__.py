"""GitHub: repositories, CITATION.cff, CodeMeta."""

TITLE = "GitHub"
"""The name for people."""
