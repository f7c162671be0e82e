"""Statements of web pages about their content: in JSON-LD, OpenGraph, Highwire's, Dublin Core's and plain elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from fair4ml.read.pages import authors, json_ld, titles
from fair4ml.read.pages.addresses import same_page, web_address
from fair4ml.read.pages.languages import stated_language
from fair4ml.read.pages.lines import MAX_DESCRIPTION, MAX_TAGS, MAX_TITLE, MAX_WORD, enumerated, stated_line
from fair4ml.read.pages.parts import ARTICLES, WEB_PAGES, is_elsewhere, properties, shown_date, update_times, value_of
from fair4ml.read.pages.tree import PageTree, text_within
from fair4ml.read.plain_text import plain_line
from fair4ml.read.stated_dates import date_in_path, stated_date

_MOST_LINKED_TAGS = 20
_MACHINE_TAG = re.compile(r"[_@/#]|\w+:\S|https?:")
_NO_SITE = re.compile(r"https?://|@")
_LICENSE_LINKS = XPath("//a[contains(@rel, 'license')]")
_TAG_LINKS = XPath("//a[contains(concat(' ', @rel, ' '), ' tag ')]")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Statements:
    """Things that a page says about its content; None, or an empty list, for what it does not say.

    Args:
        page: the page.
        url: its address.
        base: the address that its relative addresses are relative to.
        languages: the languages that the header of the answer states.
    """

    def __init__(self, page: PageTree, url: str, base: str, languages: Iterable[str] = ()) -> None:
        self._page = page
        self._url = url
        self._base = base
        self._languages = list(languages)
        self._nodes = json_ld.nodes(script.text for script in page.scripts if _is_json_ld(script) and script.text)
        self._by_id = json_ld.by_id(self._nodes)
        self._article = self._main(ARTICLES)
        self._web_page = self._main(WEB_PAGES)
        self._properties = properties(page)

    @cached_property
    def type(self) -> str | None:
        """The type of the article in schema.org."""
        return next((each for each in json_ld.types(self._article) if each in ARTICLES), None)

    @cached_property
    def is_article(self) -> bool:
        """True if the page describes itself as an article, and says when it is from."""
        is_typed = self.type is not None or "article" in map(str.lower, self._page.meta("og:type"))
        return is_typed and self.published is not None

    @cached_property
    def addresses(self) -> tuple[list[str], list[str]]:
        """The addresses for those who share the page, and those of what it says it is about."""
        main = (json_ld.address_of(self._article.get(name)) for name in ("url", "mainEntityOfPage", "@id"))
        # Some say `"mainEntityOfPage": "True"`.
        stated = (address for address in main if address and json_ld.is_address(address))
        return self._addresses(self._page.meta("og:url")), self._addresses(stated)

    @cached_property
    def title(self) -> str | None:
        """The title of the article, without the name of the site."""
        article = self._article
        return titles.title(
            self._page,
            [
                json_ld.text_of(article.get("headline")),
                *self._page.meta("og:title"),
                json_ld.text_of(article.get("name")),
                *self._page.meta("citation_title", "dc.title", "dcterms.title", "twitter:title"),
            ],
            self.site_name,
        )

    @cached_property
    def subtitle(self) -> str | None:
        """The second title."""
        stated = (
            json_ld.text_of(self._article.get("alternativeHeadline")),
            *self._marked("alternativeHeadline"),
            *titles.subtitles(self._page),
        )
        lines = (line for each in stated if each and (line := stated_line(each, MAX_TITLE)))
        return next((line for line in lines if line != self.title), None)

    @cached_property
    def description(self) -> str | None:
        """The description of the content."""
        stated = (
            json_ld.text_of(self._article.get("description")),
            json_ld.text_of(self._article.get("abstract")),
            *self._page.meta("og:description", "citation_abstract", "dc.description", "dcterms.description"),
            *self._page.meta("dcterms.abstract", "description", "twitter:description"),
        )
        return next((line for each in stated if each and (line := stated_line(each, MAX_DESCRIPTION))), None)

    @cached_property
    def authors(self) -> list[authors.Author]:
        """The authors."""
        found = authors.authors(
            self._page, self._article, self._web_page, self._properties, self._resolved, self._url, self._address
        )
        # Some name the publication beside the people.
        site = (self.site_name or "").casefold()
        people = [each for each in found if not (site and each["name"].casefold().startswith(site))]
        return people or found

    @cached_property
    def published(self) -> str | None:
        """The time or day of publication, in ISO 8601."""
        meta = self._page.meta
        stated = (
            json_ld.text_of(self._article.get("datePublished")),
            *meta("article:published_time", "og:article:published_time", "og:published_time", "article:published"),
            *meta("citation_publication_date", "citation_online_date", "citation_date"),
            *meta("dcterms.issued", "dc.date.issued", "dcterms.available", "dc.date", "dcterms.date"),
            *meta("datepublished", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "pubdate"),
            *meta("publishdate", "publish-date", "publish_date", "publication_date", "article.published", "date"),
            *self._marked("datePublished"),
            json_ld.text_of(self._web_page.get("datePublished")),
        )
        return _first_date(stated) or shown_date(self._page) or date_in_path(urlsplit(self._url).path)

    @cached_property
    def modified(self) -> str | None:
        """The time or day of the last change, in ISO 8601."""
        meta = self._page.meta
        stated = (
            json_ld.text_of(self._article.get("dateModified")),
            *meta("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified"),
            *meta("dcterms.modified", "dc.date.modified", "last-modified"),
            *self._marked("dateModified"),
            json_ld.text_of(self._web_page.get("dateModified")),
            *update_times(self._page),
        )
        modified = _first_date(stated)
        # Nothing is changed before it is published: one of both is wrong.
        is_before = modified and self.published and _day(modified) < _day(self.published)
        return None if is_before else modified

    @cached_property
    def language(self) -> str | None:
        """The tag of the language, in BCP 47."""
        root = self._page.root
        body = root.find("body")
        stated = (
            *json_ld.texts_of(self._article.get("inLanguage")),
            *(root.get(name) for name in ("lang", _XML_LANG, "xml:lang")),
            body.get("lang") if body is not None else None,
            *self._page.meta("og:locale", "content-language", "language", "dc.language", "dcterms.language"),
            *self._page.meta("citation_language"),
            *json_ld.texts_of(self._web_page.get("inLanguage")),
            *self._languages,
        )
        found = (stated_language(each) for each in stated if each)
        return next((tag for tag in found if tag is not None), None)

    @cached_property
    def tags(self) -> list[str]:
        """The keywords."""
        meta = self._page.meta
        stated = [
            *self._keywords(),
            *meta("article:tag", "og:article:tag"),
            *enumerated(meta("citation_keywords", "dc.subject")),
        ]
        if not stated:
            linked = [text_within(each) for each in _TAG_LINKS(self._page.root) if not is_elsewhere(each)]
            # More are the site's.
            stated = linked if len(linked) <= _MOST_LINKED_TAGS else []
        found: dict[str, str] = {}
        for each in stated or enumerated(meta("keywords", "news_keywords", "parsely-tags")):
            tag = stated_line(each.strip().removeprefix("#"), MAX_WORD)
            if tag and not _MACHINE_TAG.match(tag) and tag != self.title:
                found.setdefault(tag.casefold(), tag)
        return list(found.values())[:MAX_TAGS]

    @cached_property
    def license(self) -> str | None:
        """The license, as an address or in the words of the page."""
        stated = self._article.get("license")
        linked = [each.get("href") for each in self._page.links if "license" in each.get("rel", "").lower().split()]
        named = json_ld.address_of(stated)
        if address := next(
            iter(self._addresses([*linked, named if named and json_ld.is_address(named) else None])), None
        ):
            return address
        for text in (json_ld.text_of(stated), *self._page.meta("dcterms.license", "cc:license", "license")):
            if text:
                return self._address(text) if text.startswith("http") else stated_line(text, MAX_TITLE)
        # One in the text may be the license of a picture.
        shown = [each for each in _LICENSE_LINKS(self._page.root) if not is_elsewhere(each, "figure", "figcaption")]
        addresses = set(
            self._addresses(each.get("href") for each in shown if "license" in each.get("rel").lower().split())
        )
        return addresses.pop() if len(addresses) == 1 else None

    @cached_property
    def site_name(self) -> str | None:
        """The name of the site or publication."""
        stated = (
            *self._page.meta("og:site_name"),
            *(json_ld.text_of(each) for each in self._containers()),
            *(json_ld.text_of(node.get("name")) for node in self._nodes if "WebSite" in json_ld.types(node)),
            *self._page.meta("citation_journal_title", "application-name", "apple-mobile-web-app-title"),
        )
        lines = (line for each in stated if each and (line := stated_line(each, MAX_WORD)))
        return next((line for line in lines if not _NO_SITE.match(line)), None)

    @cached_property
    def image(self) -> str | None:
        """The address of the picture that stands for the article."""
        stated = (
            json_ld.address_of(self._resolved(self._article.get("image"))),
            *self._page.meta("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
            json_ld.address_of(self._resolved(self._article.get("thumbnailUrl"))),
        )
        return next(iter(self._addresses(stated)), None)

    @cached_property
    def is_free(self) -> bool | None:
        """True if everybody can read all of it, False if not."""
        for node in (self._article, self._web_page):
            for stated in json_ld.values_of(node.get("isAccessibleForFree"))[:1]:
                word = str(stated).strip().rpartition("/")[2].lower()
                if word in ("true", "false", "yes", "no"):
                    return word in ("true", "yes")
        tier = next(iter(self._page.meta("article:content_tier")), "").lower()
        return {"free": True, "locked": False}.get(tier)

    def _main(self, kinds: frozenset[str]) -> json_ld.Node:
        """The object of some types that is about this page; an empty one if none is."""
        nodes = [node for node in self._nodes if not kinds.isdisjoint(json_ld.types(node))]
        if len(nodes) <= 1:
            return nodes[0] if nodes else {}
        for node in nodes:
            about = (json_ld.address_of(node.get(name)) for name in ("url", "mainEntityOfPage", "@id"))
            if any(same_page(address, self._url) for address in self._addresses(about)):
                return node
        stated = (*self._page.meta("og:title"), *(text_within(each) for each in self._page.headings[:3]))
        named_here = {plain_line(each).casefold() for each in stated}
        named = ((json_ld.text_of(node.get("headline", node.get("name"))) or "", node) for node in nodes)
        return next((node for name, node in named if name.casefold() in named_here), nodes[0])

    def _containers(self) -> Iterator[Any]:
        """The publication that the article is in, and who publishes it; many say of it that it is in its own page."""
        for each in json_ld.values_of(self._resolved(self._article.get("isPartOf"))):
            if not (isinstance(each, dict) and (WEB_PAGES | ARTICLES) & set(json_ld.types(each))):
                yield each
        yield self._resolved(self._article.get("publisher"))

    def _resolved(self, value: Any) -> Any:
        """The value, with what is said elsewhere about the objects that it refers to."""
        if isinstance(value, list) or (isinstance(value, dict) and not value.keys().isdisjoint(("@list", "@set"))):
            return [self._resolved(each) for each in json_ld.values_of(value)[: authors.MAX_AUTHORS]]
        id = value.get("@id") if isinstance(value, dict) else None
        return {**self._by_id[id], **value} if isinstance(id, str) and id in self._by_id else value

    def _keywords(self) -> Iterator[str]:
        stated = self._article.get("keywords")
        texts = json_ld.texts_of(stated)
        yield from texts if isinstance(stated, list) and len(stated) > 1 else enumerated(texts)

    def _marked(self, name: str) -> Iterator[str]:
        return (value_of(element) for element in self._properties if name in element.get("itemprop").split())

    def _address(self, text: str | None) -> str | None:
        return web_address(text, self._base)

    def _addresses(self, texts: Iterable[str | None]) -> list[str]:
        return [address for text in texts if (address := self._address(text))]


def _is_json_ld(script: HtmlElement) -> bool:
    type: str = script.get("type", "")
    return type.partition(";")[0].strip().lower() == "application/ld+json"


def _first_date(stated: Iterable[str | None]) -> str | None:
    return next((date for each in stated if each and (date := stated_date(each))), None)


def _day(date: str) -> str:
    """The day of a date, in UTC if it has a time."""
    return date if len(date) == 10 else datetime.fromisoformat(date).astimezone(UTC).date().isoformat()
