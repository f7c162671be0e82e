"""The fields of Substack's API that give each property of a post."""

from __future__ import annotations

from collections.abc import Mapping

PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "article": {
        "name": ("title", "normalized"),
        "alternativeHeadline": ("subtitle", "normalized"),
        "url": ("url", "normalized"),
        "identifier": ("id", "stated"),
        "description": ("description", "normalized"),
        "author": ("publishedBylines", "linked"),
        "datePublished": ("post_date", "stated"),
        "keywords": ("postTags", "stated"),
        "isAccessibleForFree": ("audience", "looked up"),
        "image": ("cover_image", "stated"),
        "mentions": ("links", "linked"),
        "about": ("title, links, url", "linked"),
        "additionalProperty": ("publication_name, text", "stated"),
        "relation": ("text", "compared"),
    }
}
"""The field of each property, and how it gives the value."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {
    "article": {
        "description": "description, truncated_body_text, text, audience, is_preview",
        "isAccessibleForFree": "audience, is_preview",
        "image": "cover_image, image",
    }
}
"""Further fields that the properties depend on."""
