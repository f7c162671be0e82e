"""The main text of web pages, and the links in it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

from lxml.etree import XPath, _Element, iterwalk
from lxml.html import HtmlElement

from fair4ml.read.pages.addresses import MAX_LINKS, web_address
from fair4ml.read.pages.prepare import prepare
from fair4ml.read.pages.signs import straight
from fair4ml.read.plain_text import plain, squeezed

# It logs what it leaves out; here that is the state of the page.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_PARAGRAPHS = frozenset({"p", "head", "quote", "list", "table", "div"})
_LINES = frozenset({"lb", "item", "row"})
_ITEM_MARK = re.compile(r"(?:[-*•] |\d+\. )")
_LINKS = XPath("//body//a[@href and not(starts-with(@href, '#'))]")
_BLOCKS = frozenset(
    """
    blockquote body caption dd div dt figcaption h1 h2 h3 h4 h5 h6 html article li main p pre section summary td th
    """.split()
)
_MUCH = 0.5
_LITTLE = 500
_MOST_ELEMENTS = 10_000
"""The size of pages from which on the other ways take long: their time grows with its square."""
_SHORT = 25
"""The number of characters up to which a text can occur in another by chance."""
_ENOUGH = 2_000
"""The number of characters of a block that are looked for in the text."""


def main_text(root: HtmlElement, url: str) -> str:
    """The main text of a page: paragraphs between blank lines, without navigation and without what readers say.

    Args:
        root: the page; it is changed.
        url: its address.
    """
    prepare(root)
    in_paragraphs = sum(len(paragraph.text_content()) for paragraph in root.iter("p"))
    text = _extracted(root, url, fast=True)
    # Its first way finds the text of most pages; others are tried where much of the page is missing.
    is_missing = len(text) < _LITTLE or len(text) < _MUCH * in_paragraphs
    if is_missing and sum(1 for _ in root.iter()) <= _MOST_ELEMENTS:
        text = _extracted(root, url, fast=False) or text
    return text


def _extracted(root: HtmlElement, url: str, *, fast: bool) -> str:
    from trafilatura import bare_extraction

    found = bare_extraction(root, url=url, fast=fast, include_comments=False)
    return "" if found is None else _written(found.body)


def without_titles(text: str, titles: Iterable[str | None]) -> str:
    """The text without the titles that it begins with.

    Args:
        text: a main text.
        titles: the titles of the page.
    """
    known = {squeezed(straight(title)).casefold() for title in titles if title}
    paragraphs = text.split("\n\n")
    while paragraphs and squeezed(straight(paragraphs[0])).casefold() in known:
        del paragraphs[0]
    return "\n\n".join(paragraphs)


def links_in(root: HtmlElement, text: str, base: str) -> list[str]:
    """The web addresses that the main text of a page links to, in their order.

    Args:
        root: the page.
        text: its main text.
        base: the address that relative addresses are relative to.
    """
    whole = squeezed(text)
    lines = {squeezed(_ITEM_MARK.sub("", line, count=1)) for line in text.split("\n")}
    blocks: dict[HtmlElement, bool] = {}
    found: dict[str, None] = {}
    for link in _LINKS(root):
        block = link.getparent()
        while block.tag not in _BLOCKS:
            block = block.getparent()
        if block not in blocks:
            # Whatever contains more than the text is no part of it.
            within = squeezed(plain(block.text_content()))
            blocks[block] = within in lines or (_SHORT < len(within) <= len(whole) and within in whole)
        if blocks[block] and (address := web_address(link.get("href"), base)):
            found[address] = None
            if len(found) == MAX_LINKS:
                break
    return list(found)


class _Writer:
    """A text that is put together from pieces."""

    def __init__(self) -> None:
        self._paragraphs: list[str] = []
        self._lines: list[str] = []
        self._pieces: list[str] = []

    def add(self, text: str) -> None:
        self._pieces.append(text)

    def end_line(self) -> None:
        line = " ".join(plain("".join(self._pieces)).split())
        if line and line != "-":
            self._lines.append(line)
        self._pieces = []

    def end_paragraph(self) -> None:
        self.end_line()
        if self._lines:
            self._paragraphs.append("\n".join(self._lines))
        self._lines = []

    def add_code(self, text: str) -> None:
        """Add lines as they are, with their indentation."""
        self.end_paragraph()
        lines = [line.rstrip() for line in plain(text).expandtabs(4).strip("\n").split("\n")]
        if any(lines):
            self._paragraphs.append("\n".join(lines))

    def text(self) -> str:
        self.end_paragraph()
        return "\n\n".join(self._paragraphs)


def _written(body: _Element) -> str:
    """An extracted text with lines and paragraphs."""
    writer = _Writer()
    items = cells = 0
    walk = iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        is_start = event == "start"
        if is_start and tag == "code" and not cells and _is_block(element):
            for each in element.iter("lb"):
                each.text = "\n"
            writer.add_code("".join(element.itertext()))
            walk.skip_subtree()
            is_start = False
        if tag in ("item", "cell") and not is_start:
            items -= tag == "item"
            cells -= tag == "cell"
        if cells:
            writer.add(" ")
        elif tag in _PARAGRAPHS and not items:
            writer.end_paragraph()
        elif tag in _PARAGRAPHS or tag in _LINES:
            writer.end_line()
        if is_start:
            if tag == "item" and not cells:
                writer.add("- ")
            elif tag == "cell" and element.getprevious() is not None:
                writer.add(" | ")
            items += tag == "item"
            cells += tag == "cell"
            writer.add(element.text or "")
        elif element is not body:
            writer.add(element.tail or "")
    return writer.text()


def _is_block(code: _Element) -> bool:
    parent = code.getparent()
    return parent is None or parent.tag in ("body", "div") or "\n" in "".join(code.itertext()).strip()
