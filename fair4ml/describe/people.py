"""People who have an identifier."""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.entities import Stub
from fair4ml.identifiers import orcid


def known_person(draft: Draft, place: str, stated: str | None, name: str | None) -> str | None:
    """The IRI of the person with an ORCID iD; None if none is stated, or if it is invalid.

    Args:
        draft: gets the stub, or the issue.
        place: the field that should have the ORCID iD.
        stated: the value of the field.
        name: the person's name.
    """
    iri = orcid(stated) if stated else None
    if iri is not None:
        return draft.stub(Stub(iri, "Person", name or iri.rpartition("/")[2]))
    if stated:
        draft.issue(place, "is not an ORCID iD")
    return None
