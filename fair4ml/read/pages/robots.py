"""Rules of web pages for robots, in their meta elements and in the headers of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from fair4ml.read.pages.tree import PageTree

Headers = Mapping[str, str | Sequence[str]]
"""Headers of an answer; one that was sent several times has a list, or its lines with line breaks between them."""

_WITH_VALUES = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_ADDRESSED = re.compile(r"\s*([a-z*_][\w.*-]*)\s*:\s*(.*)", re.DOTALL)
_SEPARATORS = re.compile(r"[,;\s]+")
_HEARD = {
    "noindex": ("noindex",),
    "nofollow": ("nofollow",),
    "none": ("noindex", "nofollow"),
    "noai": ("noai",),
    "noimageai": ("noimageai",),
}


def header_lines(headers: Headers, name: str) -> list[str]:
    """The lines of a header, whatever the case of its name.

    Args:
        headers: all headers.
        name: the name in lower case.
    """
    found: list[str] = []
    for key, value in headers.items():
        if key.lower() == name:
            found += [line for each in ([value] if isinstance(value, str) else value) for line in each.split("\n")]
    return found


def robots_directives(page: PageTree, headers: Headers, robot: str) -> dict[str, str]:
    """The directives to all robots, or to this one, that forbid something, each with the place that states it.

    Args:
        page: the page.
        headers: the headers of the answer.
        robot: the robot's product token in lower case.
    """
    found: dict[str, str] = {}
    for name, content in page.named:
        if name in ("robots", robot):
            for word in _SEPARATORS.split(content.lower()):
                found |= {directive: f"meta {name}" for directive in _HEARD.get(word, ()) if directive not in found}
    return header_directives(headers, robot) | found


def header_directives(headers: Headers, robot: str) -> dict[str, str]:
    """The directives in the headers of an answer, as `robots_directives` returns those of a page.

    Args:
        headers: the headers.
        robot: the robot's product token in lower case.
    """
    words = [each for line in header_lines(headers, "x-robots-tag") for each in _directives(line)]
    heard = [word for agent, word in words if agent in ("", "*", robot)]
    return {directive: "X-Robots-Tag" for word in heard for directive in _HEARD.get(word, ())}


def _directives(line: str) -> Iterator[tuple[str, str]]:
    """The directives of one line, each with the robot that they are addressed to; the empty text for all."""
    agent = ""
    for item in line.lower().split(","):
        words = item
        if (addressed := _ADDRESSED.fullmatch(item)) and addressed[1] not in _WITH_VALUES:
            agent, words = addressed[1], addressed[2]
        yield from ((agent, word) for word in words.split())
