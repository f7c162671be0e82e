"""Addresses of arXiv's pages, and the articles that a text means."""

from __future__ import annotations

from collections.abc import Iterator

from fair4ml.describe.articles import cited_article
from fair4ml.entities import Stub
from fair4ml.identifiers import arxiv, doi

HOSTS = frozenset({"arxiv.org", "export.arxiv.org"})
"""The hosts of pages about articles."""
RANK = 3
"""The place among the platforms that a text may mean, the most likely first."""
ALIASES = {"ScholarlyArticle": "https://arxiv.org/abs/"}
"""An article may have an arXiv number besides a DOI."""

_OWN_DOI = "https://doi.org/10.48550/arxiv."


def named_at(url: str) -> Stub | None:
    """The article that a page of arXiv, or a DOI that arXiv or somebody else has registered, is about."""
    return cited_article(url) if "://" in url else None


def meant(text: str) -> Iterator[str | None]:
    """The IRIs of the articles that an identifier, a DOI or an address may mean."""
    yield arxiv(text)
    article = doi(text)
    if article is not None and article.startswith(_OWN_DOI):
        yield arxiv(article.removeprefix(_OWN_DOI))
