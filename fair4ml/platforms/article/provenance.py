"""The fields of a page that give each property."""

from __future__ import annotations

from collections.abc import Mapping

from fair4ml.describe.writing import FIELDS, FURTHER_FIELDS

PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = {"article": {**FIELDS, "dateCreated": ("created", "stated")}}
"""The field of each property, and how it gives the value."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {"article": FURTHER_FIELDS}
"""Further fields that the properties depend on."""
