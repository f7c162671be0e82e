"""Addresses of LinkedIn's pages."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from fair4ml.read.web_addresses import canonical, is_below

HOSTS = frozenset({"linkedin.com"})
"""The hosts of its pages; countries have theirs below it."""

_PICTURES = (".gif", ".jpeg", ".jpg", ".png", ".webp")
_OF_COMMENTS = frozenset({"commentUrn", "dashCommentUrn"})
_URN = re.compile(r"urn:li:(?:share|activity|ugcPost|comment):[^/?&]+")


def is_own(url: str) -> bool:
    """Check whether an address is one of LinkedIn's."""
    return is_below(url, HOSTS)


def page_address(stated: str) -> str | None:
    """The canonical form of an address in an export; None if it is not one of LinkedIn's."""
    address = stated.strip()
    if not address.startswith(("https://", "http://")) or not is_own(address):
        return None
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
