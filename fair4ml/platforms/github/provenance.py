"""The fields of GitHub's records that give each property, by kind of record."""

from __future__ import annotations

from collections.abc import Mapping

_REPOSITORY: Mapping[str, tuple[str, str]] = {
    "name": ("full_name", "stated"),
    "url": ("full_name", "constructed"),
    "identifier": ("full_name", "stated"),
    "description": ("description", "stated"),
    "maintainer": ("owner", "linked"),
    "dateCreated": ("created_at", "stated"),
    "dateModified": ("pushed_at", "stated"),
    "license": ("license", "looked up"),
    "keywords": ("topics", "stated"),
    "discussionUrl": ("has_discussions", "constructed"),
    "additionalProperty": (
        "language, homepage, default_branch, mirror_url, parent, source, template_repository, fork, archived, disabled",
        "stated",
    ),
}
"""The field of each property, and how it gives the value: ``stated`` as it is, ``looked up`` in a table, ``linked`` to
the entity of that name, or ``constructed`` as an address in GitHub's pattern."""
_REPOSITORY_FURTHER: Mapping[str, str] = {"discussionUrl": "full_name", "additionalProperty": "is_template"}
"""Further fields that the properties depend on."""

CITATION_FILE, CODEMETA_FILE = "CITATION.cff", "codemeta.json"

_IN_CITATION = {
    "description": "abstract",
    "author": "authors",
    "version": "version",
    "identifier": "doi, identifiers",
    "datePublished": "date-released",
    "license": "license, license-url",
    "keywords": "keywords",
    "citation": "preferred-citation, references",
    "referencePublication": "preferred-citation",
    "additionalProperty": "title",
}
_METHODS = {
    "author": "linked",
    "identifier": "normalized",
    "license": "looked up",
    "referencePublication": "normalized",
}
_CITATION: Mapping[str, tuple[str, str]] = {
    "name": ("full_name", "stated"),
    **{name: (f"{CITATION_FILE}: {key}", _METHODS.get(name, "stated")) for name, key in _IN_CITATION.items()},
}
"""The key of the file that gives each property, and how it gives the value."""

_IN_CODEMETA = {
    "description": ("description", "stated"),
    "author": ("author", "linked"),
    "contributor": ("contributor", "linked"),
    "maintainer": ("maintainer", "linked"),
    "version": ("version, softwareVersion", "stated"),
    "identifier": ("identifier", "normalized"),
    "datePublished": ("datePublished", "stated"),
    "license": ("license", "looked up"),
    "keywords": ("keywords", "stated"),
    "referencePublication": ("referencePublication", "normalized"),
    "additionalProperty": ("name, programmingLanguage, softwareRequirements, developmentStatus", "stated"),
}
_CODEMETA: Mapping[str, tuple[str, str]] = {
    "name": ("full_name", "stated"),
    **{name: (f"{CODEMETA_FILE}: {key}", method) for name, (key, method) in _IN_CODEMETA.items()},
}
"""The term in the file that gives each property, and how it gives the value."""

_NAME = {"name": ("full_name", "stated")}

PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "repository": _REPOSITORY,
    "citation": _CITATION,
    "codemeta": _CODEMETA,
    "readme": {**_NAME, "mentions": ("text", "linked")},
    "tree": {**_NAME, "additionalProperty": ("count, truncated, left_out, is_empty", "stated")},
    "language": {**_NAME, "additionalProperty": ("languages", "stated")},
    "release": {**_NAME, "additionalProperty": ("releases", "stated")},
}

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {"repository": _REPOSITORY_FURTHER}
