"""arXiv."""

LOOK_UPS = {"articles": ("article",)}
"""The look-ups of what records name, and the kinds of records that each brings."""
