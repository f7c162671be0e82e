"""Terms that repositories and their files name: licenses, people and organizations, and works to be cited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fair4ml.describe.articles import cited_article
from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import is_web_address, stated_licenses
from fair4ml.describe.people import known_person
from fair4ml.entities import Agent, Organization, Person, ScholarlyArticle, Stub
from fair4ml.identifiers import doi, part_iri

_CLASSES = {"person": Person, "organization": Organization, "agent": Agent}
_MAX_TITLE = 500


@dataclass(frozen=True, slots=True)
class Named:
    """A person or an organization that a file names.

    Attributes:
        name: the full name.
        kind: ``person``, ``organization`` or, if the file does not say, ``agent``.
        orcid: the value where an ORCID iD is expected.
    """

    name: str | None
    kind: str
    orcid: str | None = None


def agents(draft: Draft, place: str, named: Iterable[Named | None]) -> list[str]:
    """The IRIs of people and organizations: by their ORCID iD, else as a part of the repository.

    Args:
        draft: gets the stubs and parts.
        place: the field that names them.
        named: the people and organizations, in their order.
    """
    found: dict[str, None] = {}
    for position, each in enumerate(named):
        if each is None:
            continue
        iri = known_person(draft, f"{place}.{position}.orcid", each.orcid, each.name)
        if iri is not None:
            found[iri] = None
        elif each.name:
            part = part_iri(draft.iri, each.kind, each.name)
            found[draft.part(_CLASSES[each.kind](iri=part, name=each.name))] = None
        else:
            draft.issue(f"{place}.{position}", "does not name a person or organization")
    return list(found)


def licenses(draft: Draft, place: str, stated: Iterable[str | None]) -> list[str]:
    """The IRIs of licenses: those of SPDX, else one at its address, or one of the repository's owner.

    Args:
        draft: gets the stubs and parts.
        place: the field that names them.
        stated: identifiers, names or addresses.
    """
    owner = draft.iri.rpartition("/")[0]
    return stated_licenses(draft, owner, [(f"{place}.{position}", text) for position, text in enumerate(stated)])


def publication(draft: Draft, title: str | None, addresses: Iterable[str | None], *, known: bool) -> str | None:
    """The IRI of a publication: its number on arXiv, its DOI, else as a part of the repository with its title.

    Args:
        draft: gets the stub or part.
        title: its title.
        addresses: its DOIs, arXiv numbers and other addresses.
        known: whether the file says that it is a publication; else only a DOI or arXiv can tell.

    Returns:
        None if it is not known to be a publication.
    """
    given = [text.strip() for text in addresses if text and text.strip()]
    for text in given:
        stub = cited_article(text)
        if stub is None and known and (found := doi(text)) is not None:  # of a kind that software and data have, too
            stub = Stub(found, "ScholarlyArticle", "doi:" + found.removeprefix("https://doi.org/"))
        if stub is not None:
            return draft.stub(stub)
    name = " ".join((title or "").split())[:_MAX_TITLE]
    if not known or not name:
        return None
    url = next(filter(is_web_address, given), None)
    return draft.part(ScholarlyArticle(iri=part_iri(draft.iri, "article", name), name=name, url=url))


def cited(title: str | None, addresses: Iterable[str | None]) -> str:
    """The citation of a work in one line: its title, and its DOI or address."""
    name = " ".join((title or "").split())[:_MAX_TITLE]
    given = [text.strip() for text in addresses if text and text.strip()]
    address = next((iri for text in given if (iri := doi(text))), next(filter(is_web_address, given), ""))
    return " ".join(text for text in (name, address) if text)
