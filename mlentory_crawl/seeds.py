"""Seed lists as people keep them: URLs in text, CSV, JSON, YAML, Parquet or a sitemap."""

from __future__ import annotations

import csv
import gzip
import ipaddress
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
import yaml
from scrapy.utils.sitemap import Sitemap
from w3lib.url import canonicalize_url

URL_FIELDS = ("url", "link", "uri", "href", "seed")
"""What the field of a table or an object is called that holds the URL; the first one that is there."""
LIST_FIELDS = frozenset({"urls", "links", "uris", "seeds"})
TRACKING = frozenset({"fbclid", "gclid", "dclid", "msclkid", "yclid", "mc_cid", "mc_eid", "igshid", "ref_src", "spm"})
"""Parameters that tell where a reader came from, besides ``utm_*``."""
LONGEST_URL = 2_048


@dataclass(frozen=True, slots=True)
class Seed:
    """One line of a seed list.

    Attributes:
        number: its place among them, from 0.
        place: file and line, for messages.
        url: as it stands; `canonical` gives the one that is asked for.
        metadata: what the list says of it besides.
        problem: why it cannot be used; None if it can.
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
        seeds: in order, those that cannot be used among them.
        fields: the names of the fields and the types of their values, where the format has such.
    """

    source: str
    seeds: list[Seed]
    fields: dict[str, str]


_Found = tuple[str, str, dict[str, Any], str | None]
"""Place, text, metadata, problem."""


def is_source(text: str) -> bool:
    """Whether seeds can be read from there."""
    return text == "-" or "://" in text or Path(text).is_file()


def read(source: str) -> SeedList:
    """The seeds of a file, of standard input (``-``), or of a list of URLs with commas.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is nothing of what its name says.
    """
    path = Path(source)
    found: Iterable[_Found]
    if source == "-":
        found = _plain("stdin", sys.stdin.read())
    elif path.is_file():
        name = path.name.removesuffix(".gz")
        reader = _READERS.get(Path(name).suffix.casefold(), _plain)
        found = reader(path.name, path if reader is _parquet else _content(path))
    else:
        found = ((f"argument {n}", url, {}, None) for n, url in enumerate(source.split(","), 1))
    seeds = [_seed(n, *each) for n, each in enumerate(found)]
    stated = ((name, value) for seed in reversed(seeds) for name, value in seed.metadata.items())
    fields = {name: type(value).__name__ for name, value in stated if value is not None}
    return SeedList(source, seeds, dict(sorted(fields.items())))


def canonical(url: str) -> str:
    """A URL without what differs from reader to reader: order of parameters, tracking, the host's case."""
    parts = urlsplit(url)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in TRACKING and not name.startswith("utm_")
    ]
    # The pages of some platforms are told apart by the fragment only.
    fragment = parts.fragment if parts.fragment.startswith("/") else ""
    cleaned = parts._replace(query=urlencode(kept), fragment=fragment).geturl()
    return str(canonicalize_url(cleaned, keep_fragments=True)).rstrip("/")


