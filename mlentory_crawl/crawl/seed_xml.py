"""The entries of sitemaps and feeds."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any

from lxml import etree

from mlentory_crawl.crawl.seed_values import Found

_ENTRIES = {
    "urlset": ("url", "loc"),
    "sitemapindex": ("sitemap", "loc"),
    "rss": ("item", "link"),
    "RDF": ("item", "link"),
    "feed": ("entry", "link"),
}
"""The names of the entries, and of the element in them that holds the URL, by the name of the root."""
# Valid parts come first, so that ampersands in them are skipped.
_BARE_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);|(?P<bare>&)",
    re.DOTALL,
)


def of_xml(data: bytes) -> Iterator[Found]:
    """Return the seeds in a sitemap (sitemaps.org), an RSS or an Atom feed.

    Raises:
        ValueError: it is none of these.
    """
    root = _root(data)
    name = _name(root)
    if name not in _ENTRIES:
        raise ValueError(f"is not a sitemap or feed: its root element is {name}")
    entry_name, field = _ENTRIES[name]
    for entry in root.iter(f"{{*}}{entry_name}"):
        yield _found(entry, field, is_index=name == "sitemapindex")


def _root(data: bytes) -> Any:
    # Files written by hand have lines before the declaration, or unescaped ampersands in URLs.
    data = data.removeprefix(BOM_UTF8).lstrip()
    try:
        return _parsed(data)
    except etree.XMLSyntaxError as error:
        problem = error
    if b"<!DOCTYPE" not in data:
        try:
            return _parsed(_BARE_AMPERSAND.sub(lambda match: b"&amp;" if match["bare"] else match[0], data))
        except etree.XMLSyntaxError as error:
            problem = error
    raise ValueError(f"is not valid XML: {' '.join(str(problem.msg).split())[:200]}")


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(data, parser)


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)


def _found(entry: Any, field: str, *, is_index: bool) -> Found:
    children = [child for child in entry if isinstance(child.tag, str)]
    links = [child for child in children if _name(child) == field and _text(child)]
    # The link of an entry to its subject has this relation, or none.
    link = next((child for child in links if child.get("rel", "alternate") == "alternate"), None)
    metadata = {_name(child): child.text.strip() for child in children if child not in links and _is_text(child)}
    if link is None:
        return Found("", metadata, f"has no {field}", entry.sourceline)
    problem = "is another sitemap; use that sitemap as the seed list" if is_index else None
    if next(link.iter(etree.Entity), None) is not None:
        problem = "has an XML entity, which is not expanded"
    return Found(_text(link), metadata, problem, link.sourceline)


def _text(link: Any) -> str:
    return "".join(link.itertext()).strip() or str(link.get("href", "")).strip()


def _is_text(child: Any) -> bool:
    return len(child) == 0 and bool(child.text and child.text.strip())
