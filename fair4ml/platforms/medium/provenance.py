"""The fields of a feed that give each property of a story."""

from __future__ import annotations

from collections.abc import Mapping

from fair4ml.describe.writing import FIELDS, FURTHER_FIELDS

PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "article": {
        **FIELDS,
        "identifier": ("id", "stated"),
        "sameAs": ("id", "constructed"),
        "isAccessibleForFree": ("is_free", "normalized"),
    }
}
"""The field of each property, and how it gives the value."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {"article": FURTHER_FIELDS}
"""Further fields that the properties depend on."""
