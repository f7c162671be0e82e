"""A made-up Medium: feeds of authors, publications and tags, and what is sent in their place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from support.http_servers import Answer, served

PARAGRAPH = (
    "Keys that are almost parallel can be merged while a long prompt is read, and the answers to questions about it"
    " stay as they were. We measured this on four made-up tasks with two made-up models, and tell here what it saves."
)


def story(
    id: str,
    *,
    title: str = "A story",
    author: str | None = "ada",
    site: str = "https://medium.com",
    whole: bool = True,
    published: str | None = "Mon, 15 Jun 2026 09:30:00 GMT",
    body: str = "",
) -> str:
    """An item of a feed: with its text, or with its first words, as those of stories for members."""
    path = f"@{author}" if author else "sample-notes"
    link = f"{site}{f'/{path}' if site == 'https://medium.com' else ''}/a-story-{id}?source=rss-0123456789ab------2"
    if whole:
        text = f"<content:encoded><![CDATA[<p>{PARAGRAPH}</p><p>{PARAGRAPH}</p>{body}]]></content:encoded>"
    else:
        snippet = f'<div class="medium-feed-item"><p class="medium-feed-snippet">The first words only.</p></div>{body}'
        text = f"<description>{escape(snippet)}</description>"
    date = f"<pubDate>{published}</pubDate>" if published else ""
    return (
        f"<item><title><![CDATA[{title}]]></title>{text}<link>{escape(link)}</link>"
        f'<guid isPermaLink="false">https://medium.com/p/{id}</guid><category><![CDATA[llm]]></category>'
        f"<dc:creator><![CDATA[Ada Example]]></dc:creator>{date}</item>"
    )


def feed(*items: str, title: str = "Stories by Ada Example on Medium") -> bytes:
    """A feed with these items."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0"><channel>'
    )
    return f"{head}<title><![CDATA[{title}]]></title>{''.join(items)}</channel></rss>".encode()


CHALLENGE = (
    b"<!DOCTYPE html><html lang='en-US'><head><title>Just a moment...</title>"
    b"<meta http-equiv='refresh' content='360'><script>window._cf_chl_opt={cvId:'3'};</script></head>"
    b"<body><div class='main-wrapper'><h1>medium.example</h1><p>Checking if the site connection is secure. Enable"
    b" JavaScript and cookies to continue</p></div></body></html>"
)


class Medium:
    """The feeds that a server has.

    Attributes:
        answers: what is answered to requests for feeds, by their names.
        robots: its robots.txt; None if there is none.
        asked: the paths that were requested, in order.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.robots: bytes | None = None
        self.asked: list[str] = []
        self.url = ""

    def has(self, name: str, body: bytes, status: int = 200, type: str = "text/xml; charset=utf-8") -> None:
        """Make a feed, or what is sent instead."""
        self.answers[name] = status, {"Content-Type": type}, body

    def handle(self, method: str, path: str, body: bytes) -> Answer:
        self.asked.append(path)
        if path == "/robots.txt" and self.robots is not None:
            return 200, {"Content-Type": "text/plain"}, self.robots
        return self.answers.get(
            path.removeprefix("/feed").lstrip("/"), (404, {"Content-Type": "text/html"}, b"<p>Not found</p>")
        )


@contextmanager
def served_feeds() -> Iterator[Medium]:
    """A server of feeds with its address."""
    medium = Medium()
    with served(medium.handle) as medium.url:
        yield medium
