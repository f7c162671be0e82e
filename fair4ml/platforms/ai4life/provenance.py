"""The fields of the zoo's records that give each property."""

from __future__ import annotations

from collections.abc import Mapping

_FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("manifest.name", "stated"),
    "url": ("id", "constructed"),
    "identifier": ("id, manifest.id, manifest.config", "stated"),
    "sameAs": ("id, manifest.id", "constructed"),
    "description": ("manifest.description", "stated"),
    "author": ("manifest.authors", "linked"),
    "creator": ("manifest.authors", "linked"),
    "maintainer": ("manifest.maintainers", "linked"),
    "sharedBy": ("manifest.packaged_by, manifest.uploader", "linked"),
    "contributor": ("manifest.weights", "linked"),
    "license": ("manifest.license", "looked up"),
    "keywords": ("manifest.tags", "stated"),
    "citation": ("manifest.cite", "stated"),
    "referencePublication": ("manifest.cite", "normalized"),
    "trainedOn": ("manifest.training_data", "linked"),
    "wasDerivedFrom": ("manifest.parent", "linked"),
    "qualifiedDerivation": ("manifest.parent", "linked"),
    "modelCategory": ("manifest.weights", "stated"),
    "distribution": ("manifest.weights, manifest.download_url", "linked"),
    "additionalProperty": ("manifest.inputs, manifest.outputs, manifest.weights, manifest", "stated"),
    "codeRepository": ("manifest.git_repo", "linked"),
    "readme": ("manifest.documentation", "constructed"),
    "dateCreated": ("created_at", "normalized"),
    "dateModified": ("last_modified", "normalized"),
    "version": ("manifest.version", "stated"),
    "softwareVersion": ("manifest.version", "stated"),
}
_FURTHER: Mapping[str, str] = {"name": "id", "version": "versions", "softwareVersion": "versions"}

_KINDS = ("model", "dataset", "application")
PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = dict.fromkeys(_KINDS, _FIELDS)
"""The source field of each property, and how it gives the value: ``stated`` as it is, ``normalized`` in form, ``looked
up`` in a table, ``linked`` to the entity of that id, or ``constructed`` as an address in the zoo's pattern."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = dict.fromkeys(_KINDS, _FURTHER)
"""Further fields that the properties depend on, where those above have no value."""
