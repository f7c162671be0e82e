"""The licenses that records of all platforms state: by identifier, by address, or by a name that is on no list."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fair4ml.describe.draft import Draft
from fair4ml.entities import License, Stub
from fair4ml.identifiers import IRI_MAX_LENGTH, names_an_entity, part_iri
from fair4ml.normalize.licenses import OTHER, folded_name, is_other, is_unspecified, license_stub, names_nothing

NOT_NAMED = "other, not named"
"""The name of a license that a record mentions without saying which one it is."""

_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")


def stated_licenses(draft: Draft, owner: str | None, stated: Iterable[tuple[str, str | None]]) -> list[str]:
    """The IRIs of the licenses that texts name.

    Args:
        draft: gets the stubs, the parts, and the issues.
        owner: the IRI of the owner of licenses that are on no list; None if no owner is known.
        stated: the field and the text of each license.
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
            draft.issue(place, "does not name a license")
    return list(found)


def named_license(draft: Draft, owner: str | None, text: str) -> str | None:
    """The IRI of the license that an identifier, an address or a name means, or None if it means none.

    A license that is on no list is identified by its address, else by its owner and its name.
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
    # No spelling is better than another: a stub has the same name whichever record names it.
    return draft.stub(Stub(part_iri(owner, "license", name), "License", name))


def license_at(draft: Draft, address: str) -> str:
    """The IRI of the license whose text is at an address: the address itself, unless it identifies something else."""
    # An entity cannot be both a license and a model, a repository or a paper.
    if names_an_entity(address) or address == draft.iri:
        return draft.part(License(iri=part_iri(draft.iri, "license", address), name=address, url=address))
    return draft.stub(Stub(address, "License", address))


def unnamed_license(draft: Draft) -> str:
    """The IRI of a license that is only known to exist; that of another entity may be a different one."""
    return draft.part(License(iri=part_iri(draft.iri, "license", OTHER), name=NOT_NAMED))


def is_web_address(text: str) -> bool:
    """Check whether a text is one web address and nothing else."""
    return len(text.strip()) <= IRI_MAX_LENGTH and _WEB_ADDRESS.fullmatch(text.strip()) is not None
