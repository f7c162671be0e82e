"""Source model of an article in arXiv's API: an entry of an Atom feed.

Elements and their meaning: https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from defusedxml.ElementTree import ParseError, fromstring
from pydantic import AfterValidator, Field, StringConstraints

from fair4ml.describe.source_record import Listed, Moment, NoneSent, SourceObject, SourceRecord, Text, WebAddress, Word
from fair4ml.identifiers import arxiv
from fair4ml.read.json_text import mended_xml

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_VERSION = re.compile(r"v(\d+)$", re.ASCII)


def entries(body: bytes) -> list[dict[str, Any]]:
    """The entries of a feed, as plain as JSON, each under the names that Atom and arXiv have for its elements.

    Args:
        body: the feed. External entities and document types are refused.

    Raises:
        ValueError: it is not an Atom feed.
    """
    try:
        feed = fromstring(mended_xml(body), forbid_dtd=True)
    except (ParseError, LookupError) as error:  # an unknown encoding
        raise ValueError(f"not valid XML: {error}") from error
    except ValueError as error:
        raise ValueError("XML with a document type or in an unsupported encoding is not accepted") from error
    if feed.tag != f"{_ATOM}feed":
        raise ValueError(f"expected an Atom feed, got the element {feed.tag.rpartition('}')[2][:100]!r}")
    return [_entry(entry) for entry in feed.iter(f"{_ATOM}entry")]


def _entry(entry: Any) -> dict[str, Any]:
    texts = {
        name.rpartition("}")[2]: entry.findtext(name)
        for name in (
            *(f"{_ATOM}{name}" for name in ("id", "title", "summary", "published", "updated")),
            *(f"{_ARXIV}{name}" for name in ("comment", "journal_ref", "doi")),
        )
    }
    primary = entry.find(f"{_ARXIV}primary_category")
    fields = {
        **texts,
        "author": [{"name": author.findtext(f"{_ATOM}name")} for author in entry.iter(f"{_ATOM}author")],
        "category": [category.get("term") for category in entry.iter(f"{_ATOM}category")],
        "primary_category": None if primary is None else primary.get("term"),
        "link": [dict(link.attrib) for link in entry.iter(f"{_ATOM}link")],
    }
    return {name: value for name, value in fields.items() if value is not None}


def is_error(entry: dict[str, Any]) -> bool:
    """Check whether an entry is an error message about the request, not an article."""
    return "/api/errors" in entry.get("id", "")


def _address(value: str) -> str:
    if arxiv(value) is None:
        raise ValueError("expected the address of an article")
    return value


class Author(SourceObject):
    """An author of an article."""

    name: Word | None = None


class Link(SourceObject):
    """A link to an article, or to something that belongs to it."""

    href: WebAddress | None = None
    rel: Word | None = None
    title: Word | None = None
    type: Word | None = None


class Article(SourceRecord):
    """An article on arXiv, in its last version."""

    identity: ClassVar[frozenset[str]] = frozenset({"id"})

    id: Annotated[str, StringConstraints(max_length=200), AfterValidator(_address)]
    title: Text | None = None
    summary: Text | None = None
    published: Moment | None = None
    updated: Moment | None = None
    author: Annotated[list[Author | None], Listed, NoneSent]
    category: Annotated[list[Word | None], Listed, NoneSent]
    primary_category: Word | None = None
    comment: Text | None = None
    journal_ref: Text | None = None
    doi: Text | None = None
    link: list[Link | None] = Field(default_factory=list)

    @property
    def iri(self) -> str:
        """The IRI of the article, whatever the version."""
        found = arxiv(self.id)
        assert found is not None
        return found

    @property
    def version(self) -> str | None:
        """The number of the version, in digits."""
        match = _VERSION.search(self.id)
        return None if match is None else match[1]


KINDS = {"article": Article}
"""The source model of each kind of record."""
