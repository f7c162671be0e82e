"""RDF files of any size, read as a stream of N-Triples."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from rdflib import Graph

from mlentory_crawl.shapes.pairs_on_disk import PairsOnDisk

ENDINGS = (".nt", ".nt.gz", ".ttl", ".ttl.gz")
"""The endings of the names of files that can be read."""

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_CHUNK = 2_000
"""The minimum number of lines of Turtle that are read at once."""
_MOST = 100_000
"""The maximum number of triples of one record that are held at once."""
_OBJECT = re.compile(r"<([^<>]*)> *\.$")
_DIRECTIVE = re.compile(r"@(?:prefix|base)\b|(?:prefix|base)\s", re.IGNORECASE)


@contextmanager
def open_ntriples(path: Path) -> Iterator[IO[str]]:
    """A file as N-Triples that can be read several times; Turtle is converted into a temporary file.

    Args:
        path: a file whose name ends with one of `ENDINGS`. Statements in Turtle must begin on a new line.

    Raises:
        ValueError: the file cannot be read, or is not valid Turtle.
    """
    try:
        with _opened(path) as text:
            if ".nt" in path.suffixes[-2:]:
                yield text
                return
            with TemporaryFile("w+", encoding="utf-8") as written:
                for line in _from_turtle(text):
                    written.write(line)
                yield written
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read: {error}") from error


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _from_turtle(text: Iterable[str]) -> Iterator[str]:
    prefixes: list[str] = []
    chunk: list[str] = []
    is_inside, is_between = False, True
    for number, line in enumerate(text, 1):
        is_directive = is_between and _DIRECTIVE.match(line) is not None
        if chunk and is_between and (is_directive or len(chunk) >= _CHUNK):
            yield from _ntriples("".join([*prefixes, *chunk]), number)
            chunk.clear()
        if is_directive:
            prefixes.append(line)
            continue
        chunk.append(line)
        is_inside ^= (line.count('"""') + line.count("'''")) % 2 == 1
        if line.strip():
            is_between = not is_inside and line.rstrip().endswith(".")
    if chunk:
        yield from _ntriples("".join([*prefixes, *chunk]), number)


def _ntriples(turtle: str, line: int) -> list[str]:
    try:
        written = Graph().parse(data=turtle, format="turtle").serialize(format="nt", encoding="utf-8").decode()
    except Exception as error:  # rdflib's parsers raise errors of any type
        raise ValueError(f"is not valid Turtle up to line {line:,}: {error}") from error
    return sorted(written.splitlines(keepends=True), key=lambda each: (_root(each), each))


def _root(line: str) -> str:
    """The IRI of the entity that the subject of a triple belongs to."""
    return _subject(line).partition("#")[0].rstrip(">")


def _subject(line: str) -> str:
    return line.partition(" ")[0]


def records(lines: Iterable[str]) -> Iterator[list[str]]:
    """Group consecutive triples about one entity and its parts.

    Args:
        lines: lines of N-Triples, sorted by the entity that they are about.
    """
    found: list[str] = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        if found and (
            _root(line) != _root(found[0]) or (len(found) >= _MOST and _subject(line) != _subject(found[-1]))
        ):
            yield found
            found = []
        found.append(line if line.endswith("\n") else line + "\n")
    if found:
        yield found


class Types:
    """The classes of all entities in a file, kept on disk."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._classes = PairsOnDisk(_types(lines))

    def of_objects(self, triples: Iterable[str]) -> list[tuple[str, str]]:
        """Pairs of IRI and class for the entities that some triples refer to."""
        named = {match[1] for line in triples if (match := _OBJECT.search(line.rstrip())) is not None}
        return [pair for iri in named for pair in self._classes.of(iri)]

    def close(self) -> None:
        """Release the disk space."""
        self._classes.close()


def _types(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        subject, _, rest = line.partition(" ")
        if rest.startswith(TYPE) and (match := _OBJECT.search(rest.rstrip())) is not None:
            yield subject.strip("<>"), match[1]
