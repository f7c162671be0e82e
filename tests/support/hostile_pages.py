"""Made-up answers that harm whoever takes them for honest web pages, and hosts that lie about what they send."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any

import brotli
import zstandard

from support.hostile_addresses import INSIDE, LOCATIONS
from support.http_servers import Answer
from support.raw_hosts import Talk, endless, slow
from support.web_hosts import HTML
from support.web_pages import PARAGRAPHS, article_page, json_ld, metas, paragraphs, web_page

LARGE = 6 << 20
TYPES = (
    "text/html", "TEXT/HTML; charset=utf-8", "text/html; charset=utf-7", "text/html; charset=\x80\xff",
    "text/html;" * 900, "application/xhtml+xml", "application/octet-stream", "image/svg+xml", "application/pdf",
    "multipart/x-mixed-replace", "", "html", "text/html; charset=" + "x" * 5_000, "text/html; charset=rot13",
    "text/html; charset=idna",
)  # fmt: skip
ENCODINGS = ("utf-7", "utf-16", "utf-16-le", "utf-32", "cp037", "shift_jis", "gb18030", "hz", "iso2022_jp", "koi8-r")
STATUSES = (
    201, 202, 203, 204, 205, 206, 226, 300, 304, 305, 306, 310, 400, 401, 402, 403, 407, 410, 418, 451, 999,
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 1e308, 10**30, "", "x" * 100_000, "javascript:alert(1)", INSIDE, "0000-00-00", [], {}, [[[]]],
    {"@id": "_:a"}, {"@type": "Person"}, {"@value": {"@value": 1}}, ["\u0000", None, {"name": [{}]}],
)  # fmt: skip
ODD_TEXTS = ("", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#0;", "x" * 200_000, "&lt;div&gt;" * 5_000, "]]&gt;")
NAMES = (
    "@type", "@id", "@graph", "headline", "author", "datePublished", "isAccessibleForFree", "keywords", "image", "url",
    "mainEntityOfPage", "license", "inLanguage", "publisher", "hasPart",
)  # fmt: skip


@cache
def _zeros(encoding: str) -> bytes:
    """Nothing, 48 million times, packed."""
    nothing = bytes(48_000_000)
    if encoding == "br":
        return bytes(brotli.compress(nothing, quality=1))
    if encoding == "zstd":
        return zstandard.ZstdCompressor().compress(nothing)
    packed = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    return packed.compress(nothing) + packed.flush()


@cache
def _feed(entries: int) -> bytes:
    items = "".join(f"<item><title>{n}</title><link>http://127.0.0.1/{n}</link></item>" for n in range(entries))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()


def entity_bomb(root: str = "rss") -> bytes:
    """XML whose entities unfold to a thousand million times their size, and one that names a file."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY e0 "ha">{levels}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        f"<{root}><channel><title>&e9;</title><item><title>&f;</title></item></channel></{root}>"
    ).encode()


def _damaged(random: Random) -> Answer:
    body = bytearray(article_page().encode())
    for _ in range(random.randint(1, 60)):
        body[random.randrange(len(body))] = random.choice((255, 60, 62, 34, random.randrange(256)))
    return 200, HTML, bytes(body)


def _script(random: Random) -> Answer:
    directives = random.choice(("none", "x" * 9_000))
    head = f"<script>{'while(1){}' * 9_000}</script>" + metas(robots=directives)
    return 200, HTML, article_page(head=head).encode()


def _words(random: Random) -> Answer:
    word = random.choice(("a", "a ", "\u202e", "&amp;", "\u0301"))
    return 200, HTML, article_page("<p>" + word * random.choice((90_000, 900_000))).encode()


def _noise(random: Random) -> Answer:
    return 200, {"Content-Type": random.choice(TYPES)}, random.randbytes(random.choice((0, 1, 99, 70_000)))


def _statements(random: Random) -> Answer:
    node = {random.choice(NAMES): random.choice(ODD_VALUES) for _ in range(random.randint(1, 9))}
    for _ in range(random.randint(0, 3)):
        node = {random.choice(NAMES): random.choice(([node, node], node)), "@type": "Article"}
    text = json_ld(node)
    if random.random() < 0.3:
        text = text.replace('"', random.choice(("", "'", "\x00")), random.randint(1, 5))
    return 200, HTML, article_page(head=text).encode()


