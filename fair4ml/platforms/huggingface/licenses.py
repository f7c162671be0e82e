"""The licenses of models and datasets on the Hugging Face Hub.

A license that is not in the Hub's list is ``other`` there; ``license_name`` and ``license_link`` then identify it
(https://huggingface.co/docs/hub/repositories-licenses).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import (
    is_web_address,
    license_at,
    named_license,
    stated_licenses,
)
from fair4ml.entities import Stub
from fair4ml.identifiers import HUGGING_FACE, IRI_MAX_LENGTH, hugging_face_owner
from fair4ml.normalize.licenses import HUB_LICENSES, folded_name, is_other, is_unspecified, license_stub, names_nothing
from fair4ml.platforms.huggingface.lineage import Tagged
from fair4ml.platforms.huggingface.repository_source import RepositoryCard

_WORDS = re.compile(r"cc0|[a-z]+|\d+")
_NO_DIFFERENCE = frozenset(
    "a agreement and attribution commons creative for generic international licence license of public software"
    " terms the under unported use v version 0".split()
)
"""Words in names of licenses that do not distinguish one license from another."""
_SPELLED_OUT = {
    "agpl": "gnu affero general", "bsd": "berkeley new revised simplified", "bsl": "boost", "cc0": "universal zero",
    "cddl": "common development distribution", "cdla": "community data", "epl": "eclipse", "eupl": "european union",
    "gpl": "gnu general", "lgpl": "gnu lesser general", "mpl": "mozilla", "nc": "noncommercial non commercial",
    "nd": "noderivatives noderivs no derivatives", "odbl": "open data commons database odc", "odc": "open data commons",
    "pddl": "open data commons domain dedication odc", "sa": "sharealike share alike",
}  # fmt: skip
"""The words that parts of identifiers abbreviate."""


def licenses(draft: Draft, card: RepositoryCard, tagged: Tagged) -> list[str]:
    """The IRIs of the licenses of the card and the tags, and of the one that the card names or links beside them.

    Args:
        draft: the draft of the model or dataset.
        card: the metadata of its card.
        tagged: its tags about licenses.
    """
    stated = [text for text in card.license if text is not None]
    if tagged and not stated:
        draft.exceptions["license"] = "tags"
    texts = [(f"cardData.license.{position}", text) for position, text in enumerate(card.license)]
    texts += [(f"tags.{position}", text) for position, text in tagged]
    is_elsewhere = all(text is None or is_unspecified(text) or names_nothing(text) for _, text in texts)
    beside = _beside(draft, card) if is_elsewhere or any(is_other(text) for _, text in texts if text) else None
    if beside is not None:
        # A license with a name is no longer "other".
        texts = [(place, text) for place, text in texts if text is None or not is_other(text)]
        draft.exceptions["license"] = "cardData.license_name, cardData.license_link"
    found = stated_licenses(draft, repository_owner(draft.iri), texts)
    return list(dict.fromkeys([*found, beside])) if beside is not None else found


def repository_owner(iri: str) -> str | None:
    """The IRI of the owner in the id of a repository."""
    owner, slash, _ = iri.removeprefix(HUGGING_FACE).removeprefix("datasets/").partition("/")
    return hugging_face_owner(owner) if slash else None


def license_values(draft: Draft, card: RepositoryCard) -> list[str]:
    """The name and the address that a card gives its license, as values: its known name may be another."""
    link = _link(draft, card)
    if link is None and card.license_link and not _leads_nowhere(card.license_link):
        draft.issue("cardData.license_link", "is not a web address")
    stated = {"licenseName": (card.license_name or "").strip(), "licenseLink": link or ""}
    return [draft.value(name, text) for name, text in stated.items() if text]


def _beside(draft: Draft, card: RepositoryCard) -> str | None:
    """The IRI of the license that ``license_name`` and ``license_link`` mean."""
    name = (card.license_name or "").strip()
    if is_unspecified(name) or names_nothing(name):
        if name and not is_unspecified(name):
            draft.issue("cardData.license_name", "does not name a license")
        name = ""
    link = _link(draft, card)
    known = license_stub(name) or (license_stub(link) if link else None)
    if known is not None and (not name or license_stub(name) or _agrees(name, known)):
        return draft.stub(known)
    if link and known is None and (not name or _is_absolute(card)):
        return license_at(draft, link)
    return named_license(draft, repository_owner(draft.iri), name) if name else None


def _agrees(name: str, known: Stub) -> bool:
    """Check whether a name has only words of the known license's name: "modified MIT" is not MIT."""
    id = known.name or ""
    called = set(_WORDS.findall(f"{id} {HUB_LICENSES.get(id, '')}".lower()))
    called |= {word for part in id.lower().split("-") for word in _SPELLED_OUT.get(part, "").split()}
    return set(_WORDS.findall(name.lower())) <= called | _NO_DIFFERENCE


def _is_absolute(card: RepositoryCard) -> bool:
    return is_web_address(card.license_link or "")


def _link(draft: Draft, card: RepositoryCard) -> str | None:
    """The address of a license's text: relative links lead to the repository's files."""
    link = (card.license_link or "").strip()
    if not link or _leads_nowhere(link):
        return None
    if is_web_address(link):
        return link
    address = f"{draft.iri}/blob/main/{quote(link)}"
    if "://" in link or ".." in link or link.startswith("/") or len(address) > IRI_MAX_LENGTH:
        return None
    return address


def _leads_nowhere(link: str) -> bool:
    # The name of a license's file may be one that does not name a license.
    return names_nothing(link) and folded_name(link) not in ("license", "licence")
