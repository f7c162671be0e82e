"""Made-up pages with articles, on some hosts of the loopback, in a process of their own."""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_int64
from multiprocessing import get_context
from typing import Any

HOSTS = 16
"""The number of hosts; a host gets one request at a time."""
LINKS = "".join(f'<li class="nav-item"><a href="/topics/{n}">Topic {n}</a></li>' for n in range(120))
SCRIPT = "<script>" + "window.dataLayer=window.dataLayer||[];function track(e){dataLayer.push(e)};" * 120 + "</script>"
_LETTERS = "bcdfglmnprstv", "aeiou"


def _lexicon() -> list[str]:
    """Words that nobody knows."""
    choose = random.Random(1)
    return [
        "".join(choose.choice(letters) for _ in range(choose.randint(1, 4)) for letters in _LETTERS)
        for _ in range(3_000)
    ]


LEXICON = _lexicon()
WEIGHTS = [1 / rank for rank in range(1, len(LEXICON) + 1)]


def page(number: int) -> bytes:
    """A page with an article, navigation, statements and scripts; 31 kB."""
    choose = random.Random(number)
    words = choose.choices(LEXICON, WEIGHTS, k=900)
    sentences = [" ".join(words[at : at + 12]).capitalize() + "." for at in range(0, len(words), 12)]
    text = "".join(f"<p>{' '.join(sentences[at : at + 5])}</p>" for at in range(0, len(sentences), 5))
    title = " ".join(words[:6]).capitalize()
    about = {
        "@context": "https://schema.org", "@type": "BlogPosting", "headline": title, "inLanguage": "en",
        "datePublished": f"2026-{1 + number % 12:02}-{1 + number % 28:02}", "keywords": words[6:10],
        "author": {"@type": "Person", "name": "Ada Example"},
    }  # fmt: skip
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{SCRIPT}'
        f'<meta property="og:title" content="{title}"><meta name="description" content="{sentences[0]}">'
        f'<script type="application/ld+json">{json.dumps(about)}</script></head><body><header><ul>{LINKS}</ul></header>'
        f"<main><article><h1>{title}</h1>{text}</article></main><aside><ul>{LINKS}</ul></aside>"
        f'<footer><p>Printed on air.</p><a href="/imprint">Imprint</a></footer></body></html>'
    ).encode()


def urls(addresses: list[str], pages: int) -> list[str]:
    """The addresses of so many pages, in turn by host."""
    return [f"{addresses[number % len(addresses)]}/posts/{number}" for number in range(pages)]


@contextmanager
def served(hosts: int = HOSTS) -> Iterator[tuple[list[str], Any]]:
    """The addresses of hosts that have all pages, and the number of answers so far, as ``value``."""
    context = get_context("spawn")
    answered = context.Value(c_int64, 0, lock=False)
    ports = context.Queue()
    process = context.Process(target=_serve, args=(hosts, ports, answered), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=60), answered
    finally:
        process.terminate()
        process.join()


def _serve(hosts: int, ports: Any, answered: Any) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                answered.value += 1
                writer.write(_answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        servers = [await asyncio.start_server(talk, f"127.0.1.{number}", 0) for number in range(1, hosts + 1)]
        ports.put([f"http://{host}:{port}" for host, port in (each.sockets[0].getsockname() for each in servers)])
        await asyncio.gather(*(each.serve_forever() for each in servers))

    asyncio.run(run())


def _answer(head: bytes) -> bytes:
    path = head.split(b" ", 2)[1]
    if not path.startswith(b"/posts/"):
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    tag = b'"%x"' % zlib.crc32(path)
    if tag in head:
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"
    body = page(int(path.rpartition(b"/")[2]))
    kind = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: "
    return kind + tag + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
