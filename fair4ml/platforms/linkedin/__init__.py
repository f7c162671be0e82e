"""Posts, articles and comments on LinkedIn, from the export that a member has of their own data."""

TITLE = "LinkedIn"
"""The name for people."""
