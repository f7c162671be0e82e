"""The people and works that a resource of the BioImage Model Zoo names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fair4ml.describe.articles import cited_article
from fair4ml.describe.draft import Draft
from fair4ml.describe.people import known_person
from fair4ml.entities import Person
from fair4ml.identifiers import GITHUB, part_iri
from fair4ml.platforms.ai4life.manifest import Citation, Contact

_ACCOUNT = re.compile(r"[\w-]{1,39}", re.ASCII)


def people(draft: Draft, place: str, contacts: Iterable[Contact | None]) -> list[str]:
    """The IRIs of people: by their ORCID iD, else as a part of the resource.

    Args:
        draft: gets the stubs and parts.
        place: the field that names them.
        contacts: the people as the field names them.
    """
    found: dict[str, None] = {}
    for position, contact in enumerate(contacts):
        if contact is None:
            continue
        name = (contact.name or "").strip() or None
        user = (contact.github_user or "").strip() or None
        if user and not _ACCOUNT.fullmatch(user):
            draft.issue(f"{place}.{position}.github_user", "is not the name of an account")
            user = None
        iri = known_person(draft, f"{place}.{position}.orcid", contact.orcid, name)
        if iri is not None:
            found[iri] = None
        elif name or user:
            found[_part(draft, name, user)] = None
        else:
            draft.issue(f"{place}.{position}", "does not name a person or organization")
    return list(found)


def _part(draft: Draft, name: str | None, user: str | None) -> str:
    iri = part_iri(draft.iri, "person", name or user)
    before = draft.parts.get(iri)
    accounts = list(before.same_as) if before is not None else []
    if user:
        accounts.append(GITHUB + user)
    return draft.part(Person(iri=iri, name=name or user, same_as=list(dict.fromkeys(accounts))))


def citations(draft: Draft, cited: Iterable[Citation | None], *, articles: bool = True) -> tuple[list[str], list[str]]:
    """The works to be cited, as texts, and the IRIs of those that are known to be articles.

    Args:
        draft: gets the stubs of the articles.
        cited: the works as the manifest names them.
        articles: whether the resource can refer to them.
    """
    texts: dict[str, None] = {}
    found: dict[str, None] = {}
    for position, citation in enumerate(cited):
        if citation is None:
            continue
        text = " ".join((citation.text or "").split())
        address = citation.doi or citation.url or ""
        stub = cited_article(address) if address else None
        if stub is not None:
            address = stub.iri
            if articles:
                found[draft.stub(stub)] = None
        if text or address:
            texts[" ".join(part for part in (text, address) if part and (part is text or part not in text))] = None
        else:
            draft.issue(f"manifest.cite.{position}", "does not name a publication")
    return list(texts), list(found)
