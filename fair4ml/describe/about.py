"""What an answer of a platform's API is about, before any of it is mapped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """The entity that an answer, or an object in it, is about.

    Attributes:
        iri: of the entity.
        key: the native id of the record that describes it, where it says one.
        kind: of that record, where the object is the whole of what is mapped.
    """

    iri: str
    key: str | None = None
    kind: str | None = None