def is_private(url: str) -> bool:
    """Whether a URL names a host that is none of the public network's."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost", ".home.arpa"))


def _seed(number: int, place: str, text: str, metadata: dict[str, Any], problem: str | None) -> Seed:
    seed = Seed(number, place, text.strip(), metadata, problem)
    return seed if problem else replace(seed, problem=_problem(seed.url))


def _problem(url: str) -> str | None:
    if len(url) > LONGEST_URL:
        return f"is longer than {LONGEST_URL} characters"
    if any(character.isspace() or not character.isprintable() for character in url):
        return "has characters that no URL has"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"is no URL: {error}"
    if parts.scheme not in ("http", "https"):
        return "is no http or https URL"
    return None if host else "names no host"


def _content(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return data.decode("utf-8-sig", "replace")


def _plain(name: str, text: Any) -> Iterator[_Found]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"{name}:{number}", line, {}, None


def _of_object(place: str, found: Any) -> _Found:
    if isinstance(found, str):
        return place, found, {}, None
    if isinstance(found, Mapping):
        name = next((name for name in URL_FIELDS if isinstance(found.get(name), str) and found[name]), None)
        if name is not None:
            return place, found[name], {key: value for key, value in found.items() if key != name}, None
    return place, str(found)[:200], {}, f"has no field of {', '.join(URL_FIELDS)}"


def _csv(name: str, text: Any) -> Iterator[_Found]:
    lines = text.splitlines(keepends=True)
    reader = csv.DictReader(lines, restkey="further")
    reader.fieldnames = [column.strip().casefold() for column in reader.fieldnames or ()]
    for row in reader:
        yield _of_object(f"{name}:{reader.line_num}", row)


def _jsonl(name: str, text: Any) -> Iterator[_Found]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield _of_object(f"{name}:{number}", orjson.loads(line))
        except ValueError as error:
            yield f"{name}:{number}", line[:200], {}, f"is no JSON: {error}"


def _json(name: str, text: Any) -> Iterator[_Found]:
    found = orjson.loads(text)
    for number, (each, further) in enumerate(_listed(found), 1):
        place, url, metadata, problem = _of_object(f"{name}: item {number}", each)
        yield place, url, {**further, **metadata}, problem


def _listed(value: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The items of lists of URLs, wherever they stand, with what is said beside each list."""
    if isinstance(value, list):
        for item in value:
            yield item, {}
    elif isinstance(value, dict):
        beside = {key: item for key, item in value.items() if isinstance(item, str | int | float)}
        for key, item in value.items():
            if isinstance(item, list) and (key in LIST_FIELDS or any(_is_url(each) for each in item)):
                yield from ((each, beside) for each in item)
            elif isinstance(item, dict):
                yield from _listed(item)


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and value.strip().startswith(("http://", "https://"))


def _yaml(name: str, text: Any) -> Iterator[_Found]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(f"is no YAML: {' '.join(str(error).split())[:200]}") from error
    if root is not None:
        yield from _of_node(name, root, {}, set())


def _of_node(name: str, node: yaml.Node, beside: dict[str, Any], seen: set[int]) -> Iterator[_Found]:
    """The same for YAML, whose nodes know their lines; a node that is referred to again is read once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    place = f"{name}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if isinstance(item, yaml.ScalarNode):
                yield f"{name}:{item.start_mark.line + 1}", item.value, beside, None
            else:
                yield from _of_node(name, item, beside, seen)
    elif isinstance(node, yaml.MappingNode):
        scalars = {key.value: item.value for key, item in node.value if isinstance(item, yaml.ScalarNode)}
        if any(field in scalars for field in URL_FIELDS):
            _, url, metadata, problem = _of_object(place, scalars)
            yield place, url, {**beside, **metadata}, problem
            return
        for key, item in node.value:
            is_list = isinstance(item, yaml.SequenceNode)
            if not is_list or key.value in LIST_FIELDS or any(_is_url(each.value) for each in item.value):
                yield from _of_node(name, item, {**beside, **scalars} if is_list else beside, seen)


def _parquet(name: str, path: Any) -> Iterator[_Found]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise ValueError("is Parquet, which needs pyarrow: pip install mlentory-crawl[archive]") from error
    number = 0
    for batch in parquet.ParquetFile(path).iter_batches():
        for row in batch.to_pylist():
            number += 1
            yield _of_object(f"{name}: row {number}", {key.casefold(): value for key, value in row.items()})


def _sitemap(name: str, text: Any) -> Iterator[_Found]:
    try:
        sitemap = Sitemap(text.encode())
    except (AttributeError, StopIteration, ValueError) as error:
        raise ValueError("is no XML") from error
    if sitemap.type not in ("urlset", "sitemapindex"):
        raise ValueError("is no sitemap")
    problem = "is a sitemap itself: name its own file" if sitemap.type == "sitemapindex" else None
    for number, entry in enumerate(sitemap, 1):
        metadata = {key: value for key, value in entry.items() if key != "loc" and isinstance(value, str)}
        yield f"{name}: entry {number}", str(entry["loc"]), metadata, problem


_READERS: dict[str, Callable[[str, Any], Iterable[_Found]]] = {
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".parquet": _parquet,
    ".xml": _sitemap,
}
