"""Owners of repositories on the Hugging Face Hub as people and organizations: only their public names."""

from __future__ import annotations

from collections.abc import Mapping

from fair4ml.describe.draft import Draft
from fair4ml.entities import Description, Organization, Person
from fair4ml.identifiers import hugging_face_owner
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.owners_source import Owner

PROVENANCE: Mapping[str, tuple[str, str]] = {
    "name": ("fullname", "stated"),
    "url": ("name", "constructed"),
    "identifier": ("name", "stated"),
}
"""The source field that gives each property, and how."""

FURTHER_SOURCES: Mapping[str, str] = {"name": "name"}
"""Further fields that the properties depend on."""


@describe.register
def describe_owner(source: Owner) -> Description:
    """Map the Hub's overview of an owner; see `describe`."""
    iri = hugging_face_owner(source.name)
    draft = Draft(iri)
    fullname = (source.fullname or "").strip()
    if not fullname:
        draft.exceptions["name"] = "name"
    kind = Organization if source.kind == "organization" else Person
    return draft.finish(kind(iri=iri, name=fullname or source.name, url=iri, identifier=[source.name]), {})
