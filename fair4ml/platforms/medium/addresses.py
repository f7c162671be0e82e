"""Addresses of Medium's pages and feeds."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

HOSTS = frozenset({"medium.com"})
"""The hosts of its pages; authors also have their own below it."""
ALIASES = {"Article": "https://medium.com/p/"}
"""A story keeps this address whatever its title and publication."""

SITE = "https://medium.com"
FEEDS = f"{SITE}/feed"
"""The address below which the feeds are."""
_HANDLE = re.compile(r"@[\w.-]{1,100}", re.ASCII)
_WORD = re.compile(r"[\w.-]{1,100}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{8,16}")
_STORY = re.compile(r"(?:.{0,400}-)?(?P<id>[0-9a-f]{8,16})")
_OWN_PAGES = frozenset({"_", "about", "m", "me", "membership", "new-story", "plans", "search", "sitemap"})
"""The first steps of paths of the site's own pages."""
_PARTS_OF_PROFILES = frozenset({"about", "archive", "feed", "followers", "following", "latest", "lists"})
_FEED = "feed"


def feed_named(text: str, *, anywhere: bool = False) -> str | None:
    """The feed that a text or an address names: ``@author``, ``publication``, ``tag/word`` and the like.

    None if it names none. Pages of authors, publications and tags name their feeds. A publication with a domain of its
    own has the address of its site as the name of its feed.

    Args:
        text: the name, or the address of a page.
        anywhere: whether any host may be that of such a publication.
    """
    text = text.strip()
    if "://" not in text and "." not in text.partition("/")[0].removeprefix("@"):
        return _feed([step for step in text.split("/") if step])
    found = _steps(text)
    if found is None:
        return _feed_of_site(text) if anywhere else None
    author, steps = found
    if steps[:1] == [_FEED]:
        steps = steps[1:]
        if author is None and not steps:
            return None
    if author is not None:
        return author if not steps or steps[0] in _PARTS_OF_PROFILES else None
    return _feed(steps)


def feed_address(name: str, endpoint: str = FEEDS) -> str:
    """The address of a feed.

    Args:
        name: its name.
        endpoint: the address below which Medium's own are.
    """
    if "://" not in name:
        return f"{endpoint}/{name}"
    parts = urlsplit(name)
    return parts._replace(path=f"/{_FEED}{parts.path}").geturl()


def story_id(url: str) -> str | None:
    """The id of the story that an address, also of a publication's own site, is about; None if it is about none."""
    try:
        steps = [step for step in urlsplit(url).path.split("/") if step]
    except ValueError:
        return None
    if len(steps) > 1 and steps[-2] == "p":
        return steps[-1] if _ID.fullmatch(steps[-1]) else None
    found = _STORY.fullmatch(unquote(steps[-1])) if steps else None
    return None if found is None or steps[0] in _OWN_PAGES | {_FEED, "tag"} else found["id"]


def author_at(url: str) -> str | None:
    """The handle of the author under whose name a page is; None for pages of publications."""
    found = _steps(url)
    if found is None:
        return None
    author, steps = found
    return author or (steps[0] if steps and _HANDLE.fullmatch(steps[0]) else None)


def is_own(url: str) -> bool:
    """Check whether an address is one of Medium's."""
    return _steps(url) is not None


def _feed_of_site(url: str) -> str | None:
    """The feed of a publication with a domain of its own, or of a subject in it."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    if steps[:1] == [_FEED]:
        steps = steps[1:]
    site = f"{parts.scheme}://{host}{f':{port}' if port else ''}"
    if "." not in host or parts.scheme not in ("http", "https"):
        return None
    if len(steps) == 2 and steps[0] == "tagged":
        return f"{site}/tagged/{steps[1]}" if _WORD.fullmatch(steps[1]) else None
    return site if not steps or (len(steps) == 1 and steps[0] in _PARTS_OF_PROFILES) else None


def _feed(steps: list[str]) -> str | None:
    if not steps or steps[0] in _OWN_PAGES:
        return None
    if steps[0] in ("tag", "tags"):
        word = steps[1] if len(steps) > 1 else ""
        return f"tag/{word}" if _WORD.fullmatch(word) else None
    if not (_HANDLE.fullmatch(steps[0]) or _WORD.fullmatch(steps[0])) or steps[0] == "p":
        return None
    if len(steps) > 2 and steps[1] == "tagged":
        return f"{steps[0]}/tagged/{steps[2]}" if _WORD.fullmatch(steps[2]) else None
    return steps[0] if len(steps) == 1 or steps[1] in _PARTS_OF_PROFILES else None


def _steps(url: str) -> tuple[str | None, list[str]] | None:
    """The author whose own host an address names, if any, and the steps of its path; None if it is not Medium's."""
    address = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    if host in HOSTS:
        return None, steps
    name, _, site = host.partition(".")
    return (f"@{name}", steps) if site in HOSTS else None
