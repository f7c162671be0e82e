"""The formats of seed lists: text, tables, JSON, YAML, Parquet, sitemaps and feeds."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from mlentory_crawl.crawl.seed_text import content, decoded, lines
from mlentory_crawl.crawl.seed_values import MOST_VALUES, URL_FIELDS, Found, Walk, is_address, no_seed, of_object
from mlentory_crawl.crawl.seed_xml import of_xml
from mlentory_crawl.crawl.seed_yaml import Document
from mlentory_crawl.extras import install_command

_MARKER = re.compile(r"(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?")
_COMMENT = re.compile(r"\s#.*")
_LINK = re.compile(r"\[[^\]]*+\]\((?P<url>[^\s()]*+(?:\([^\s()]*+\)[^\s()]*+)*+)[^()]*+\)")
_NEXT = re.compile(r"(?<![\s,;])[\s,;]++(?=[\"'<]?https?://)", re.IGNORECASE)
_WRAPPED = {"<": ">", '"': '"', "'": "'", "`": "`", "(": ")"}
MOST_WRAPPERS = 4
_VALUE = re.compile(r"\S")
_BARE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*://|(?:[a-z0-9-]+\.)+[a-z]{2,}/)", re.IGNORECASE)


def seeds_in(path: Path) -> Iterator[Found]:
    """Return the seeds in a file, whose format follows from the ending of its name.

    Raises:
        OSError: it cannot be read.
        ValueError: it does not have the format that its name says.
    """
    ending = Path(path.name.casefold().removesuffix(".gz")).suffix
    if ending == ".parquet":
        return _parquet(path)
    if ending == ".xml":
        return of_xml(content(path))
    return _READERS.get(ending, of_text)(decoded(content(path)))


def of_text(text: str) -> Iterator[Found]:
    """Return the seeds in a text, line by line."""
    for number, line in lines(text):
        for url in _urls(line):
            yield Found(url, line=number)


def _urls(line: str) -> list[str]:
    """Return the URLs in a line without list markers; a line without a URL is returned unchanged."""
    line = line[marker.end() :] if (marker := _MARKER.match(line)) else line
    if link := _LINK.match(line):
        return [link["url"]]
    first, *others = map(_unwrapped, _NEXT.split(_COMMENT.sub("", line)))
    # Text before the first URL is a label.
    return others if others and not _BARE.match(first) else [first, *others]


def _unwrapped(text: str) -> str:
    for _ in range(MOST_WRAPPERS):
        text = text.strip().rstrip(",;")
        if len(text) > 1 and _WRAPPED.get(text[0]) == text[-1]:
            text = text[1:-1]
    return text


def _table(text: str) -> Iterator[Found]:
    _, first = next(lines(text), (0, ""))
    stated = re.fullmatch(r"\"?sep=(.)\"?", first)
    delimiter = stated[1] if stated else max(",;\t|", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: list[str] | None = None
    try:
        for row in rows:
            if not any(map(str.strip, row)) or (columns is None and stated and row[0].startswith("sep=")):
                continue
            if columns is None:
                columns, is_header = _columns(row)
                if is_header:
                    continue
            cells: dict[str, Any] = dict(zip(columns, row, strict=False))
            if further := row[len(columns) :]:
                cells["further"] = further
            yield from of_object(cells, rows.line_num) or [no_seed(delimiter.join(row), rows.line_num)]
    except csv.Error as error:
        raise ValueError(f"cannot be read at line {rows.line_num}: {error}") from error


def _columns(row: list[str]) -> tuple[list[str], bool]:
    """Return the names of a table's columns, and whether they come from its first row."""
    names = [cell.strip().casefold() for cell in row]
    urls = [n for n, cell in enumerate(row) if _BARE.match(cell)]
    if not urls or set(names) & set(URL_FIELDS):
        return names, True
    numbered = [f"column {n}" for n in range(1, len(row) + 1)]
    if not any(map(is_address, row)):
        numbered[urls[0]] = "url"
    return numbered, False


def _json(text: str) -> Iterator[Found]:
    values = _values(text)
    yield from Walk().seeds(values[0] if len(values) == 1 else values)


def _json_lines(text: str) -> Iterator[Found]:
    found, is_understood = [], False
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if not line.strip():
            continue
        try:
            values = _values(line)
        except ValueError as error:
            found.append(Found(line.strip()[:200], {}, str(error), number))
        else:
            is_understood = True
            found += [each._replace(line=number) for each in Walk().seeds(values)]
    yield from found if is_understood else _json(text)


def _values(text: str) -> list[Any]:
    """Return the values in a JSON text: one, or several in a row."""
    try:
        return [orjson.loads(text)]
    except ValueError:
        decoder, at, begins = json.JSONDecoder(), 0, 0
    values: list[Any] = []
    try:
        while (found := _VALUE.search(text, at)) and len(values) <= MOST_VALUES:
            begins = found.start()
            _, at = decoder.raw_decode(text, begins)
            values.append(orjson.loads(text[begins:at]))  # rejects lone surrogates, which cannot be stored
    except orjson.JSONDecodeError as error:
        raise ValueError(
            f"is not valid JSON at line {text.count(chr(10), 0, begins) + error.lineno}: {error.msg}"
        ) from error
    except json.JSONDecodeError as error:
        raise ValueError(f"is not valid JSON at line {error.lineno}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    return values


def _yaml(text: str) -> Iterator[Found]:
    document = Document(text)
    walk = Walk(document.lines)
    for n, value in enumerate(document.values):
        yield from walk.seeds(value, document.lines[id(document.values), n])


def _parquet(path: Path) -> Iterator[Found]:
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError as error:
        raise ValueError(f"is a Parquet file, which needs pyarrow: {install_command('parquet')}") from error
    try:
        for batch in parquet.ParquetFile(path).iter_batches():
            for row in batch.to_pylist():
                yield from of_object(row) or [no_seed(row, None)]
    except ArrowInvalid as error:
        raise ValueError(f"is not a valid Parquet file: {' '.join(str(error).split())}") from error


_READERS: dict[str, Callable[[str], Iterator[Found]]] = {
    ".csv": _table,
    ".tsv": _table,
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".yaml": _yaml,
    ".yml": _yaml,
}
ENDINGS = frozenset({*_READERS, ".parquet", ".xml", ".txt", ".lst", ".list", ".md", ".gz"})
"""The endings of the names of seed lists."""
