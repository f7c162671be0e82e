"""The fields of exported documents that give each property, by kind of record."""

from __future__ import annotations

from collections.abc import Mapping

_TEXT: Mapping[str, tuple[str, str]] = {
    "name": ("content", "normalized"),
    "alternativeHeadline": ("content", "normalized"),
    "url": ("canonical_url", "normalized"),
    "description": ("description", "normalized"),
    "author": ("authors", "linked"),
    "datePublished": ("published_at", "normalized"),
    "dateModified": ("modified_at", "normalized"),
    "inLanguage": ("language", "linked"),
    "languageTag": ("language", "normalized"),
    "keywords": ("tags", "stated"),
    "license": ("license", "looked up"),
    "image": ("image", "stated"),
    "mentions": ("mentions", "linked"),
    "about": ("mentions, content", "linked"),
    "relation": ("content", "compared"),
    "additionalProperty": ("content", "compared"),
}
"""The field of each property, and how it gives the value."""
_TEXT_FURTHER: Mapping[str, str] = {
    "url": "canonical_url, link",
    "description": "description, content",
    "inLanguage": "language, content",
    "languageTag": "language, content",
    "mentions": "mentions, content",
}
"""Further fields that the properties depend on."""

PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "article": _TEXT,
    "post": _TEXT,
    "repository": {
        "name": ("link", "constructed"),
        "url": ("link", "normalized"),
        "description": ("description", "normalized"),
        "author": ("authors", "linked"),
        "datePublished": ("published_at", "normalized"),
        "dateModified": ("modified_at", "normalized"),
        "keywords": ("tags", "stated"),
        "license": ("license", "looked up"),
        "mentions": ("mentions", "linked"),
    },
    "user": {"name": ("full_name", "stated"), "url": ("canonical_url", "stated")},
}

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {
    "article": _TEXT_FURTHER,
    "post": _TEXT_FURTHER,
    "repository": {"name": "link, name", "url": "canonical_url, link", "description": "description, content"},
    "user": {"name": "full_name, first_name, last_name", "url": "canonical_url, link"},
}
