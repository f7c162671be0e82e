"""Stories on Medium, as its feeds give them: the newest ones of an author, a publication or a tag."""

TITLE = "Medium"
"""The name for people."""
