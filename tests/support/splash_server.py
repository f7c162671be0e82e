"""A server on the loopback that answers as Splash does, and renders by replacing a text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support.http_servers import Answer, served

JSON, HTML = {"Content-Type": "application/json"}, {"Content-Type": "text/html; charset=utf-8"}
EMPTY = '<div id="root"></div>'


@dataclass
class SplashServer:
    """A server, and what it was asked.

    Attributes:
        text: what it puts on each page.
        answers: what it answers in place of a rendered page, by the last part of the page's address.
        url: its address.
        asked: the arguments of its scripts, in order.
    """

    text: str
    answers: dict[str, Answer] = field(default_factory=dict)
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        if (method, path) != ("POST", "/execute"):
            return 404, JSON, json.dumps({"error": 404, "type": "NotFound", "description": "no such endpoint"}).encode()
        asked = json.loads(body)
        self.asked.append(asked)
        if found := self.answers.get(asked["url"].rpartition("/")[2]):
            return found
        html = asked["document"].replace(EMPTY, EMPTY.replace("></", f">{self.text}</"))
        return 200, JSON, json.dumps({"html": html, "url": asked["url"]}).encode()


def failure(status: int, description: str) -> Answer:
    """What Splash answers when it cannot render a page."""
    told = {"error": status, "type": "GlobalTimeoutError", "description": description, "info": {}}
    return status, JSON, json.dumps(told).encode()


@contextmanager
def splash(text: str, **answers: Answer) -> Iterator[SplashServer]:
    """Serve as Splash."""
    server = SplashServer(text, answers)
    with served(server.answer) as server.url:
        yield server
