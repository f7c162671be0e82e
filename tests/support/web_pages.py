"""Made-up web pages."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from fair4ml.read.pages.metadata import Statements
from fair4ml.read.pages.tree import PageTree, parsed

URL = "https://terns.test/posts/counting-terns"
PARAGRAPHS = tuple(
    " ".join(text.split())
    for text in (
        """
        Arctic terns fly further than any other bird, and nobody had counted them on this coast for eleven years. We
        spent two summers on the dunes with a borrowed telescope, a camera, and a model that had never seen a bird.
        """,
        """
        The first model counted waves. Every whitecap with a dark edge became a tern, and on stormy days the colony grew
        to forty thousand birds, which is more than there are between here and the northern cape.
        """,
        """
        What helped in the end was not a larger network but a smaller question: instead of asking how many birds are in
        the picture, we asked which of two pictures has more of them, and let the answers vote.
        """,
        """
        All pictures, the votes and the scripts are in the archive. Whoever counts gulls can use them unchanged, since
        gulls differ from terns mostly in their manners, and those do not show from a distance of two hundred meters.
        """,
    )
)


def paragraphs(*more: str, count: int = len(PARAGRAPHS)) -> str:
    """Paragraphs of an article, with elements after the first of them."""
    first, *others = [f"<p>{text}</p>" for text in PARAGRAPHS[:count]]
    return "\n".join([first, *more, *others])


def web_page(body: str = "", head: str = "", *, title: str = "Counting terns", attributes: str = "") -> str:
    """A page with some content in its body, and more in its head."""
    return (
        f"<!DOCTYPE html>\n<html{attributes and ' '}{attributes}><head><title>{escape(title)}</title>{head}</head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def article_page(body: str | None = None, head: str = "", **more: str) -> str:
    """A page with an article between navigation and footer."""
    text = paragraphs() if body is None else body
    return web_page(
        '<header><nav><a href="/">Home</a> <a href="/about">About us</a></nav></header>\n'
        f"<main><article><h1>Counting terns</h1>\n{text}\n</article></main>\n<footer><p>Printed on air.</p></footer>",
        head,
        **more,
    )


def metas(**contents: str) -> str:
    """Meta elements; two underscores in a name stand for a colon, one for a point."""
    return "".join(
        f'<meta name="{name.replace("__", ":").replace("_", ".")}" content="{escape(content)}">'
        for name, content in contents.items()
    )


def json_ld(*nodes: dict[str, Any]) -> str:
    """Elements with JSON-LD."""
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


def tree(source: str) -> PageTree:
    """The tree of a page."""
    return parsed(source)


def statements(head: str = "", body: str | None = None, url: str = URL, **more: str) -> Statements:
    """The statements of a page with an article."""
    return Statements(parsed(article_page(body, head, **more)), url, url)
