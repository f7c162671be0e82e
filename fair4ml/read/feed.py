"""Reading of RSS and Atom feeds: the entries with their texts, whatever is wrong with the feed.

Needs feedparser, of the extra ``documents``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from fair4ml.read.pages.robots import header_lines
from fair4ml.read.plain_text import plain_line
from fair4ml.read.stated_dates import stated_date
from fair4ml.read.web_fragment import read_fragment
from fair4ml.read.web_page import PageState, read_page

MOST_ENTRIES = 500
"""The number of entries that are read of a feed."""
MOST_TAGS = 100
_INSTEAD = frozenset({PageState.CHALLENGE, PageState.LOGIN_WALL, PageState.SOFT_404})
"""The states of pages that are sent in place of a feed."""

_CLOSING = re.compile(rb"</(?:item|entry)\s*>")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:#\w+|\w+);")
_MAIL = re.compile(r"[<(\[]?[^\s<>()\[\]]+@[^\s<>()\[\]]+[>)\]]?")
_HTML = frozenset({"text/html", "application/xhtml+xml"})


def read_feed(body: bytes, url: str, headers: Mapping[str, str], most: int) -> dict[str, Any]:
    """Return the entries of a feed, the newest first, as JSON.

    Args:
        body: the response.
        url: its address, to which relative addresses are relative.
        headers: the headers of the response.
        most: how many entries to return at most.

    Returns:
        With the ``state`` ``feed``: ``title``, ``language``, ``left_out`` (the number of entries that are not returned)
        and ``entries``, each with the fields of a text (`fair4ml.describe.writing`) and ``guid``; ``text`` is in those
        of which the feed has more than a summary. With another state, its ``reason``.
    """
    import feedparser

    content_type = next(iter(header_lines(headers, "content-type")), None)
    kept, left_out = _beginning(body)
    # A stream: of bytes, feedparser first tries whether they are the name of a file.
    feed = feedparser.parse(
        io.BytesIO(kept),
        response_headers={"content-location": url, **({"content-type": content_type} if content_type else {})},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not feed.get("version"):
        return _no_feed(body, url, content_type, headers)
    about = feed["feed"]
    of_feed = {"site_name": _line(about.get("title_detail")), "authors": _authors(about)}
    # Only the texts of entries that are returned are read.
    newest = sorted(feed["entries"], key=_newness, reverse=True)
    return {
        "state": "feed",
        "title": of_feed["site_name"],
        "language": about.get("language"),
        "left_out": left_out + max(0, len(newest) - most),
        "entries": [_entry(each, url, about.get("language"), of_feed) for each in newest[:most]],
    }


def _no_feed(body: bytes, url: str, content_type: str | None, headers: Mapping[str, str]) -> dict[str, Any]:
    page = read_page(body, url, content_type, headers)
    if page["state"] in _INSTEAD:
        return {"state": page["state"], "reason": page["reason"]}
    return {"state": "not_feed", "reason": "is not a feed"}


def _beginning(body: bytes) -> tuple[bytes, int]:
    """Return a feed without its entries beyond `MOST_ENTRIES`, and their number; reading them would take minutes."""
    ends = [match.end() for match in _CLOSING.finditer(body)]
    if len(ends) <= MOST_ENTRIES:
        return body, 0
    return body[: ends[MOST_ENTRIES - 1]] + body[ends[-1] :], len(ends) - MOST_ENTRIES


def _entry(entry: Any, url: str, language: str | None, of_feed: Mapping[str, Any]) -> dict[str, Any]:
    # Its own look-ups answer with other fields where one is absent: the time of a change with that of publication.
    stated = dict(entry)
    link, guid = stated.get("link"), stated.get("id")
    whole = next((each for each in stated.get("content", ()) if each.get("type") in _HTML), None)
    summary = stated.get("summary_detail")
    found: dict[str, Any] = {
        "guid": guid,
        "url": link or guid,
        "title": _line(stated.get("title_detail")),
        "authors": _authors(stated) or of_feed["authors"],
        "published": _date(stated.get("published")),
        "modified": _date(stated.get("updated")),
        "language": (whole or {}).get("language") or language,
        "tags": _tags(stated.get("tags", ())),
        "site_name": of_feed["site_name"],
        "image": _image(stated),
    }
    if summary is not None and (whole is None or summary["value"] != whole["value"]):
        found["description"] = _line(summary)
    if whole is not None:
        read = read_fragment(whole["value"], whole.get("base") or link or url)
        found |= {"text": read["text"], "links": read["links"], "image": found["image"] or read["image"]}
    return {name: value for name, value in found.items() if value not in (None, [])}


def _newness(entry: Any) -> tuple[bool, datetime]:
    """Return a key for sorting: entries without a date come last."""
    stated = _date(dict.get(entry, "published")) or _date(dict.get(entry, "updated"))
    if stated is None:
        return False, datetime.min.replace(tzinfo=UTC)
    time = datetime.fromisoformat(stated)
    return True, time if time.tzinfo else time.replace(tzinfo=UTC)


def _date(stated: Any) -> str | None:
    # What feedparser makes of a time is wrong by twelve hours where the clock has only twelve.
    return stated_date(stated) if isinstance(stated, str) else None


def _line(detail: Any) -> str | None:
    """Return the text of an element that may have markup, on one line."""
    value = (detail or {}).get("value")
    if not isinstance(value, str) or not value.strip():
        return None
    if _MARKUP.search(value):
        from lxml.html import fromstring

        value = fromstring(f"<div>{value}</div>").text_content()
    return plain_line(value) or None


def _authors(stated: Mapping[str, Any]) -> list[dict[str, str]]:
    authors, whole = stated.get("authors", ()), stated.get("author") or ""
    found = []
    for each in authors:
        # Of an e-mail address with a long domain, feedparser takes the end for a part of the name.
        stated_name = _MAIL.sub(" ", whole) if len(authors) == 1 and "@" in whole else each.get("name") or ""
        name, page = plain_line(stated_name).strip("() "), each.get("href")
        if name and "@" not in name:
            found.append({"name": name, **({"url": page} if page else {})})
    return found


def _tags(stated: Iterable[Mapping[str, Any]]) -> list[str]:
    words = (plain_line(each.get("term") or "") for each in stated)
    return list(dict.fromkeys(word for word in words if word))[:MOST_TAGS]


def _image(stated: Mapping[str, Any]) -> str | None:
    return next(_images(stated), None)


def _images(stated: Mapping[str, Any]) -> Iterator[str]:
    yield from (each["url"] for each in stated.get("media_thumbnail", ()) if each.get("url"))
    for each in (*stated.get("media_content", ()), *stated.get("enclosures", ())):
        address = each.get("url") or each.get("href")
        if address and (each.get("medium") == "image" or str(each.get("type", "")).startswith("image/")):
            yield address
