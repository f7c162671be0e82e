"""A walk over the pages of the service by their links."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
from starlette.testclient import TestClient

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_NAMESPACE = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True, slots=True)
class Found:
    """An answer to a request for what something links to.

    Attributes:
        address: where it is.
        linked_from: the page that links to it.
        answer: the answer.
        tree: the elements of the page; None if it is none.
    """

    address: str
    linked_from: str
    answer: Any
    tree: Any


def elements(tree: Any) -> Iterator[tuple[str, dict[str, str], Any]]:
    """Yield the elements of a page: name, attributes, and the element."""
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield element.tag.rpartition("}")[2], dict(element.attrib), element


def links(tree: Any, *, keeps_to_nofollow: bool = False) -> Iterator[str]:
    """Yield where a page leads to, sends forms to and loads files from, as it says so."""
    for _, attributes, _ in elements(tree):
        if keeps_to_nofollow and "nofollow" in attributes.get("rel", ""):
            continue
        for name, value in attributes.items():
            if name.rpartition("}")[2] in ("href", "src", "action", "formaction", "data", "hx-get"):
                yield value


def text(tree: Any) -> str:
    """Return the text of a page, without scripts and styles there should not be."""
    return "".join(tree.itertext())


def walk(client: TestClient, starts: Iterable[str], most: int) -> Iterator[Found]:
    """Yield what is reached from pages by their links, breadth first, as by a program that keeps to `nofollow`.

    Args:
        client: who asks.
        starts: the addresses of the first pages.
        most: the maximum number of requests.
    """
    waiting = deque((start, "") for start in starts)
    met = {address for address, _ in waiting}
    for _ in range(most):
        if not waiting:
            return
        address, linked_from = waiting.popleft()
        answer = client.get(address, headers=BROWSER)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        tree = html5lib.parse(answer.content, transport_encoding="utf-8") if is_page else None
        yield Found(address, linked_from, answer, tree)
        for link in links(tree, keeps_to_nofollow=True) if tree is not None else ():
            try:
                target = urlsplit(urljoin(f"http://{client.base_url.host}{address}", link))
            except ValueError:
                continue
            within = target._replace(scheme="", netloc="", fragment="").geturl()
            if target.hostname == client.base_url.host and within not in met:
                met.add(within)
                waiting.append((within, address))
