"""Seed lists: URLs in files, in arguments or on the standard input."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from w3lib.url import canonicalize_url

from mlentory_crawl.crawl.seed_formats import ENDINGS, of_text, seeds_in
from mlentory_crawl.crawl.seed_text import LARGEST, UNDECODED, content, decoded, lines, replaced
from mlentory_crawl.crawl.seed_values import Found

TRACKING = frozenset({"fbclid", "gclid", "dclid", "msclkid", "yclid", "mc_cid", "mc_eid", "igshid", "ref_src", "spm"})
"""Parameters that track where a reader came from, besides ``utm_*``."""
LONGEST_URL = 2_048
MOST_SEEDS = 1_000_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE | re.ASCII)
_GIT = re.compile(
    r"(?:(?:git\+https|(?:git\+)?ssh|git)://(?:git@)?(?P<a>[\w.-]+)/|git@(?P<b>[\w.-]+):)", re.IGNORECASE | re.ASCII
)
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


def canonical(url: str) -> str:
    """Normalize a URL, so that the order of parameters, tracking and the host's case make no difference.

    Users, passwords and default ports are removed; an address to clone from with git becomes that of the page.
    """
    parts = urlsplit(_of_web(url))
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in TRACKING and not name.startswith("utm_")
    ]
    # The pages of some platforms differ only in the fragment.
    fragment = parts.fragment if parts.fragment.startswith("/") else ""
    host = parts.netloc.rpartition("@")[2]
    if parts.port == _DEFAULT_PORTS.get(parts.scheme):
        host = host.removesuffix(f":{parts.port}")
    cleaned = parts._replace(netloc=host.rstrip("."), query=urlencode(kept), fragment=fragment).geturl()
    return str(canonicalize_url(cleaned, keep_fragments=True)).rstrip("/")


def _of_web(url: str) -> str:
    """Return the address of the page for a URL that has no scheme or that is for cloning with git."""
    if _BARE.match(url):
        return f"https://{url}"
    clone = _GIT.match(url)
    return f"https://{clone['a'] or clone['b']}/{url[clone.end() :]}" if clone else url


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
    problem = problem or _problem(text)
    return Seed(number, place, replaced(text), metadata, problem)


def _problem(text: str) -> str | None:
    url = _of_web(text)
    if len(url) > LONGEST_URL:
        return f"is longer than {LONGEST_URL} characters"
    if any(character.isspace() or not character.isprintable() or character == UNDECODED for character in url):
        return "has characters that are not allowed in a URL"
    try:
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS:
            return "is not an http or https URL"
        canonical(url)
    except ValueError as error:
        return f"is not a valid URL: {error}"
    return None if parts.hostname else "has no host"
