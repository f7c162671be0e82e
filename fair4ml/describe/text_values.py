"""The names of values of texts that the vocabularies have no property for (``propertyID``)."""

from __future__ import annotations

SITE_NAME = "siteName"
"""The name of the site that a text is on."""
TEXT_SIMILARITY = "textSimilarity"
"""The likeness of a text to another one, which is the ``url`` of the value."""
