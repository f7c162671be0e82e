"""Changes as an Atom feed (RFC 4287)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from mlentory_crawl.catalog.queries.changed import ChangedRecord
from mlentory_crawl.printable import one_line

ATOM = "application/atom+xml"
SPACE = "http://www.w3.org/2005/Atom"
LONGEST = 1_000
"""The number of characters of a text after which it is cut."""
EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, apart from its entries.

    Attributes:
        catalog: the id of the catalog, from which ids follow.
        title: its title.
        name: what distinguishes it from the other feeds of the catalog.
        self: its own address.
        page: the address of the page that shows the same.
        older: the address of the feed with older changes; None if there are none.
        updated: when it was changed last, if there are no entries.
    """

    catalog: str
    title: str
    name: str
    self: str
    page: str
    older: str | None
    updated: str


def atom(feed: Feed, entries: Iterable[tuple[ChangedRecord, str]]) -> bytes:
    """Return a feed.

    Args:
        feed: the feed.
        entries: the changes, newest first, each with the address of the history of its entity.
    """
    root = Element("feed", {"xmlns": SPACE})
    told = list(entries)
    # An id tells nothing of what it stands for: it stays in feed readers after the entity was erased.
    _text(root, "id", _id(feed.catalog, feed.name))
    _text(root, "title", feed.title)
    _text(root, "updated", max((each.at for each, _ in told if each.at), default=feed.updated))
    SubElement(SubElement(root, "author"), "name").text = "MLentory"
    _link(root, "self", feed.self, ATOM)
    _link(root, "alternate", feed.page, "text/html")
    if feed.older is not None:
        _link(root, "next", feed.older, ATOM)
    for change, address in told:
        _add(root, feed.catalog, change, address)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(root: Element, catalog: str, change: ChangedRecord, address: str) -> None:
    entry = SubElement(root, "entry")
    _text(entry, "id", _id(catalog, f"{change.record}\n{change.sequence}"))
    _text(entry, "title", f"{change.kind}: {change.name or change.iri}")
    _text(entry, "updated", change.at or EPOCH)
    _link(entry, "alternate", address, "text/html")
    SubElement(entry, "category", {"term": change.kind})
    SubElement(entry, "category", {"term": change.type})
    _text(entry, "summary", summary(change))


def summary(change: ChangedRecord) -> str:
    """Return in one line what a change is about."""
    told = [f"{change.type}, record {change.record}"]
    if change.former:
        told.append(f"formerly {change.former}")
    if change.fields:
        told.append(f"changed: {', '.join(change.fields)}")
    return "; ".join(told)


def _id(catalog: str, text: str) -> str:
    return uuid.uuid5(uuid.UUID(catalog), text).urn


def _text(parent: Element, name: str, text: str) -> None:
    # Plain text, which readers show as it is; what strangers wrote is no markup in it.
    element = SubElement(parent, name, {"type": "text"} if name in ("title", "summary") else {})
    element.text = one_line(text[:LONGEST])


def _link(parent: Element, relation: str, address: str, type: str) -> None:
    SubElement(parent, "link", {"rel": relation, "href": address, "type": type})
