"""Reading of Medium's feeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fair4ml.platforms.medium.addresses import SITE, author_at, story_id
from fair4ml.read.feed import read_feed

_OF_PUBLICATION = " - Medium"


def read_stories(body: bytes, url: str, headers: Mapping[str, str], most: int, name: str) -> dict[str, Any]:
    """Return the stories in a feed, the newest first, as `fair4ml.read.feed.read_feed` returns its entries.

    Args:
        body: the response.
        url: its address at the public service.
        headers: its headers.
        most: how many stories to return at most.
        name: the name of the feed.
    """
    found = read_feed(body, url, headers, most)
    if found["state"] == "feed":
        title = found["title"] or ""
        site = title.removesuffix(_OF_PUBLICATION) if title.endswith(_OF_PUBLICATION) else None
        found["entries"] = [_story(each, name, site) for each in found["entries"]]
    return found


def _story(entry: Mapping[str, Any], name: str, site: str | None) -> dict[str, Any]:
    story = {field: value for field, value in entry.items() if field != "site_name"}
    address = story.get("url")
    id = story_id(story.get("guid") or "") or story_id(address or "")
    if address:
        # The rest says which feed led a reader there.
        story["url"] = urlunsplit(urlsplit(address)._replace(query="", fragment=""))
    if id is not None:
        story["id"] = id
        story.setdefault("url", f"{SITE}/p/{id}")
    if site:
        story["site_name"] = site
    author = author_at(address or "") or (name if name.startswith("@") else None)
    if author is not None and len(story.get("authors", ())) == 1:
        story["authors"] = [{**story["authors"][0], "url": f"{SITE}/{author}"}]
    if "text" in story:
        story["is_free"] = True
    elif not name.startswith("tag/"):
        # A feed of a tag has no texts at all.
        story["is_free"] = False
    return story
