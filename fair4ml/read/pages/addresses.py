"""Addresses that web pages name: their own, those of their feeds, and those that their text links to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit, urlunsplit

from lxml.html import HtmlElement
from w3lib.url import safe_url_string

from fair4ml.identifiers import IRI_MAX_LENGTH
from fair4ml.read.pages.tree import PageTree

if TYPE_CHECKING:
    from tldextract import TLDExtract

_WEB_ADDRESS = re.compile(
    r"https?://[^\x00-\x20\x7f<>\"{}|\\^`/]+(?:[/?][^\x00-\x20\x7f<>\"{}|\\^`]*)?", re.ASCII | re.IGNORECASE
)
# Most addresses are nothing else, and need no more than that.
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[\w/.~=-]*(?:\?[\w/.~=&-]*)?", re.ASCII)
_HOME = re.compile(r"/?(?:(?:index|default|home)\.\w{2,5})?/?", re.IGNORECASE | re.ASCII)
# What follows the address of an article in those of its other forms: pages of it, its print, what readers say of it.
_OTHER_FORM = re.compile(
    r"(?:\d{1,3}|page[-/]?\d*|p\d{1,2}|amp|print|printable|comments?|full|all|single|index\.\w{2,5})/?",
    re.IGNORECASE | re.ASCII,
)
_IDENTIFYING = re.compile(
    r"(?:\w*id|idx|no|num(?:ber)?|p|art(?:icle)?|story|news|post|item|key|slug|name|title|doc|entry|v)",
    re.IGNORECASE | re.ASCII,
)
_MEMBER = re.compile(r"/[~@][^/]+")
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_LINK_HEADER = re.compile(r"<([^<>]*)>((?:\s*;\s*[^,;\"]+(?:\"[^\"]*\")?)*)")
_CANONICAL = re.compile(r"\brel\s*=\s*\"?[^\";]*\bcanonical\b", re.IGNORECASE)
MAX_FEEDS = 20
MAX_LINKS = 1_000
"""The maximum number of links of one text."""


def web_address(text: str | None, base: str) -> str | None:
    """The absolute web address that a text means on a page, or None if it means none.

    Args:
        text: an address, also a relative one.
        base: the address that relative ones are relative to.
    """
    if not text or len(text) > IRI_MAX_LENGTH:
        return None
    if _PLAIN.fullmatch(text):
        return text
    try:
        # Browsers leave out line breaks and tabs.
        address = safe_url_string(urljoin(base, text.strip().replace("\n", "").replace("\r", "").replace("\t", "")))
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            return None
        _ = parts.port
    except (ValueError, UnicodeError):
        return None
    host = parts.netloc.lower()
    address = urlunsplit(parts._replace(netloc=host))
    return address if len(address) <= IRI_MAX_LENGTH and _WEB_ADDRESS.fullmatch(address) else None


def base_address(page: PageTree, url: str) -> str:
    """The address that the page's relative addresses are relative to."""
    return web_address(page.base, url) or url


def canonical_address(
    url: str, *, declared: Iterable[str], shared: Iterable[str] = (), main: Iterable[str] = ()
) -> str | None:
    """The address that a page declares as the one of its content, or None if none is plausible.

    Two pages that are wrongly taken for one lose one of them, so each statement has to fit the page's own address. That
    of another site, or of another member of the same one, is never believed: a page could take the place of any other
    one by it.

    Args:
        url: the address of the page.
        declared: what it calls canonical (`rel=canonical`, in the page or its header).
        shared: its address for those who share it (`og:url`).
        main: the addresses of what it says it is about (JSON-LD).
    """
    own = urlsplit(url)
    canonical = list(dict.fromkeys(_without_fragment(each) for each in declared))
    others = [_without_fragment(each) for each in (*shared, *main)]
    if len(canonical) > 1 and len({_compared(each) for each in canonical}) > 1:
        canonical = []  # a page has one; search engines ignore several, too
    for each in canonical:
        there = urlsplit(each)
        agreed = any(_compared(each) == _compared(other) for other in others)
        if not _is_plausible(own, there) or not _same_site(own, there) or not _same_member(own, there):
            continue
        if not agreed and not _same_page(own, there) and any(_same_page(own, urlsplit(other)) for other in others):
            continue  # the page also says that its own address is the right one
        return each
    agreeing = [each for each in others if sum(_compared(each) == _compared(other) for other in others) > 1]
    for each in (*agreeing, *others):
        there = urlsplit(each)
        is_confirmed = each in agreeing and _same_site(own, there) and _same_member(own, there)
        if _is_plausible(own, there) and (is_confirmed or _same_page(own, there)):
            return each
    return None


