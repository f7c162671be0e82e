"""Reading of HTML that is nothing but a text: the body of a post in a feed, an API or an export."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from fair4ml.read.pages.addresses import MAX_LINKS, web_address
from fair4ml.read.pages.text import main_text
from fair4ml.read.pages.tree import parsed
from fair4ml.read.plain_text import plain, plain_line, squeezed

logger = logging.getLogger(__name__)

MAX_CHARACTERS = 5_000_000
MUCH = 0.95
"""The share of a fragment's characters that its text must have: there is no navigation in it that could be left out."""
LITTLE = 500
"""The number of characters up to which a fragment has too little structure for finding the text of a page."""
_BLOCKS = frozenset(
    "p li dd dt td th blockquote h1 h2 h3 h4 h5 h6 figcaption pre div section article table ul ol br hr tr".split()
)
_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "button", "form"})


def read_fragment(html: str, url: str) -> dict[str, Any]:
    """Return the ``text`` of a fragment, its ``links`` and its first ``image``; they are empty if it cannot be read.

    Args:
        html: the fragment.
        url: the address that its relative addresses are relative to.
    """
    if len(html) <= MAX_CHARACTERS:
        try:
            return _read(html, url)
        except Exception as error:  # noqa: BLE001  libraries fail in many ways; none may end the process that reads it
            logger.debug("A fragment at %s cannot be read: %s", url, error)
    return {"text": "", "links": [], "image": None}


def _read(html: str, url: str) -> dict[str, Any]:
    root = parsed(f"<!doctype html><html><body><article>{html}</article></body></html>").root
    # Finding the text changes the elements.
    links, image, every = _links(root, url), next(_images(root, url), None), _paragraphs(root)
    text = main_text(root, url) if len(every) > LITTLE else ""
    if len(squeezed(text)) < MUCH * len(squeezed(every)):
        text = every
    return {"text": text, "links": links, "image": image}


def _links(root: HtmlElement, url: str) -> list[str]:
    found = (web_address(each.get("href"), url) for each in root.iter("a"))
    return list(islice(dict.fromkeys(address for address in found if address), MAX_LINKS))


def _images(root: HtmlElement, url: str) -> Iterator[str]:
    for each in root.iter("img"):
        # Pictures of one point count readers.
        address = None if each.get("width") == "1" else web_address(each.get("src"), url)
        if address is not None:
            yield address


def _paragraphs(root: HtmlElement) -> str:
    """All that a fragment shows, a paragraph for each of its blocks."""
    paragraphs: list[str] = []
    pieces: list[str] = []

    def end() -> None:
        if line := plain_line("".join(pieces)):
            paragraphs.append(line)
        pieces.clear()

    def walk(element: HtmlElement) -> None:
        is_block = element.tag in _BLOCKS
        if is_block:
            end()
        if element.tag == "pre":
            paragraphs.append(plain(element.text_content()).strip("\n"))
        elif element.tag not in _SILENT:
            pieces.append(element.text or "")
            for child in element:
                walk(child)
        if is_block:
            end()
        pieces.append(element.tail or "")

    walk(root)
    end()
    return "\n\n".join(paragraphs)
