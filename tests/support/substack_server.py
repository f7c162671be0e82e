"""A made-up publication on Substack, with a domain of its own: its API and its feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.http_servers import Answer, served

PARAGRAPH = (
    "<p>Keys that are almost parallel can be merged while a long prompt is read, and the answers to questions about it"
    " stay as they were. We measured this on four made-up tasks with two made-up models, and tell what it saves.</p>"
)
LINKED = '<p>The weights are <a href="https://huggingface.co/example-lab/merged-7b">on the Hub</a>.</p>'
SITE = "https://notes.example"
MOST = 12


def post(number: int, audience: str = "everyone", **fields: Any) -> dict[str, Any]:
    """A post as the API returns it alone."""
    return {
        "id": 7_000_000 + number,
        "publication_id": 42,
        "title": f"Post {number}",
        "subtitle": "What it saves",
        "slug": f"post-{number}",
        "type": "newsletter",
        "post_date": f"2026-06-{1 + number % 28:02}T09:30:00.000Z",
        "audience": audience,
        "canonical_url": f"{SITE}/p/post-{number}",
        "description": None,
        "truncated_body_text": "Keys that are almost parallel can be merged...",
        "body_html": 3 * PARAGRAPH + LINKED,
        "cover_image": "https://images.example/cover.png",
        "postTags": [{"id": "t1", "name": "llm", "slug": "llm", "hidden": False}],
        "publishedBylines": [{"id": 7, "name": "Ada Example", "handle": "ada"}],
        "reactions": {"\u2764": 12, "\U0001f525": 3},
        "comment_count": 4,
        **fields,
    }


class Publication:
    """The posts that a server has.

    Attributes:
        posts: the posts, the newest first.
        answers: what is answered to requests for a path instead.
        asked: the paths and queries that were requested, in order.
    """

    def __init__(self, posts: list[Any]) -> None:
        self.posts = posts
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.url = ""

    def paths(self, beginning: str) -> list[str]:
        """Return the requests whose paths have a beginning."""
        return [path for path in self.asked if path.startswith(beginning)]

    def handle(self, method: str, path: str, body: bytes) -> Answer:
        self.asked.append(path)
        parts = urlsplit(path)
        if parts.path in self.answers:
            return self.answers[parts.path]
        if parts.path == "/api/v1/archive":
            query = parse_qs(parts.query)
            offset, limit = int(query["offset"][0]), min(int(query["limit"][0]), MOST)
            # Lists have no texts.
            listed = self.posts[offset : offset + limit]
            return _json(200, [{**each, "body_html": None} if isinstance(each, dict) else each for each in listed])
        slug = parts.path.rpartition("/")[2]
        posts = (each for each in self.posts if isinstance(each, dict))
        found = next((each for each in posts if each.get("slug") == slug), None)
        return _json(404, {"error": "Not found"}) if found is None else _json(200, found)


def feed(posts: list[dict[str, Any]]) -> bytes:
    """The feed of a publication; posts that not everybody may read end with a link to themselves."""
    items = []
    for each in posts:
        more = "" if each["audience"] == "everyone" else f'<p><a href="{each["canonical_url"]}">Read more</a></p>'
        items.append(
            f"<item><title><![CDATA[{each['title']}]]></title><description><![CDATA[{each['subtitle']}]]></description>"
            f"<link>{each['canonical_url']}</link><guid isPermaLink='false'>{each['canonical_url']}</guid>"
            f"<dc:creator><![CDATA[Ada Example]]></dc:creator><pubDate>Mon, 15 Jun 2026 09:30:00 GMT</pubDate>"
            f"<content:encoded><![CDATA[{each['body_html']}{more}]]></content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0"><channel>'
        f"<title>Made-up notes</title>{''.join(items)}</channel></rss>"
    ).encode()


def _json(status: int, told: Any) -> Answer:
    return status, {}, json.dumps(told).encode()


@contextmanager
def served_publication(posts: list[Any]) -> Iterator[Publication]:
    """A publication with its address."""
    publication = Publication(posts)
    with served(publication.handle) as publication.url:
        yield publication
