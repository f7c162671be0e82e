"""Addresses of the pages of Papers with Code, and the papers that a text means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fair4ml.identifiers import IRI_MAX_LENGTH, arxiv, doi

HOSTS = frozenset({"paperswithcode.co"})
"""The hosts of pages about papers, tasks and benchmarks."""
RANK = 6
"""The place among the platforms that a text may mean, the most likely first."""
ALIASES = {"ScholarlyArticle": "https://paperswithcode.co/paper/"}
"""An article with a DOI may also be a paper here."""
SITE = "https://paperswithcode.co/"
LONGEST = IRI_MAX_LENGTH - 150
"""The length of the longest address that IRIs of models and their evaluations can begin with."""

_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")
_OWN_PAGE = re.compile(r"https?://(?:www\.)?paperswithcode\.com?/paper/(?P<slug>[\w.~+-]+)/?", re.ASCII)


def paper_at(address: str) -> str | None:
    """The IRI of the paper at an address, or None if there is no address.

    An address of arXiv, of a DOI or of the platform itself means the paper's own IRI; any other is an IRI itself.
    """
    own = arxiv(address) or doi(address)
    if own is not None:
        return own
    page = _OWN_PAGE.fullmatch(address)
    if page is not None:
        return f"{SITE}paper/{page['slug']}"
    return address if _WEB_ADDRESS.fullmatch(address) and len(address) <= LONGEST else None


def meant(text: str) -> Iterator[str | None]:
    """The IRI of the paper that an address or an identifier means."""
    yield paper_at(text)
