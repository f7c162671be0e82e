"""Types of values in Papers with Code's records: ids, addresses, texts, and entities that records name."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from fair4ml.describe.source_record import (
    Day,
    Flag,
    Listed,
    NoneSent,
    Scalar,
    SourceObject,
    Text,
    WebAddress,
    Word,
)

_SLUG = re.compile(r"(?:[\w.~+-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_SITE = re.compile(r"https?://(?:www\.)?paperswithcode\.com?/(?P<path>[\w-]+/[^/?#]+)/?", re.ASCII)
PAGES = frozenset({"dataset", "method", "paper"})
"""The kinds of pages that an address of the archive can lead to."""


def id_text(value: Any) -> Any:
    """An id as text, whether it was sent as a number or not."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _slug(value: str) -> str:
    if _SLUG.fullmatch(value):
        return value
    raise ValueError("expected an id of Papers with Code")


def _page(value: str) -> str:
    match = _SITE.fullmatch(value)
    kind, slash, slug = match["path"].partition("/") if match else ("", "", "")
    if kind in PAGES and slash and _SLUG.fullmatch(slug):
        return f"{kind}/{slug}"
    raise ValueError("expected the address of a page of Papers with Code")


def _absent_text(value: Any) -> Any:
    """Turn an empty text into None: it states nothing."""
    return None if isinstance(value, str) and not value.strip() else value


def _day(value: Any) -> Any:
    """Cut a time down to its date: tables of the archive have dates as midnights without a zone."""
    midnight = isinstance(value, str) and len(value) == 19 and value.endswith("00:00:00")
    return value[:10] if midnight else _absent_text(value)


def _linked(value: Any) -> Any:
    return value if isinstance(value, dict) else {"url": value}


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _address(value: Any) -> Any:
    """Complete an address: some are paths of pages of the site itself."""
    absolute = f"https://paperswithcode.co{value}" if isinstance(value, str) and value.startswith("/") else value
    return _absent_text(absolute)


Id = Annotated[str, StringConstraints(max_length=300), BeforeValidator(id_text), AfterValidator(_slug)]
Slug = Annotated[Id | None, BeforeValidator(_absent_text)]
Page = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_page)]
"""The path of a page of the site, such as ``paper/a-slug``, whichever of its two domains the address has."""
Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Said = Annotated[Word | None, BeforeValidator(_absent_text)]
Prose = Annotated[Text | None, BeforeValidator(_absent_text)]
Published = Annotated[Day | None, BeforeValidator(_day)]
Address = Annotated[WebAddress | None, BeforeValidator(_address)]
Words = Annotated[list[Word | None], Listed, NoneSent]


class Link(SourceObject):
    """A link; some responses have only its address."""

    title: Said = None
    url: Address = None
    is_official: Flag | None = None


class Artifact(SourceObject):
    """A repository on the Hugging Face Hub, by its address or its id."""

    url: Said = None


class Term(SourceObject):
    """A task, method or organization that a record names; the archive has only names."""

    id: Id | None = None
    name: Said = None
    slug: Slug = None


Links = Annotated[list[Annotated[Link | None, BeforeValidator(_linked)]], Listed, NoneSent]
Artifacts = Annotated[list[Annotated[Artifact | None, BeforeValidator(_linked)]], Listed, NoneSent]
Terms = Annotated[list[Annotated[Term | None, BeforeValidator(_named)]], Listed, NoneSent]
Metrics = dict[Word, Scalar | None]
