"""Texts that people publish on the web: what all platforms of such texts send, and what that means.

The text itself belongs to its author: it is kept beside the description, whose ``description`` is what the page says of
itself, or an excerpt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import stated_licenses
from fair4ml.describe.source_record import (
    Day,
    Flag,
    Listed,
    NoneSent,
    PageAddress,
    SourceObject,
    SourceRecord,
    Text,
    WebAddress,
    Word,
)
from fair4ml.describe.subjects import subject
from fair4ml.describe.text_values import SITE_NAME
from fair4ml.entities import NOAI, Article, Description, Person, Stub
from fair4ml.identifiers import part_iri
from fair4ml.normalize.languages import parse_language
from fair4ml.read.secrets import masked
from fair4ml.read.stated_dates import stated_date
from fair4ml.read.web_addresses import MOST_LINKS, canonical

EXCERPT = 300
"""The number of characters of a text that its description shows where the page does not describe itself."""
LONGEST_TEXT = 5_000_000
"""The maximum number of characters of a text."""


FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("title", "normalized"),
    "alternativeHeadline": ("subtitle", "normalized"),
    "url": ("url", "normalized"),
    "description": ("description", "normalized"),
    "author": ("authors", "linked"),
    "datePublished": ("published", "stated"),
    "dateModified": ("modified", "stated"),
    "inLanguage": ("language", "linked"),
    "languageTag": ("language", "normalized"),
    "keywords": ("tags", "stated"),
    "license": ("license", "looked up"),
    "isAccessibleForFree": ("is_free", "stated"),
    "image": ("image", "stated"),
    "mentions": ("links", "linked"),
    "about": ("title, links, url", "linked"),
    "additionalProperty": ("site_name, noai, text", "stated"),
    "relation": ("text", "compared"),
}
"""The field of a text that gives each property, and how."""
FURTHER_FIELDS: Mapping[str, str] = {"description": "description, text"}
"""Further fields that the properties depend on."""


def _day(value: Any) -> Any:
    return (stated_date(value) or value) if isinstance(value, str) else value


Prose = Annotated[Text, AfterValidator(masked)]
"""Prose of somebody who may have left a password in it."""
WholeText = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(masked)]
"""All that somebody wrote."""
StatedDay = Annotated[Day, BeforeValidator(_day)]
"""A day or a time as people and tables write it."""


class Author(SourceObject):
    """Somebody whom a page names as its author."""

    name: Word | None = None
    url: PageAddress | None = None


class Writing(SourceRecord):
    """A text on the web, as a page, a feed or an API gives it."""

    identity: ClassVar[frozenset[str]] = frozenset({"url"})

    url: PageAddress
    """The address that identifies it: the canonical one, if the page states one."""
    title: Prose | None = None
    subtitle: Prose | None = None
    description: Prose | None = None
    text: WholeText | None = None
    authors: Annotated[list[Author | None], NoneSent]
    published: Day | None = None
    modified: Day | None = None
    language: Word | None = None
    tags: Annotated[list[Word | None], NoneSent]
    license: Annotated[list[Text | None], Listed, NoneSent]
    site_name: Word | None = None
    image: WebAddress | None = None
    links: Annotated[list[WebAddress | None], Field(max_length=MOST_LINKS), NoneSent]
    is_free: Flag | None = None
    noai: Flag | None = None
    """True if the page says that AI must not use it."""

    @property
    def iri(self) -> str:
        """The IRI of the text."""
        return canonical(self.url)


def describe_writing(
    source: Writing, named_at: Callable[[str], Stub | None], cls: type[Article] = Article
) -> Description:
    """Map a text to its description.

    Args:
        source: the text.
        named_at: returns the model, dataset, paper or repository that a page is about; None if it is about none.
        cls: the class of the text.
    """
    draft = Draft(source.iri)
    text = (source.text or "").strip() or None
    named = linked(draft.iri, source.links, named_at)
    languages = _languages(draft, source.language)
    root = cls(
        iri=draft.iri,
        name=_line(source.title),
        alternative_headline=_line(source.subtitle),
        url=draft.iri,
        description=_line(source.description) or excerpt(text),
        author=_authors(draft, source.authors),
        date_published=source.published,
        date_modified=source.modified,
        language=languages[0],
        language_tag=languages[1],
        keywords=list(dict.fromkeys(tag.strip() for tag in source.tags if tag and tag.strip())),
        license=stated_licenses(draft, None, [("license", each) for each in source.license]),
        is_accessible_for_free=source.is_free,
        image=[source.image] if source.image else [],
        mentions=[draft.stub(stub) for stub in named],
        about=_subjects(draft, source, named, named_at),
        additional_property=_values(draft, source),
    )
    description = draft.finish(root, {})
    description.text = text
    return description


def _values(draft: Draft, source: Writing) -> list[str]:
    stated = {SITE_NAME: source.site_name, NOAI: source.noai}
    return [draft.value(name, value) for name, value in stated.items() if value]


def _subjects(draft: Draft, source: Writing, named: list[Stub], named_at: Callable[[str], Stub | None]) -> list[str]:
    """The entity whose page the text is on, else the one that its title names."""
    of_page = named_at(source.url)
    if of_page is not None and of_page.iri == draft.iri:
        return []
    found = of_page or subject(source.title, {stub.iri: stub for stub in named}.values())
    return [] if found is None else [draft.stub(found)]


def linked(iri: str, links: Iterable[str | None], named_at: Callable[[str], Stub | None]) -> list[Stub]:
    """The entities that web addresses lead to, each once, without the one that has the addresses.

    Args:
        iri: the IRI of the entity with the addresses.
        links: the addresses.
        named_at: as for `describe_writing`.
    """
    found = (named_at(link) for link in links if link)
    return list({stub.iri: stub for stub in found if stub is not None and stub.iri != iri}.values())


def excerpt(text: str | None) -> str | None:
    """The beginning of a text, cut between words."""
    line = _line(text)
    if line is None or len(line) <= EXCERPT:
        return line
    return f"{line[:EXCERPT].rpartition(' ')[0] or line[:EXCERPT]} …"


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _languages(draft: Draft, stated: str | None) -> tuple[list[str], list[str]]:
    parsed = parse_language(stated) if stated else None
    if parsed is None:
        if stated:
            draft.issue("language", "is not a language")
        return [], []
    return [draft.stub(parsed.stub)], [parsed.tag]


def _authors(draft: Draft, authors: Iterable[Author | None]) -> list[str]:
    """Those who have a page, by its address; the others as parts of the text."""
    found = []
    for position, author in enumerate(authors):
        name = None if author is None else _line(author.name)
        if author is None or name is None:
            draft.issue(f"authors.{position}", "does not name a person or organization")
        elif author.url:
            found.append(draft.stub(Stub(canonical(author.url), "Agent", name)))
        else:
            found.append(draft.part(Person(iri=author_within(draft.iri, name), name=name)))
    return list(dict.fromkeys(found))


def author_within(iri: str, name: str) -> str:
    """Return the IRI of an author who has no page: a part of the text.

    Args:
        iri: the IRI of the text.
        name: the name of the author.
    """
    return part_iri(iri, "person", name)
