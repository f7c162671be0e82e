"""Addresses of publications on Substack, of their posts, and of the API's answers about these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fair4ml.describe.about import About
from fair4ml.read.web_addresses import canonical, is_below

HOSTS = frozenset({"substack.com"})
"""The hosts of its pages; publications have theirs below it, or a domain of their own."""
SITE = "https://substack.com"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.IGNORECASE | re.ASCII)
_SLUG = re.compile(r"[\w.~%-]{1,300}", re.ASCII)
_NO_PUBLICATIONS = frozenset({"api", "cdn", "on", "open", "reader", "support", "www"})
_PARTS_OF_PUBLICATIONS = frozenset({"about", "archive", "feed", "podcast"})
_API = re.compile(r"/api/v1/posts/(?P<slug>[^/]+)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A publication, or a post in it.

    Attributes:
        site: the address of the publication, without a slash at the end.
        slug: the name of the post; None for the publication.
    """

    site: str
    slug: str | None = None


def place_of(text: str, *, anywhere: bool = False) -> Place | None:
    """The publication or post that a name or an address is about; None if it is about none.

    Args:
        text: the name of a publication, or the address of one of its pages.
        anywhere: whether any host may be that of a publication with a domain of its own.
    """
    text = text.strip()
    if _NAME.fullmatch(text):
        return Place(_site(text))
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    if host == "open.substack.com":
        if len(steps) < 2 or steps[0] != "pub" or not _NAME.fullmatch(steps[1]):
            return None
        return _place(_site(steps[1]), steps[2:])
    name, _, above = host.removeprefix("www.").partition(".")
    if above in HOSTS and name not in _NO_PUBLICATIONS:
        return _place(_site(name), steps)
    if host.removeprefix("www.") in HOSTS or above in HOSTS or not anywhere or "." not in host:
        return None
    # A domain of its own may be asked for by http.
    return _place(f"{parts.scheme}://{host}{f':{port}' if port else ''}", steps)


def is_own(url: str) -> bool:
    """Check whether an address is one of Substack's, or of a publication below it."""
    return is_below(url, HOSTS)


def post_address(post: Any, site: str) -> str | None:
    """The address of a post that an answer of the API has; None if it names none.

    Args:
        post: the post.
        site: the address of the publication that was asked.
    """
    if not isinstance(post, dict):
        return None
    stated, slug = post.get("canonical_url"), post.get("slug")
    if isinstance(stated, str) and stated.startswith(("https://", "http://")):
        # The rest says who recommended it to a reader.
        return canonical(stated.partition("?")[0].partition("#")[0])
    return canonical(f"{site}/p/{slug}") if isinstance(slug, str) and _SLUG.fullmatch(slug) else None


def entity_at(url: str, payload: Any = None) -> About | None:
    """The post that an address of the API, or an object in its answer, is about."""
    if isinstance(payload, dict) and "publication_id" in payload and "slug" in payload:
        parts = urlsplit(url)
        address = post_address(payload, f"{parts.scheme}://{parts.netloc}")
        return None if address is None else About(address, address, None)
    found = _API.search(urlsplit(url).path)
    if found is None:
        return None
    parts = urlsplit(url)
    address = post_address({"slug": found["slug"]}, f"{parts.scheme}://{parts.netloc}")
    return None if address is None else About(address, address)


def _site(name: str) -> str:
    return f"https://{name.lower()}.substack.com"


def _place(site: str, steps: list[str]) -> Place | None:
    if steps[:1] == ["p"] and len(steps) > 1:
        return Place(site, steps[1]) if _SLUG.fullmatch(steps[1]) else None
    return Place(site) if not steps or steps[0] in _PARTS_OF_PUBLICATIONS else None
