"""Articles on arXiv as FAIR4ML."""

from __future__ import annotations

from collections import Counter

from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import stated_licenses
from fair4ml.entities import DataDownload, Description, Person, ScholarlyArticle
from fair4ml.identifiers import doi, part_iri
from fair4ml.platforms import describe
from fair4ml.platforms.arxiv.source import Article, Author, Link


@describe.register
def describe_article(source: Article) -> Description:
    """Map arXiv's entry of an article; see `describe`."""
    draft = Draft(source.iri)
    name = draft.iri.partition("/abs/")[2]
    links = [link for link in source.link if link is not None]
    article = ScholarlyArticle(
        iri=draft.iri,
        name=_line(source.title),
        url=draft.iri,
        # arXiv registers a DOI for each article (https://info.arxiv.org/help/doi.html).
        identifier=[f"arXiv:{name}", f"https://doi.org/10.48550/arxiv.{name}"],
        same_as=_published_as(draft, source.doi),
        description=_line(source.summary),
        author=_authors(draft, source.author),
        date_published=source.published,
        date_modified=source.updated,
        version=source.version,
        archived_at=[f"{draft.iri}v{source.version}"] if source.version else [],
        keywords=list(dict.fromkeys(category for category in source.category if category and category.strip())),
        license=stated_licenses(draft, None, [("link", link.href) for link in links if link.rel == "license"]),
        distribution=_files(draft, links),
        additional_property=[
            draft.value(name, text)
            for name, text in (
                ("primary_category", _line(source.primary_category)),
                ("journal_ref", _line(source.journal_ref)),
                ("comment", _line(source.comment)),
            )
            if text
        ],
    )
    return draft.finish(article, {})


def _line(text: str | None) -> str | None:
    """A text without the line breaks that feeds are wrapped with."""
    return " ".join((text or "").split()) or None


def _authors(draft: Draft, authors: list[Author | None]) -> list[str]:
    """Each author as a part of the article: arXiv gives only the name of a person."""
    found = []
    seen: Counter[str] = Counter()
    for position, author in enumerate(authors):
        name = None if author is None else _line(author.name)
        if name is None:
            draft.issue(f"author.{position}", "does not name a person or organization")
            continue
        seen[name] += 1
        # Authors of one article may share a name.
        identity = (name,) if seen[name] == 1 else (name, seen[name])
        found.append(draft.part(Person(iri=part_iri(draft.iri, "person", *identity), name=name)))
    return found


def _published_as(draft: Draft, stated: str | None) -> list[str]:
    """The DOIs that the article has in journals."""
    found = [(text, doi(text)) for text in (stated or "").split()]
    if not all(iri for _, iri in found):
        draft.issue("doi", "is not a DOI")
    return list(dict.fromkeys(iri for _, iri in found if iri))


def _files(draft: Draft, links: list[Link]) -> list[str]:
    return [
        draft.part(
            DataDownload(
                iri=part_iri(draft.iri, "file", link.type or link.title),
                name=link.title,
                content_url=link.href,
                encoding_format=link.type,
            )
        )
        for link in links
        if link.title == "pdf" and link.href
    ]