def _deep(random: Random) -> Answer:
    tag = random.choice(("div", "b", "table", "svg", "a", "blockquote", "li", "form", "template"))
    return 200, HTML, article_page(f"<{tag}>" * random.choice((300, 20_000, 100_000)) + paragraphs()).encode()


def _attributes(random: Random) -> Answer:
    many = " ".join(f'a{n}="{n}"' for n in range(random.choice((1_900, 40_000))))
    one = f'title="{"x" * 2_000_000}"'
    return 200, HTML, article_page(paragraphs(f"<p {random.choice((many, one))}>{PARAGRAPHS[0]}</p>")).encode()


def _lists(random: Random) -> Answer:
    inner = random.choice(("<p>x", "<br>", "<a href=/x>y</a>", "<td>1", "<li>1", "<option>x"))
    return 200, HTML, article_page(inner * random.choice((9_000, 49_000, 300_000))).encode()


def _addresses(random: Random) -> Answer:
    there = random.choice((*LOCATIONS[:20], "https://elsewhere.example/article"))
    head = random.choice((
        f'<meta http-equiv="refresh" content="0; url={there}">', f'<base href="{there}">',
        f'<link rel="canonical" href="{there}">' + metas(og__url=there) + json_ld({"@type": "Article", "url": there}),
        f'<link rel="alternate" type="application/rss+xml" href="{there}">', metas(og__url=there, og__image=there),
    ))  # fmt: skip
    link = f'<p><a href="{there}">There</a> <img src="{there}"><iframe src="{there}"></iframe></p>'
    return (
        200,
        HTML | {"Link": f'<{there[:2_000].encode("ascii", "replace").decode()}>; rel="canonical"'},
        article_page(paragraphs(link), head).encode(),
    )


def _packed(random: Random) -> Answer:
    encoding = random.choice(("gzip", "deflate", "br", "zstd"))
    body = random.choice((_zeros(encoding), b"\x1f\x8b" + random.randbytes(500), article_page().encode()))
    claims = (encoding, encoding, "gzip, gzip, gzip", "br, gzip", "x" * 50, "identity", "gzip" + ", gzip" * 200)
    claimed = random.choice(claims)
    return 200, HTML | {"Content-Encoding": claimed}, body


def _headers(random: Random) -> Answer:
    more = random.choice((
        {f"X-{n}": "x" * 20 for n in range(900)}, {"Set-Cookie": "a=" + "b" * 50_000 + "; Domain=127.0.0.1"},
        {"X-Robots-Tag": ",".join(["unavailable_after: x"] * 3_000)}, {"Link": "<a>; rel=canonical, " * 3_000},
        {"Last-Modified": "Thu, 99 Foo 99999 99:99:99 GMT", "ETag": 'W/"' + "x" * 9_000},
        {"Date": "Mon, 01 Jan 0001 00:00:00 GMT"}, {"Refresh": f"0; url={INSIDE}"}, {"Content-Language": "x" * 9_000},
        {"X-A": "\x80\xff\x01"}, {"Content-Location": INSIDE},
        {"Retry-After": "1" * 400}, {"Strict-Transport-Security": "max-age=1"}, {"Age": "-1", "Vary": "*"},
    ))  # fmt: skip
    return 200, HTML | more, article_page().encode()


def _status(random: Random) -> Answer:
    status = random.choice(STATUSES)
    body = random.choice((b"", article_page().encode(), web_page("<h1>No</h1>").encode()))
    return status, HTML, b"" if status in (204, 304) else body


