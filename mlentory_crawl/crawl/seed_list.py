"""Seed lists: URLs in files, in arguments or on the standard input."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fair4ml.read.web_addresses import DEFAULT_PORTS, canonical, host_of, of_web
from mlentory_crawl.crawl.seed_formats import ENDINGS, of_text, seeds_in
from mlentory_crawl.crawl.seed_text import LARGEST, UNDECODED, content, decoded, lines, replaced
from mlentory_crawl.crawl.seed_values import Found

T = TypeVar("T")
LONGEST_URL = 2_048
MOST_SEEDS = 1_000_000
# URLs may contain commas: a comma only separates two URLs if the text after it looks like the start of one.
_PARTING_COMMA = re.compile(r",\s*(?=(?:https?://|(?:[a-z0-9-]+\.)+[a-z]{2,}/))", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Seed:
    """One line of a seed list.

    Attributes:
        number: its place in the list, from 0.
        place: file and line, for messages.
        url: the URL as it is written; `canonical` returns the one that is requested.
        metadata: the other fields that the list has for it.
        problem: the reason why it cannot be used; None if it can.
    """

    number: int
    place: str
    url: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SeedList:
    """The seeds of one source.

    Attributes:
        source: the file's path, ``-``, or the URLs themselves.
        seeds: all seeds in order, including those that cannot be used.
        fields: the names of the fields and the types of their values, if the format has fields.
    """

    source: str
    seeds: list[Seed]
    fields: dict[str, str]

    @property
    def useless(self) -> str | None:
        """The reason why the list has no usable seed; None if it has one."""
        if not self.seeds:
            return "has no URLs"
        if not all(seed.problem for seed in self.seeds):
            return None
        first = self.seeds[0]
        return f"has no usable URL; {first.place}: {first.url[:100]!r} {first.problem}"


def is_source(text: str) -> bool:
    """Check whether a text names a source of seeds: a file, the standard input or a URL."""
    return text == "-" or "://" in text or (bool(text) and _is_there(text))


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # a long list of URLs is too long for a file name
        return False


def read(source: str) -> SeedList:
    """Read the seeds in a file, on the standard input (``-``), or in a list of URLs separated by commas.

    Raises:
        OSError: the file cannot be read.
        ValueError: it does not have the format that its name says, or it is too large.
    """
    found: Iterable[Found]
    if source == "-":
        name, found = "stdin", of_text(replaced(_standard_input()))
    elif _is_there(source):
        path = Path(source)
        name, found = path.name, seeds_in(path)
    else:
        name, found = "argument", [Found(url) for url in _PARTING_COMMA.split(source)]
    seeds = [_seed(n, name, each) for n, each in enumerate(islice(found, MOST_SEEDS + 1))]
    if len(seeds) > MOST_SEEDS:
        raise ValueError(f"has more than {MOST_SEEDS:,} entries")
    stated = ((name, value) for seed in reversed(seeds) for name, value in seed.metadata.items())
    fields = {name: type(value).__name__ for name, value in stated if value is not None}
    return SeedList(source, seeds, dict(sorted(fields.items())))


def _standard_input() -> str:
    text = sys.stdin.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise ValueError(f"has more than {LARGEST:,} characters")
    return text


def names_in(given: str) -> list[str]:
    """Read the names in a file, one a line (``#`` begins a comment), or in a list separated by commas.

    Raises:
        ValueError: there are no names, there is no such file, or it cannot be read.
    """
    is_file = _is_there(given) and Path(given).is_file()
    if is_file:
        try:
            names = [line for _, line in lines(decoded(content(Path(given))))]
        except OSError as error:
            raise ValueError(f"{given} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise ValueError(f"{given} {error}") from error
    elif _is_path(given):
        raise ValueError(f"file not found: {given}")
    else:
        names = [name.strip() for name in given.split(",") if name.strip() and not name.lstrip().startswith("#")]
    if not names:
        raise ValueError(f"{given} has no ids" if is_file else "expected at least one id, got none")
    return names


def as_list(names: Sequence[str]) -> str:
    """Return names as the text that `names_in` reads as these names, never as that of a file."""
    text = ",".join(names)
    return f"{text}," if _is_path(text) or _is_there(text) else text


def _is_path(text: str) -> bool:
    """Check whether a text can only be the name of a file."""
    return "://" not in text and (text.startswith((".", "/", "~")) or Path(text.casefold()).suffix in ENDINGS)


def spread(items: Iterable[T], url_of: Callable[[T], str]) -> list[T]:
    """Return items in turn by host, in their order for each, so that a host is given time while others are asked.

    Args:
        items: seeds, for instance.
        url_of: returns the address of one.
    """
    seen: Counter[str | None] = Counter()

    def turn(item: T) -> int:
        host = host_of(url_of(item))
        seen[host] += 1
        return seen[host]

    return sorted(items, key=turn)


def is_private(url: str) -> bool:
    """Check whether a URL names a host that is not on the public network."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost", ".home.arpa"))


def _seed(number: int, name: str, found: Found) -> Seed:
    text, metadata, problem, line = found
    place = f"{name}:{line}" if line is not None else f"{name}: item {number + 1}"
    text = text.strip()
    problem = problem or problem_of(text)
    return Seed(number, place, replaced(text), metadata, problem)


def problem_of(text: str) -> str | None:
    """Return the reason why a text is no URL that can be requested; None if it is one."""
    url = of_web(text)
    if len(url) > LONGEST_URL:
        return f"is longer than {LONGEST_URL} characters"
    if any(character.isspace() or not character.isprintable() or character == UNDECODED for character in url):
        return "has characters that are not allowed in a URL"
    try:
        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS:
            return "is not an http or https URL"
        canonical(url)
    except ValueError as error:
        return f"is not a valid URL: {error}"
    return None if parts.hostname else "has no host"
