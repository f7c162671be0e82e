"""Addresses of Substack's API, and readers of its answers and feeds.

The API that its own pages use; nobody has documented it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from scrapy.http import Response

from fair4ml.platforms.substack.addresses import post_address
from fair4ml.platforms.substack.mapping import EVERYONE
from fair4ml.read.feed import read_feed
from mlentory_crawl.responses import json_of

PAGE_SIZE = 12
"""The number of posts that its own pages ask for at once; of more it does not always return as many."""


def archive_address(site: str, offset: int) -> str:
    """Return the address of a page of the list of a publication's posts, the newest first."""
    return f"{site}/api/v1/archive?{urlencode({'sort': 'new', 'offset': offset, 'limit': PAGE_SIZE})}"


def post_api_address(site: str, slug: str) -> str:
    """Return the address of a post in the API."""
    return f"{site}/api/v1/posts/{slug}"


def site_of(url: str) -> str:
    """Return the address of the publication that an address of the API belongs to."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def listed(response: Response) -> list[Any]:
    """Return the posts in a page of the list.

    Raises:
        ValueError: it is something else.
    """
    if response.status != 200:
        raise ValueError(f"HTTP {response.status}")
    posts = json_of(response)
    if not isinstance(posts, list):
        raise ValueError(f"expected a list, got {type(posts).__name__}")
    return posts


def divided(posts: list[Any], site: str, seen: Collection[str]) -> tuple[dict[str, dict[str, Any]], list[Any]]:
    """Return the posts of a page by their addresses, without those that came before, and the items that are none.

    Args:
        posts: the items of the page.
        site: the address of the publication.
        seen: the addresses of the posts that came before.
    """
    fresh, odd = {}, []
    for post in posts:
        address = post_address(post, site)
        if address is None:
            odd.append(post)
        elif address not in seen:
            fresh[address] = post
    return fresh, odd


def html_to_read(post: Mapping[str, Any]) -> str | None:
    """Return the HTML of a post whose text is wanted; None if there is none, or only a preview that is not needed."""
    html = post.get("body_html")
    is_needed = is_open(post) or not post.get("truncated_body_text")
    return html if isinstance(html, str) and html and is_needed else None


def is_open(post: Mapping[str, Any]) -> bool:
    """Check whether everybody may read a post."""
    return post.get("audience") == EVERYONE


def lacks_text(post: Mapping[str, Any]) -> bool:
    """Check whether everybody may read a post whose text is not there."""
    return is_open(post) and not post.get("body_html") and isinstance(post.get("slug"), str)


def told(post: Mapping[str, Any], site: str) -> dict[str, Any]:
    """Return a post without its HTML, with the address that identifies it."""
    found = {name: value for name, value in post.items() if name not in ("body_html", "body_json", "url")}
    reactions = post.get("reactions")
    if isinstance(reactions, dict) and "reaction_count" not in post:
        found["reaction_count"] = sum(count for count in reactions.values() if type(count) is int)
    address = post_address(post, site)
    return found if address is None else {**found, "url": address}


def read_posts(body: bytes, url: str, headers: Mapping[str, str], most: int) -> dict[str, Any]:
    """Return the posts in a feed as `fair4ml.read.feed.read_feed` returns its entries, with the names of the API.

    A feed does not say who may read a post: one that ends with a link to itself goes on there.
    """
    found = read_feed(body, url, headers, most)
    if found["state"] == "feed":
        found["entries"] = [_post(each, site_of(url)) for each in found["entries"]]
    return found


def _post(entry: Mapping[str, Any], site: str) -> dict[str, Any]:
    address = post_address({"canonical_url": entry.get("url")}, site)
    links = entry.get("links", [])
    post = {
        "url": address,
        "title": entry.get("title"),
        "description": entry.get("description"),
        "post_date": entry.get("published"),
        "publishedBylines": entry.get("authors"),
        "postTags": entry.get("tags"),
        "publication_name": entry.get("site_name"),
        "text": entry.get("text"),
        "links": links,
        "image": entry.get("image"),
        "is_preview": "text" not in entry or _goes_on(links, address, site),
    }
    return {name: value for name, value in post.items() if value is not None}


def _goes_on(links: list[str], address: str | None, site: str) -> bool:
    return bool(links) and address is not None and post_address({"canonical_url": links[-1]}, site) == address
