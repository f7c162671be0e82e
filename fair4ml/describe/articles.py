"""Articles that records of any platform name."""

from __future__ import annotations

from functools import lru_cache

from fair4ml.entities import Stub
from fair4ml.identifiers import arxiv, arxiv_name, doi, is_arxiv_doi

_KINDS_MIXED = ("https://doi.org/10.5281/zenodo.",)
"""Prefixes under which software, data and articles have DOIs of the same form."""


@lru_cache(maxsize=65_536)
def article_stub(iri: str) -> Stub:
    """The stub of an article on arXiv, by its IRI."""
    return Stub(iri, "ScholarlyArticle", arxiv_name(iri))


@lru_cache(maxsize=65_536)
def cited_article(text: str) -> Stub | None:
    """The article that a DOI or an address names, or None if it is not known to name an article.

    Args:
        text: a DOI in any spelling, an arXiv identifier, or the address of either.
    """
    iri, found = arxiv(text), doi(text)
    if iri is not None:
        return article_stub(iri)
    if found is None or is_arxiv_doi(found) or found.startswith(_KINDS_MIXED):
        return None
    return Stub(found, "ScholarlyArticle", "doi:" + found.removeprefix("https://doi.org/"))
