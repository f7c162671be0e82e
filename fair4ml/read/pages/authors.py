"""Authors that web pages state, and the names of people in their statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from fair4ml.identifiers import orcid
from fair4ml.read.pages import json_ld
from fair4ml.read.pages.addresses import same_page
from fair4ml.read.pages.parts import is_elsewhere, value_of
from fair4ml.read.pages.tree import PageTree, text_within
from fair4ml.read.plain_text import plain_line

MAX_AUTHORS = 200
MAX_NAME = 200

Author = dict[str, str]
"""A name, and where they are stated an address (`url`) and a `type`, which is `Person` or `Organization`."""
Address = Callable[[str | None], str | None]
"""Makes addresses absolute."""

# Names of accounts, and of nobody.
_NO_NAMES = frozenset(
    """
    admin administrator anonymous author default editor guest n/a na none null root staff unknown user webmaster
    wordpress
    """.split()
)
_NO_NAME = re.compile(r"https?://|www\.|@\w|\S@\S|[<>{}\[\]=]|\d{4,}")
_BY = re.compile(r"(?:written |posted |published |reported )?by\s*:?\s+", re.IGNORECASE)
# In other languages it is a part of names, too: of one that has several capitals after it, it seldom is.
_BY_ELSEWHERE = re.compile(r"^(?:[Vv]on|[Pp]ar|[Pp]or|[Dd]i|[Dd]oor|[Aa][vf])\s*:?\s+(?=[^\W\d_a-z]\S*\s+[^\W\d_a-z])")
_BETWEEN = re.compile(r"\s*[;|]\s*|\s*,\s*(?:(?:and|und|et|y|e|&)\s+)?|\s+(?:and|und|et|y|&)\s+", re.IGNORECASE)
_AFTER_NAMES = frozenset(
    "jr jr. sr sr. ii iii iv phd ph.d. ph.d md m.d. msc m.sc. ba b.a. ma m.a. mba esq esq.".split()
)
_LETTERS_AFTER_NAMES = re.compile(r"[A-Z.-]{2,6}")
_ROLE = re.compile(
    r"\b(?:writers?|editors?|reporters?|correspondents?|contributors?|staff|journalists?|columnists?|bureau|team|press|news"
    r"|university|department|institute|college|school|inc|ltd|llc)\b",
    re.IGNORECASE,
)
_NO_ADDRESS = re.compile(r"@|_:|(?![^/]*\.(?:html?|php|aspx?|jsp)\b)[\w-]+(?:\.[\w-]+)+(?:/|$)")
"""Beginnings of texts that would be a relative address, and are names of accounts, of nodes, or of hosts."""
_LINKS = XPath("//a[contains(@rel, 'author')] | //*[contains(@class, 'p-author')]")


def authors(
    page: PageTree,
    article: json_ld.Node,
    web_page: json_ld.Node,
    marked: Iterable[HtmlElement],
    resolve: Callable[[Any], Any],
    url: str,
    address: Address,
) -> list[Author]:
    """The authors of a page, from the first of its statements that has any.

    Args:
        page: the page.
        article: its main object in JSON-LD.
        web_page: the object in JSON-LD that is the page.
        marked: its properties in microdata.
        resolve: replaces references in JSON-LD by what they refer to.
        url: its address.
        address: makes addresses absolute.
    """
    sources: tuple[Callable[[], Iterable[Author]], ...] = (
        lambda: _described(resolve(article.get("author")), url, address),
        lambda: _described(resolve(article.get("creator")), url, address),
        lambda: _named(page.meta("article:author", "og:article:author")),
        lambda: _cited(page),
        lambda: _named(page.meta("dc.creator", "dcterms.creator", "dc.contributor.author"), inverted=True),
        lambda: _named(page.meta("author", "parsely-author", "sailthru.author", "byl", "article.author")),
        lambda: _in_microdata(marked, url, address),
        lambda: _linked(page, url, address),
        lambda: _described(resolve(web_page.get("author")), url, address),
    )
    for source in sources:
        found: dict[str, Author] = {}
        for author in source():
            known = found.setdefault(author["name"].casefold(), author)
            known |= {key: value for key, value in author.items() if key not in known}
        if found:
            return list(found.values())[:MAX_AUTHORS]
    return []


def people_in(texts: Iterable[str], *, inverted: bool = False, whole: bool = False) -> Iterator[str]:
    """The names of people in texts that consist of them; accounts, addresses and nobody are left out.

    Args:
        texts: the texts, each with one name or several.
        inverted: whether a comma may stand between the last name and the others.
        whole: whether each is one name, whatever is in it.
    """
    for text in texts:
        line = plain_line(text[: 20 * MAX_NAME])
        line = _BY.sub("", line, count=1) if _BY.match(line) else line
        for part in [line] if whole else _divided(line, inverted=inverted):
            name = part.strip(" ,;|")
            if 1 < len(name) <= MAX_NAME and name.casefold() not in _NO_NAMES and not _NO_NAME.search(name):
                yield name


def _divided(line: str, *, inverted: bool) -> list[str]:
    """The names in a line: several only if each part can be a whole name."""
    if inverted and ";" in line:
        return [name for part in line.split(";") for name in _divided(part.strip(), inverted=True)]
    if inverted and line.count(",") == 1:
        last, first = (part.strip() for part in line.split(","))
        is_whole = first.lower() in _AFTER_NAMES or (_comes_after_names(first) and not _is_last_name(last))
        if first and last and not is_whole:
            return [f"{first} {last}"]
    names: list[str] = []
    for part in filter(None, _BETWEEN.split(line)):
        if names and _comes_after_names(part):
            names[-1] = f"{names[-1]}, {part}"
        elif not (names and _ROLE.search(part)):
            names.append(part)
    return names if all(1 < len(name.split()) <= 6 for name in names) else [line]


def _comes_after_names(part: str) -> bool:
    return part.lower() in _AFTER_NAMES or _LETTERS_AFTER_NAMES.fullmatch(part) is not None


def _is_last_name(text: str) -> bool:
    """Check whether a name is the last one alone, with its particles: what follows its comma are initials."""
    return " " not in text or text.partition(" ")[0].islower()


def _named(texts: Iterable[str], *, inverted: bool = False) -> list[Author]:
    return [{"name": name} for name in people_in(map(unescape, texts), inverted=inverted)]


def _described(value: Any, url: str, address: Address) -> Iterator[Author]:
    """The authors in JSON-LD."""
    for each in json_ld.values_of(value)[:MAX_AUTHORS]:
        if isinstance(each, str):
            yield from _named([each])
        if not isinstance(each, dict):
            continue
        kind = next((type for type in json_ld.types(each) if type == "Person" or type.endswith("Organization")), None)
        stated = json_ld.texts_of(each.get("name")) or [_joined(each.get("givenName"), each.get("familyName"))]
        # The name of an organization may have commas, and what lists several people has the address of none of them.
        names = list(people_in(stated, whole=kind not in (None, "Person")))
        own = [_address_in(each.get(name), address) for name in ("url", "sameAs", "@id")]
        for name in names:
            author = {"name": name}
            if len(names) == 1 and (found := next((a for a in own if a and _is_of(name, a, url)), None)):
                author["url"] = found
            if kind is not None:
                author["type"] = "Person" if kind == "Person" else "Organization"
            yield author


def _address_in(value: Any, address: Address) -> str | None:
    stated = json_ld.address_of(value)
    return None if stated is None or _NO_ADDRESS.match(stated) else address(stated)


def _cited(page: PageTree) -> list[Author]:
    """The authors in the elements of Highwire Press, with the ORCID iDs that follow them."""
    found: list[Author] = []
    for name, content in page.named:
        if name in ("citation_author", "citation_authors"):
            found += _named([content], inverted=True)
        elif name == "citation_author_orcid" and found and (iri := orcid(content)):
            found[-1].setdefault("url", iri)
    return found


def _in_microdata(marked: Iterable[HtmlElement], url: str, address: Address) -> Iterator[Author]:
    for element in marked:
        if "author" not in element.get("itemprop", "").split():
            continue
        inner = (each for each in element.iterdescendants() if "name" in each.get("itemprop", "").split())
        link = next((each.get("href") for each in element.iter("a") if each.get("href")), None)
        yield from _with_address(value_of(next(inner, element)), address(link), url)


def _linked(page: PageTree, url: str, address: Address) -> Iterator[Author]:
    """The authors in links to them, and in microformats."""
    for element in _LINKS(page.root):
        is_link = element.tag == "a" and "author" in element.get("rel", "").lower().split()
        if (is_link or "p-author" in element.get("class", "").split()) and not is_elsewhere(element):
            yield from _with_address(text_within(element), address(element.get("href")), url)


def _with_address(text: str, address: str | None, url: str) -> list[Author]:
    names = _named([_BY_ELSEWHERE.sub("", text, count=1)])
    if len(names) == 1 and address is not None and _is_of(names[0]["name"], address, url):
        names[0]["url"] = address
    return names


def _is_of(name: str, address: str, url: str) -> bool:
    """Check whether an address can be that of a person or organization: no place in a page, nor just any home page."""
    parts = urlsplit(address)
    if parts.fragment or same_page(address, url):
        return False
    host = (parts.hostname or "").replace("-", "")
    return parts.path.strip("/") != "" or any(len(word) > 2 and word in host for word in name.casefold().split())


def _joined(*names: Any) -> str:
    return " ".join(name for name in names if isinstance(name, str))
