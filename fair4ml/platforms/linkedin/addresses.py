"""Addresses of LinkedIn's pages."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

HOSTS = frozenset({"linkedin.com"})
"""The hosts of its pages; countries have theirs below it."""

_PICTURES = (".gif", ".jpeg", ".jpg", ".png", ".webp")
_OF_COMMENTS = frozenset({"commentUrn", "dashCommentUrn"})
_URN = re.compile(r"urn:li:(?:share|activity|ugcPost|comment):[^/?&]+")


def is_own(url: str) -> bool:
    """Check whether an address is one of LinkedIn's."""
    try:
        host = (urlsplit(url if "://" in url else f"https://{url}").hostname or "").rstrip(".")
    except ValueError:
        return False
    return host in HOSTS or any(host.endswith(f".{each}") for each in HOSTS)


def page_address(stated: str) -> str | None:
    """The canonical form of an address in an export; None if it is not one of LinkedIn's."""
    address = stated.strip()
    if not address.startswith(("https://", "http://")) or not is_own(address):
        return None
    # Commands that only read know the hosts of all platforms, and need no more of the library.
    from fair4ml.read.web_addresses import canonical

    parts = urlsplit(address)
    # The rest says how a reader came there.
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name in _OF_COMMENTS])
    return canonical(urlunsplit(parts._replace(query=query, fragment="")))


def is_picture(url: str) -> bool:
    """Check whether an address in an export is that of a picture; posts have films and documents as well."""
    path = urlsplit(url).path.casefold()
    return path.endswith(_PICTURES) or "/dms/image/" in path


def name_in(url: str) -> str:
    """The name by which LinkedIn identifies the post that a page is about, else the address itself."""
    found = _URN.search(unquote(url))
    return url if found is None else found[0]
