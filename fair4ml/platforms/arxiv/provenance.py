"""The elements of arXiv's entries that give each property."""

from __future__ import annotations

from collections.abc import Mapping

_FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("title", "normalized"),
    "url": ("id", "constructed"),
    "identifier": ("id", "normalized"),
    "sameAs": ("doi", "normalized"),
    "description": ("summary", "normalized"),
    "author": ("author", "linked"),
    "datePublished": ("published", "stated"),
    "dateModified": ("updated", "stated"),
    "version": ("id", "stated"),
    "archivedAt": ("id", "constructed"),
    "keywords": ("category", "stated"),
    "license": ("link", "looked up"),
    "distribution": ("link", "linked"),
    "additionalProperty": ("primary_category, journal_ref, comment", "stated"),
}

PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = {"article": _FIELDS}
"""The element of each property, and how it gives the value: ``stated`` as it is, ``normalized`` in form, ``looked up``
in a table, ``linked`` to the entity of that id, or ``constructed`` as an address in arXiv's pattern."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {}
"""Further elements that the properties depend on."""
