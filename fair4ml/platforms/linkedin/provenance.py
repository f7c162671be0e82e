"""The columns and fields of a member's export that give each property, by kind of record."""

from __future__ import annotations

from collections.abc import Mapping

from fair4ml.describe.writing import FIELDS, FURTHER_FIELDS

PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "post": {
        "url": ("ShareLink", "normalized"),
        "identifier": ("ShareLink", "constructed"),
        "description": ("ShareCommentary", "normalized"),
        "author": ("author", "linked"),
        "datePublished": ("Date", "normalized"),
        "conditionsOfAccess": ("Visibility", "stated"),
        "image": ("MediaUrl", "stated"),
        "mentions": ("SharedUrl, MediaUrl, ShareCommentary", "linked"),
        "about": ("ShareLink", "linked"),
        "relation": ("ShareCommentary", "compared"),
        "additionalProperty": ("ShareCommentary", "compared"),
    },
    "article": FIELDS,
    "comment": {
        "url": ("Link", "normalized"),
        "description": ("Message", "normalized"),
        "author": ("author", "linked"),
        "datePublished": ("Date", "normalized"),
        "mentions": ("Message", "linked"),
        "parentItem": ("Link", "normalized"),
    },
}
"""The column of each property, and how it gives the value."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {
    "article": FURTHER_FIELDS,
    "comment": {"url": "Link, Date"},
}
"""Further fields that the properties depend on."""
