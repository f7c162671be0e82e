"""The subject of a response of a platform's API, known before any of it is mapped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """The entity that a response, or an object in it, is about.

    Attributes:
        iri: the IRI of the entity.
        key: the native id of the record that describes it, if the response gives one.
        kind: the kind of that record, if the object is all that is mapped.
    """

    iri: str
    key: str | None = None
    kind: str | None = None
