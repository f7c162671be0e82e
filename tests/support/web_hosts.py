"""Hosts of pages on the loopback, each with an address of its own, and a crawl of their pages."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.crawling import CatalogProject
from support.http_servers import Answer, served

NO_HUB = "http://127.0.0.1:9000"
"""The endpoint of an API, which is not there."""
SPIDER = Path(__file__).with_name("page_spider.py")
TEXT, HTML = {"Content-Type": "text/plain"}, {"Content-Type": "text/html; charset=utf-8"}
PAGE: Answer = (200, HTML, b"<html><body><p>A page.</p></body></html>")
Page = Answer | Callable[[int], Answer | None]
"""What a host answers to a path; a function is given how often it was asked before."""


def robots(text: str | bytes, status: int = 200, **headers: str) -> Answer:
    """A robots.txt."""
    return status, TEXT | headers, text.encode() if isinstance(text, str) else text


def redirect(location: str) -> Answer:
    return 302, {"Location": location}, b""


@dataclass
class WebHost:
    """A host, and what it was asked.

    Attributes:
        pages: what it answers by path; a page to any other but robots.txt, which it does not have.
        url: its address, without a slash at the end.
        asked: the paths in order.
        most_at_once: the largest number of requests that it answered at the same time.
    """

    pages: dict[str, Page] = field(default_factory=dict)
    url: str = ""
    asked: list[str] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0
    _times: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, body: bytes) -> Answer | None:
        with self._lock:
            self.asked.append(path)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            before = self._times[path]
            self._times[path] += 1
        try:
            found = self.pages.get(path, (404, TEXT, b"") if path == "/robots.txt" else PAGE)
            return found(before) if callable(found) else found
        finally:
            with self._lock:
                self._at_once -= 1


@contextmanager
def web(hosts: Mapping[str, WebHost], first: int = 11) -> Iterator[dict[str, WebHost]]:
    """Serve hosts, each at an address of its own from ``127.0.0.<first>`` on."""
    with ExitStack() as stack:
        for number, host in enumerate(hosts.values(), first):
            host.url = stack.enter_context(served(host.answer, f"127.0.0.{number}"))
        yield dict(hosts)


@dataclass
class Crawled:
    """What came of a crawl of pages.

    Attributes:
        pages: what came of each, by its address.
        report: of the run.
    """

    pages: dict[str, dict[str, Any]]
    report: dict[str, Any]


def crawl_pages(folder: Path, asked: Iterable[str | dict[str, Any]], *words: str, **settings: str) -> Crawled:
    """Request pages with the settings of the project, but without pauses.

    Args:
        folder: where to put the files of the crawl.
        asked: addresses, or ``{"url": ..., "meta": ...}``.
        words: further arguments of the command.
        settings: environment variables.
    """
    pages, told = folder / "pages.jsonl", folder / "told.jsonl"
    lines = [each if isinstance(each, dict) else {"url": each} for each in asked]
    pages.write_text("".join(json.dumps(line) + "\n" for line in lines))
    told.touch()
    project = CatalogProject(folder / "data", NO_HUB, **{"PAGE_DELAY": "0", **settings})
    done = project.scrapy("runspider", SPIDER, "-a", f"pages={pages}", "-a", f"told={told}", *words)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    found = [json.loads(line) for line in told.read_text().splitlines()]
    return Crawled({each["url"]: each for each in found}, project.report())
