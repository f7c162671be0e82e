"""Asks a sample hub as any client would, over a socket."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import Any
from urllib.parse import urlencode, urlsplit

from mlentory_crawl.sample_hub import SampleHub

PROJECTION = (
    "author baseModels cardData config createdAt disabled downloads downloadsAllTime evalResults gated gguf "
    "lastModified library_name likes "
    "model-index pipeline_tag private safetensors sha tags transformersInfo trendingScore"
).split()


@dataclass
class Got:
    """An answer, read to its end."""

    status: int
    headers: HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def get(hub: SampleHub, target: str, method: str = "GET", **headers: str) -> Got:
    connection = http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=60)
    try:
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def listing(hub: SampleHub, **parameters: str | int | list[str]) -> Got:
    return get(hub, f"/api/models?{urlencode(parameters, doseq=True)}")


def next_target(answer: Got) -> str | None:
    link = answer.headers.get("Link")
    if link is None:
        return None
    assert link.startswith("<http://")
    assert link.endswith('>; rel="next"')
    parts = urlsplit(link[1 : link.index(">")])
    return f"{parts.path}?{parts.query}"


def walk(hub: SampleHub, **parameters: str | int | list[str]) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list; each is asked for when the one before has been used."""
    target: str | None = f"/api/models?{urlencode(parameters, doseq=True)}"
    while target is not None:
        answer = get(hub, target)
        assert answer.status == 200, answer.body
        yield answer.json()
        target = next_target(answer)


def everything(hub: SampleHub, **parameters: str | int | list[str]) -> list[dict[str, Any]]:
    return [record for page in walk(hub, **parameters) for record in page]