def canonical_links(page: PageTree, base: str, link_header: Iterable[str]) -> Iterator[str]:
    """The addresses that a page and its header call canonical."""
    for element in page.links:
        is_canonical = "canonical" in element.get("rel", "").lower().split() and not _in_content(element)
        if is_canonical and (address := web_address(element.get("href"), base)):
            yield address
    yield from canonical_in_header(base, link_header)


def canonical_in_header(base: str, lines: Iterable[str]) -> Iterator[str]:
    """The addresses that the header `Link` of an answer calls canonical.

    Args:
        base: the address that relative ones are relative to.
        lines: the lines of the header.
    """
    for line in lines:
        for target, parameters in _LINK_HEADER.findall(line[:5_000]):
            if _CANONICAL.search(parameters) and (address := web_address(target, base)):
                yield address


def feeds(page: PageTree, url: str, base: str) -> list[str]:
    """The feeds that a page names, but for those of what readers say."""
    found: dict[str, None] = {}
    for element in page.links:
        type = element.get("type", "").partition(";")[0].strip().lower()
        if "alternate" in element.get("rel", "").lower().split() and type in _FEED_TYPES:
            address = web_address(element.get("href"), base)
            if address is not None and "comments" not in urlsplit(address).path.split("/"):
                found[address] = None
    # Beside the feed of the site, one under the article is that of its comments.
    own = urlsplit(url).path.rstrip("/") + "/"
    of_site = [each for each in found if not urlsplit(each).path.startswith(own)]
    return (of_site or list(found))[:MAX_FEEDS]


def same_page(one: str, other: str) -> bool:
    """Check whether two addresses differ in nothing that could lead to another page."""
    return _same_page(urlsplit(one), urlsplit(other))


def _in_content(element: HtmlElement) -> bool:
    """Check whether an element stands in what people write on the page, and not in its head."""
    return any(each.tag in ("article", "main", "section", "p", "li", "td") for each in element.iterancestors())


def _is_plausible(own: SplitResult, there: SplitResult) -> bool:
    """Check whether the page of one address can be the one of another: no home page, section or list for an article."""
    if _is_home(there) and not _is_home(own):
        return False
    here, to = own.path.rstrip("/"), there.path.rstrip("/")
    if to and here != to and here.startswith(f"{to}/") and not _OTHER_FORM.fullmatch(here[len(to) + 1 :]):
        return False
    missing = _identity(own) - _identity(there)
    return not missing or (here != to and not _is_home(there) and len(to.split("/")) >= len(here.split("/")))


def _identity(parts: SplitResult) -> set[tuple[str, str]]:
    """The parameters of an address that can distinguish articles."""
    return {(name, value) for name, value in parse_qsl(parts.query) if _IDENTIFYING.fullmatch(name)}


def _is_home(parts: SplitResult) -> bool:
    return _HOME.fullmatch(parts.path) is not None and not _identity(parts) and not parts.fragment.startswith("!")


def _same_page(own: SplitResult, there: SplitResult) -> bool:
    return _key(own) == _key(there) and _identity(own) == _identity(there)


def _key(parts: SplitResult) -> tuple[str, str]:
    path = re.sub(r"/(?:index|default)\.\w{2,5}$|/amp/?$|\.amp(?=\.html?$|$)", "", unquote(parts.path)).rstrip("/")
    return _host(parts), path


def _host(parts: SplitResult) -> str:
    return re.sub(r"^(?:www|m|mobile|amp)\.", "", (parts.hostname or "").rstrip("."))


def _compared(address: str) -> tuple[object, ...]:
    parts = urlsplit(address)
    return (*_key(parts), frozenset(parse_qsl(parts.query)))


def _without_fragment(address: str) -> str:
    parts = urlsplit(address)
    return address if parts.fragment.startswith("!") else urlunsplit(parts._replace(fragment=""))


def _same_site(own: SplitResult, there: SplitResult) -> bool:
    here, to = (own.hostname or "").rstrip("."), (there.hostname or "").rstrip(".")
    return here == to or _host(own) == _host(there) or _registered(here) == _registered(to) != ""


def _same_member(own: SplitResult, there: SplitResult) -> bool:
    """Check whether two addresses of a site are not those of two of its members."""
    members = {match[0] for each in (own, there) if (match := _MEMBER.match(unquote(each.path).lower()))}
    return len(members) < 2


def _registered(host: str) -> str:
    """The part of a host that somebody has registered, or has from one who gives names to others."""
    found = _suffixes()(host)
    if found.suffix or ":" in host or host.rpartition(".")[2].isdecimal():
        return found.top_domain_under_public_suffix
    # The public suffix list says so of all suffixes that it does not have.
    return ".".join(host.split(".")[-2:])


@cache
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract

    # Neither asks the network nor writes a cache.
    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)
