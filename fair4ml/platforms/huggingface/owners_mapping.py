"""Owners of repositories on the Hugging Face Hub as people and organizations: only their public names."""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.entities import Description, Organization, Person
from fair4ml.identifiers import hugging_face_owner
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.owners_source import Owner


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
