"""Feeds as they are sent: with odd dates, addresses and identifiers, damaged, too long, or no feeds at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from fair4ml.read.feed import MOST_ENTRIES, read_feed

pytestmark = pytest.mark.extra(name="documents")

URL = "https://notes.example/journal/feed.atom"
TEXT = "<p>" + "Keys that are almost parallel can be merged while a long prompt is read. " * 8 + "</p>"


def rss(*items: str, head: str = "<title>Made-up notes</title>") -> bytes:
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel>{head}{"".join(items)}</channel></rss>'.encode()


def item(name: str = "a", **elements: str) -> str:
    told = {"title": name, "link": f"https://notes.example/{name}", **elements}
    return f"<item>{''.join(f'<{tag}>{text}</{tag}>' for tag, text in told.items() if text)}</item>"


def atom(*entries: str) -> bytes:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de-AT"><title>Made-up journal</title>'
        f"<author><name>Ada Example</name></author>{''.join(entries)}</feed>"
    ).encode()


def read(body: bytes, most: int = 10, **headers: str) -> dict[str, Any]:
    return read_feed(body, URL, {name.replace("_", "-"): value for name, value in headers.items()}, most)


def test_an_entry_has_what_the_feed_says_of_it() -> None:
    whole = f"<![CDATA[{TEXT}<p><a href='../b'>b</a><img src='c.png'></p>]]>"
    found = read(
        rss(
            item(
                **{
                    "content:encoded": whole,
                    "description": "In short &amp;amp; &lt;b&gt;plain&lt;/b&gt;",
                    "dc:creator": "Ada Example",
                    "pubDate": "Mon, 15 Jun 2026 09:30:00 +0200",
                    "guid": "tag:notes.example,2026:a",
                },
            ).replace("</item>", "<category>llm</category><category>llm</category><category> </category></item>"),
            head="<title>Made-up notes</title><language>en</language>",
        )
    )
    (entry,) = found["entries"]
    assert entry.pop("text").startswith("Keys that are almost parallel")
    assert entry == {
        "guid": "tag:notes.example,2026:a",
        "url": "https://notes.example/a",
        "title": "a",
        "description": "In short & plain",
        "authors": [{"name": "Ada Example"}],
        "published": "2026-06-15T09:30:00+02:00",
        "language": "en",
        "tags": ["llm"],
        "site_name": "Made-up notes",
        "image": "https://notes.example/journal/c.png",
        "links": ["https://notes.example/b"],
    }
    assert (found["state"], found["title"], found["left_out"]) == ("feed", "Made-up notes", 0)


def test_addresses_are_relative_to_the_nearest_base_and_to_that_of_the_feed() -> None:
    found = read(
        atom(
            "<entry xml:base='2026/06/26/'><title>a</title><link rel='replies' href='a#x'/><link href='a'/></entry>",
            "<entry><title>b</title><link rel='alternate' href='/journal/2026/06/25/b'/></entry>",
        )
    )
    assert [entry["url"] for entry in found["entries"]] == [
        "https://notes.example/journal/2026/06/26/a",
        "https://notes.example/journal/2026/06/25/b",
    ]
    # What the feed says of all entries holds for each.
    assert {entry["language"] for entry in found["entries"]} == {"de-AT"}
    assert [entry["authors"] for entry in found["entries"]] == 2 * [[{"name": "Ada Example"}]]


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        ("Mon, 30 Oct 2023 09:15:00 +0200", "2023-10-30T09:15:00+02:00"),
        ("2023-10-30T09:15:00Z", "2023-10-30T09:15:00+00:00"),
        # A clock of twelve hours, or without a zone: the day is certain.
        ("Sat, Oct 28 2023 08:28:28 PM", "2023-10-28"),
        ("Sun, Oct 29 2023 12:05:00 AM", "2023-10-29"),
        ("Mon, 30 Oct 2023 09:15:00", "2023-10-30"),
        ("2023-10-30", "2023-10-30"),
        ("yesterday", None),
        ("", None),
        ("Mon, 99 Foo 2023 09:15:00 +0200", None),
    ],
)
def test_a_date_is_what_is_stated_or_absent(stated: str, published: str | None) -> None:
    (entry,) = read(rss(item(pubDate=stated)))["entries"]
    assert entry.get("published") == published
    assert "modified" not in entry


def test_the_newest_come_first_and_those_without_a_date_last() -> None:
    dates = {"old": "Mon, 30 Oct 2023 09:15:00 GMT", "none": "", "new": "2026-06-26", "newer": "2026-06-26T09:00:00Z"}
    body = rss(*(item(name, pubDate=date) for name, date in dates.items()))
    assert [entry["title"] for entry in read(body)["entries"]] == ["newer", "new", "old", "none"]
    shorter = read(body, most=2)
    assert ([entry["title"] for entry in shorter["entries"]], shorter["left_out"]) == (["newer", "new"], 2)


def test_an_identifier_that_occurs_twice_or_is_the_only_address_is_kept_as_it_is() -> None:
    guids = "tag:1", "tag:1", "https://notes.example/c"
    found = read(
        rss(
            *(item(name, guid=guid) for name, guid in zip("ab", guids[:2], strict=True)),
            item("c", link="", guid=guids[2]),
        )
    )
    assert [entry["guid"] for entry in found["entries"]] == [*guids]
    assert found["entries"][2]["url"] == "https://notes.example/c"


def test_an_entry_without_anything_is_no_error() -> None:
    (entry,) = read(rss("<item></item>"))["entries"]
    assert entry == {"site_name": "Made-up notes"}


def test_people_are_named_without_their_addresses() -> None:
    found = read(rss(item(author="ada@notes.example (Ada Example)"), item(author="ben@notes.example")))
    assert [entry.get("authors") for entry in found["entries"]] == [[{"name": "Ada Example"}], None]
    (entry,) = read(atom("<entry><author><name>Ben Sample</name><email>b@x.photography</email></author></entry>"))[
        "entries"
    ]
    assert entry["authors"] == [{"name": "Ben Sample"}]


def test_a_feed_of_any_length_is_read_to_a_limit() -> None:
    many = rss(*(item(f"n{n}") for n in range(50_000)))
    found = read(many, most=1_000)
    assert (len(found["entries"]), found["left_out"]) == (MOST_ENTRIES, 50_000 - MOST_ENTRIES)
    assert found["title"] == "Made-up notes"


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        (rss(item("a"), item("b"))[:-20], ["a", "b"]),
        (rss(item("a"))[: -len("</item></channel></rss>")], ["a"]),
        (rss(item("a & b")), ["a & b"]),
        (rss(item("a\x0bb")), ["a b"]),
        (b"\xef\xbb\xbf\n" + rss(item("caf\u00e9")), ["caf\u00e9"]),
        (
            rss(item("caf\u00e9")).replace(b'"1.0"', b'"1.0" encoding="iso-8859-1"', 1).decode().encode("latin-1"),
            ["caf\u00e9"],
        ),
    ],
)
def test_what_can_be_read_of_a_damaged_feed_is_read(body: bytes, titles: list[str]) -> None:
    assert [entry["title"] for entry in read(body)["entries"]] == titles


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"/etc/passwd",
        b"https://notes.example/other.xml",
        b"{}",
        f"<!doctype html><html><head><title>Notes</title></head><body><article>{TEXT}</article></body></html>".encode(),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    assert read(body) == {"state": "not_feed", "reason": "is not a feed"}


def test_a_challenge_in_place_of_a_feed_is_no_empty_feed() -> None:
    body = (
        b"<!doctype html><html><head><title>Making sure you&#39;re not a bot!</title>"
        b'<script id="anubis_challenge" type="application/json">{}</script></head>'
        b"<body><h1>Making sure you&#39;re not a bot!</h1><p>Loading...</p><p>Protected by Anubis</p></body></html>"
    )
    assert read(body, Content_Type="text/html; charset=utf-8")["state"] == "challenge"


def test_entities_of_a_document_type_are_neither_fetched_nor_multiplied() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "word "}">' for n in range(9))
    head = f'<!DOCTYPE rss [{bomb}<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    found = read(head.encode() + rss(item("&e8;&file;")).removeprefix(b'<?xml version="1.0"?>'))
    assert all(len(entry["title"]) < 100 for entry in found["entries"])


@settings(max_examples=50)
@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 400))
def test_any_bytes_have_a_state(noise: bytes, start: int, end: int) -> None:
    whole = atom(f"<entry><title>a</title><link href='a'/><content type='html'>{TEXT}</content></entry>")
    assert read(whole[:start] + noise + whole[end:])["state"]
    assert read(noise)["state"]
