"""The licenses that records of all platforms state: by identifier, by address, or by a name that no list knows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fair4ml.describe.draft import Draft
from fair4ml.entities import License, Stub
from fair4ml.identifiers import IRI_MAX_LENGTH, names_an_entity, part_iri
from fair4ml.normalize.licenses import OTHER, folded_name, is_other, is_unspecified, license_stub, names_nothing

NOT_NAMED = "other, not named"
"""The name of a license of which is said that there is one, and not which."""

_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")


def stated_licenses(draft: Draft, owner: str | None, stated: Iterable[tuple[str, str | None]]) -> list[str]:
    """The IRIs of the licenses that texts name.

    Args:
        draft: gets the stubs, the parts, and the issues.
        owner: the IRI of whose licenses they are, where no list knows them; None where nobody is known to be.
        stated: the field and its text, of each.
    """
    found: dict[str, None] = {}
    for place, text in stated:
        if text is None:
            continue
        iri = named_license(draft, owner, text)
        if iri is not None:
            found[iri] = None
        elif is_other(text):
            found[unnamed_license(draft)] = None
        elif not is_unspecified(text):
            draft.issue(place, "names no license")
    return list(found)


def named_license(draft: Draft, owner: str | None, text: str) -> str | None:
    """The IRI of the license that an identifier, an address or a name means, or none where it names none.

    A license that no list knows is one at its address, else one of its owner, by its name.
    """
    stub = license_stub(text)
    if stub is not None:
        return draft.stub(stub)
    if is_unspecified(text) or names_nothing(text):
        return None
    if is_web_address(text):
        return license_at(draft, text.strip())
    name = folded_name(text)
    if owner is None or owner == draft.iri:
        return draft.part(License(iri=part_iri(draft.iri, "license", name), name=" ".join(text.split())))
    # Of all the spellings none is better: a stub is called the same whoever names it.
    return draft.stub(Stub(part_iri(owner, "license", name), "License", name))


def license_at(draft: Draft, address: str) -> str:
    """The IRI of the license whose text is at an address: the address itself, unless it is that of something else."""
    # Nothing can be both a license and a model, a repository or a paper.
    if names_an_entity(address) or address == draft.iri:
        return draft.part(License(iri=part_iri(draft.iri, "license", address), name=address, url=address))
    return draft.stub(Stub(address, "License", address))


def unnamed_license(draft: Draft) -> str:
    """The IRI of a license of which is only known that there is one; that of another thing may be another."""
    return draft.part(License(iri=part_iri(draft.iri, "license", OTHER), name=NOT_NAMED))


def is_web_address(text: str) -> bool:
    """Whether a text is one address of the Web, and nothing else."""
    return len(text.strip()) <= IRI_MAX_LENGTH and _WEB_ADDRESS.fullmatch(text.strip()) is not None
