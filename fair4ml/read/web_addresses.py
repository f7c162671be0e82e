"""Addresses of web pages, and the identities that follow from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from fair4ml.identifiers import IRI_MAX_LENGTH
from fair4ml.read.secrets import is_key

TRACKING = frozenset({"fbclid", "gclid", "dclid", "msclkid", "yclid", "mc_cid", "mc_eid", "igshid", "ref_src", "spm"})
"""Parameters that track where a reader came from, besides ``utm_*``."""
DEFAULT_PORTS = {"http": 80, "https": 443}
MOST_LINKS = 2_000
"""The maximum number of addresses of one text."""
# Quotation marks and punctuation of other scripts end an address as brackets do.
_IN_TEXT = re.compile(
    r"https?://[^\x00-\x20\x7f<>\"{}|\\^`()\[\]\u00a0\u00ab\u00bb\u2018-\u201f\u2026\u3000-\u3011\uff01-\uff0f\uff1a-\uff20]+"
)
_BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE | re.ASCII)
_GIT = re.compile(
    r"(?:(?:git\+https|(?:git\+)?ssh|git)://(?:git@)?(?P<a>[\w.-]+)/|git@(?P<b>[\w.-]+):)", re.IGNORECASE | re.ASCII
)


def canonical(url: str) -> str:
    """Normalize a URL, so that the order of parameters, tracking and the host's case make no difference.

    Users, passwords, parameters with a key to a service and default ports are removed; an address to clone from with
    git becomes that of the page.
    """
    from w3lib.url import canonicalize_url  # loads clients of HTTP, and commands that read need none

    parts = urlsplit(of_web(url))
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in TRACKING and not name.startswith("utm_") and not is_key(value)
    ]
    # The pages of some platforms differ only in the fragment.
    fragment = parts.fragment if parts.fragment.startswith("/") else ""
    host = parts.netloc.rpartition("@")[2]
    if parts.port == DEFAULT_PORTS.get(parts.scheme):
        host = host.removesuffix(f":{parts.port}")
    cleaned = parts._replace(netloc=host.rstrip("."), query=urlencode(kept), fragment=fragment).geturl()
    return str(canonicalize_url(cleaned, keep_fragments=True)).rstrip("/")


def host_of(url: str) -> str | None:
    """Return the host of a URL; None if it has none, or is none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def is_below(url: str, hosts: Iterable[str]) -> bool:
    """Check whether the host of an address, which may have no scheme, is one of these hosts or below one of them."""
    host = (host_of(url if "://" in url else f"https://{url}") or "").rstrip(".")
    return any(host == each or host.endswith(f".{each}") for each in hosts)


def of_web(url: str) -> str:
    """Return the address of the page for a URL that has no scheme or that is for cloning with git."""
    if _BARE.match(url):
        return f"https://{url}"
    clone = _GIT.match(url)
    return f"https://{clone['a'] or clone['b']}/{url[clone.end() :]}" if clone else url


def addresses_in(text: str) -> list[str]:
    """The web addresses that a text without markup has, in their order."""
    found = (match.rstrip(".,;:!?'") for match in _IN_TEXT.findall(text))
    return list(dict.fromkeys(each for each in found if len(each) <= IRI_MAX_LENGTH))[:MOST_LINKS]