KINDS: Mapping[str, Callable[[Random], Answer | None]] = {
    "noise": _noise,
    "noise in a page": lambda random: (200, HTML, b"<html><p>" + random.randbytes(30_000) + PARAGRAPHS[0].encode()),
    "damage": _damaged,
    "type": lambda random: (200, {"Content-Type": random.choice(TYPES)}, article_page().encode()),
    "encoding": lambda random: (
        200,
        {"Content-Type": f"text/html; charset={random.choice(ENCODINGS)}"},
        article_page(head=f'<meta charset="{random.choice(ENCODINGS)}">').encode(random.choice(ENCODINGS), "replace"),
    ),
    "zeros": lambda random: (200, HTML, article_page().replace("a", "a\0" * random.choice((1, 40))).encode()),
    "depth": _deep,
    "attributes": _attributes,
    "elements": _lists,
    "statements": _statements,
    "addresses": _addresses,
    "packed": _packed,
    "headers": _headers,
    "status": _status,
    "large": lambda random: (200, HTML, random.choice((b"<p>x", b"<", b"&#1;", b"\xff")) * (LARGE // 3)),
    "feed": lambda random: (200, {"Content-Type": random.choice(("text/html", "application/rss+xml"))}, _feed(50_000)),
    "entities": lambda random: (200, {"Content-Type": random.choice(("text/html", "text/xml"))}, entity_bomb("html")),
    "location": lambda random: (random.choice((301, 302, 303, 307, 308)), {"Location": random.choice(LOCATIONS)}, b""),
    "scripts": _script,
    "words": _words,
    "file": lambda random: (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7\n" + random.randbytes(3_000)),
    "hang-up": lambda random: None if random.random() < 0.5 else (200, HTML, b"<p>"),
}  # fmt: skip


def hostile_answer(random: Random) -> Answer | None:
    """What a hostile page answers; None hangs up."""
    return KINDS[random.choice(sorted(KINDS))](random)


def _said(text: bytes) -> Talk:
    return lambda connection: connection.sendall(text)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PAGE = article_page().encode()
LIARS: dict[str, Talk] = {
    "slow": slow(OK + b"\r\n"),
    "slow headers": slow(OK + b"X: "),
    "endless": endless(OK + b"\r\n", b"<p>" * 20_000),
    "endless headers": endless(OK, b"X: " + b"x" * 60_000 + b"\r\n"),
    "endless chunks": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 9_000),
    "more than it says": _said(OK + b"Content-Length: 5\r\n\r\n" + PAGE),
    "less than it says": _said(OK + b"Content-Length: 999999\r\n\r\n" + PAGE),
    "negative": _said(OK + b"Content-Length: -5\r\n\r\n" + PAGE),
    "huge": _said(OK + b"Content-Length: 99999999999999999999\r\n\r\n" + PAGE),
    "two lengths": _said(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + PAGE),
    "broken chunks": _said(OK + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\n" + PAGE),
    "huge chunk": _said(OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + PAGE),
    "no HTTP": _said(b"SSH-2.0-OpenSSH_9.9\r\n" + PAGE),
    "status": _said(b"HTTP/1.1 9999999999 OK\r\n\r\n" + PAGE),
    "version": _said(b"HTTP/9.9 200 OK\r\n\r\n" + PAGE),
    "continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 90),
    "two answers": _said((OK + b"Content-Length: 2\r\n\r\nhi") * 2),
    "line breaks": _said(b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + PAGE),
    "folded": _said(OK + b"X: a\r\n b\r\n\tc\r\n: d\r\nno colon\r\n\r\n" + PAGE),
    "silent": _said(b""),
}
"""Hosts that break HTTP."""


def hostile_feed(random: Random) -> Answer:
    """What is sent in place of a feed."""
    text, link = random.choice(ODD_TEXTS), random.choice(LOCATIONS[:12])
    item = f"<item><title>x</title><description>{text}</description><link>{link}</link></item>"
    body = random.choice((
        _feed(50_000), entity_bomb(), entity_bomb("feed"), random.randbytes(5_000), b"", b"<rss>" * 20_000,
        f'<rss version="2.0"><channel>{item * 12}</channel></rss>'.encode(), _feed(3)[:-40],
        f'<?xml version="1.0" encoding="{random.choice(ENCODINGS)}"?><rss><channel>{item}</channel></rss>'.encode(),
    ))  # fmt: skip
    return 200, {"Content-Type": random.choice(("text/xml", "application/rss+xml; charset=utf-7", *TYPES))}, body
