"""Addresses of the pages of Papers with Code, and the papers that a text means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from fair4ml.entities import Stub
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

_PAPER_ID = re.compile(r"\d{1,12}", re.ASCII)
_PAGES = {"paper": "paper", "task": "task", "tasks": "task", "benchmark": "dataset", "dataset": "dataset"}
_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")
_OWN_PAGE = re.compile(
    r"https?://(?:www\.)?paperswithcode\.com?/(?P<kind>paper|dataset)/(?P<slug>[\w.~+-]+)/?(?:[?#].*)?", re.ASCII
)


def page_of(url: str) -> tuple[str, str] | None:
    """The kind of entity that one of the site's pages is about, and its slug or id; None where it is about none."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if (parts.hostname or "").removeprefix("www.") not in HOSTS:
        return None
    kind, _, slug = parts.path.strip("/").partition("/")
    return (_PAGES[kind], slug) if kind in _PAGES and slug else None


def reference_of(text: str) -> str | None:
    """The API's name of the paper that an id or a page names; None for anything else."""
    kind, slug = page_of(text) or ("paper", text)
    return paper_reference(slug) if kind == "paper" else None


def paper_reference(text: str) -> str | None:
    """The API's name of a paper: its id on arXiv without a version, or its number; None for anything else."""
    iri = arxiv(text)
    return iri.removeprefix("https://arxiv.org/abs/") if iri else text if _PAPER_ID.fullmatch(text) else None


def paper_at(address: str) -> str | None:
    """The IRI of the paper at an address, or None if there is no address.

    An address of arXiv, of a DOI or of the platform itself means the paper's own IRI; any other is an IRI itself.
    """
    own = arxiv(address) or doi(address)
    if own is not None:
        return own
    page = _OWN_PAGE.fullmatch(address)
    if page is not None and page["kind"] == "paper":
        return f"{SITE}paper/{page['slug']}"
    return address if _WEB_ADDRESS.fullmatch(address) and len(address) <= LONGEST else None


def named_at(url: str) -> Stub | None:
    """The paper or dataset that a page of the site is about, also at its former address."""
    page = _OWN_PAGE.fullmatch(url)
    if page is None:
        return None
    iri = f"{SITE}{page['kind']}/{page['slug']}"
    return Stub(iri, "ScholarlyArticle" if page["kind"] == "paper" else "Dataset", page["slug"])


def meant(text: str) -> Iterator[str | None]:
    """The IRI of the paper that an address or an identifier means."""
    yield paper_at(text)
