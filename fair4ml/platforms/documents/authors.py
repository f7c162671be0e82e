"""Authors of exported documents: people who have a page, users of the collection, or parts of what they wrote."""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.describe.writing import Author, author_within
from fair4ml.entities import Organization, Person, Stub
from fair4ml.identifiers import UUID_URN, document_id, part_iri
from fair4ml.platforms.documents.exported import Named
from fair4ml.read.web_addresses import canonical

_PARTS = {"person": Person, "organization": Organization}
"""The classes of authors who are parts of a repository, by the kind of part."""


def author_of_text(named: Named, iri: str) -> Author:
    """Return an author with the address of the page, else with the IRI of the user who it is.

    An author who is a part of the text has neither.

    Args:
        named: the author.
        iri: the IRI of the text.
    """
    is_part = named.id is None or named.id == str(document_id(author_within(iri, named.name or "")))
    return Author.model_construct(name=named.name, url=named.url or (None if is_part else f"{UUID_URN}{named.id}"))


def authors_of_repository(draft: Draft, authors: list[Named | None]) -> list[str]:
    """Return the IRIs of authors of a repository.

    Args:
        draft: gets the stubs and parts.
        authors: the authors, in their order.
    """
    return list(dict.fromkeys(_author(draft, each, each.name) for each in authors if each is not None and each.name))


def _author(draft: Draft, named: Named, name: str) -> str:
    if named.url is not None:
        return draft.stub(Stub(canonical(named.url), "Agent", name))
    for kind, cls in _PARTS.items():
        iri = part_iri(draft.iri, kind, name)
        if named.id in (None, str(document_id(iri))):
            return draft.part(cls(iri=iri, name=name))
    return draft.stub(Stub(f"{UUID_URN}{named.id}", "Agent", name))
