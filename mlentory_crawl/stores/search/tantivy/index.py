"""The layout of search documents in a tantivy index, and the folder that holds it."""

from __future__ import annotations

import json
import logging
import shutil
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tantivy import Document, Index, Schema, SchemaBuilder, Tokenizer

from fair4ml.write.search_document import TEXT
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.errors import error_message
from mlentory_crawl.stores.search.analysis import analyzer, analyzers, spaced
from mlentory_crawl.stores.search.fields import (
    DATES,
    FACETS,
    NUMBERS,
    TEXTS,
    WORDY,
    fields_digest,
    importance,
    seconds,
    stated,
)

logger = logging.getLogger(__name__)

LAYOUT = 3
"""The version of the layout below; raised with each change that does not show in the search fields."""

VERSION_FILE = "mlentory.json"

# Fields of the index itself; search fields never begin with an underscore.
KEY = "_key"
POSITION = "_position"
SOURCE = "_source"
WEIGHT = "_weight"
SORT_NAME = "_sort_name"
NAME_PARTS = "_name_parts"
STATED = "_stated"
"""The names of the fields that the document has."""
TERMS = "_terms"
"""The words of the facets that are searched too."""

_FACETS, _NUMBERS, _DATES, _TEXTS = map(frozenset, (FACETS, NUMBERS, DATES, TEXTS))


@cache
def schema() -> Schema:
    """The schema of the index, derived from the search fields."""
    builder = SchemaBuilder()
    builder.add_text_field(KEY, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(POSITION, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(STATED, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field(SOURCE, stored=True)
    builder.add_float_field(WEIGHT, fast=True)
    builder.add_text_field(SORT_NAME, tokenizer_name="folded", fast=True, index_option="basic")
    builder.add_text_field(NAME_PARTS, tokenizer_name="parts")
    builder.add_text_field(TERMS, tokenizer_name="words")
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="words" if name == "name" else "prose")
    builder.add_text_field(TEXT, tokenizer_name="prose")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="value", fast=True, index_option="basic")
    # A date is its seconds since 1970: tantivy's own dates end in 2262 and cost more to hand over.
    for name in (*NUMBERS, *DATES):
        builder.add_integer_field(name, fast=True)
    return builder.build()


def document(key: str, source: dict[str, Any], stored: bytes, text: str | None = None) -> Document:
    """A search document as tantivy takes it.

    Args:
        key: the catalog key that it is replaced and deleted by.
        source: the search document.
        stored: the same as JSON, which is what a search gives back.
        text: the whole text of an article or post, which is only searched.

    Raises:
        ValueError, TypeError: a value that the index cannot hold, such as an integer outside 64 bits.
    """
    fields: dict[str, Any] = {KEY: key, SOURCE: stored, WEIGHT: _weight(source), STATED: stated(source)}
    words: list[str] = []
    for name, value in source.items():
        if name in _FACETS:
            fields[name] = value
            if name in WORDY:
                words += value if isinstance(value, list) else [value]
        elif name in _NUMBERS:
            fields[name] = value
        elif name in _DATES:
            fields[name] = seconds(value)
        elif name in _TEXTS:
            fields[name] = spaced(value)
    if text is not None:
        fields[TEXT] = spaced(text)
    fields[TERMS] = spaced(" ".join(words))
    if "name" in source:
        fields[NAME_PARTS], fields[SORT_NAME] = fields["name"], source["name"]
    return Document.from_dict(fields, schema())


def _weight(source: dict[str, Any]) -> float:
    # tantivy multiplies by log2(2 + the field's value).
    return float(2 ** importance(source) - 2)


def usable(directory: Path) -> Index:
    """The index in a folder, to write to; emptied first if it is damaged or of another layout: the catalog refills it.

    Args:
        directory: made if it does not exist.

    Raises:
        StoreError: the folder holds something else.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if _has_fingerprint(directory):
        try:
            return prepared(Index(schema(), str(directory)))
        except (ValueError, OSError) as error:
            logger.warning("The search index in %s is damaged and will be rebuilt: %s", directory, error_message(error))
    _empty(directory)
    (directory / VERSION_FILE).write_text(json.dumps(_fingerprint()))
    return prepared(Index(schema(), str(directory)))


def check_readable(directory: Path) -> None:
    """Check that there is an index in a folder that can be read.

    Raises:
        StoreError: there is none, or one of another layout.
    """
    if not (directory / "meta.json").exists():
        raise StoreError(f"there is no search index in {directory} yet; crawl first, or run: mlentory sync search")
    if not _has_fingerprint(directory):
        raise StoreError(
            f"the search index in {directory} was made by another version; to rebuild it, run: mlentory sync search"
        )


def made(directory: Path) -> tuple[int, int] | None:
    """Identifies the index in a folder: another one that takes its place has another identity; None for none."""
    return _identity(directory / VERSION_FILE)


def committed(directory: Path) -> tuple[int, int] | None:
    """Identifies the last commit of the index in a folder; None where there is none."""
    return _identity(directory / "meta.json")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def is_readable(directory: Path) -> bool:
    """True where there is an index that can be read as it is."""
    return (directory / "meta.json").exists() and _has_fingerprint(directory)


def _fingerprint() -> dict[str, Any]:
    """The versions that an index must have to be usable as it is."""
    return {
        "layout": LAYOUT,
        "fields": fields_digest(),
        "tantivy": version("tantivy"),
    }


def _has_fingerprint(directory: Path) -> bool:
    try:
        return bool(json.loads((directory / VERSION_FILE).read_bytes()) == _fingerprint())
    except (OSError, ValueError):
        return False


def _empty(directory: Path) -> None:
    entries = list(directory.iterdir())
    marks = [entry for entry in entries if entry.name in (VERSION_FILE, "meta.json", ".managed.json")]
    if entries and not marks:
        raise StoreError(f"{directory} contains files that are not a search index; move them elsewhere")
    # The files that show whose folder it is go last: a kill halfway leaves it to be emptied again.
    for entry in sorted(entries, key=marks.__contains__):
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def prepared(index: Index) -> Index:
    """An index with the analyzers of its schema."""
    # Analyzers are not part of what is stored.
    for name, each in analyzers().items():
        index.register_tokenizer(name, each)
    # Facets show values as they were written, filters do not mind the case: the same field, two analyzers.
    index.register_fast_field_tokenizer("value", analyzer(Tokenizer.raw()))
    index.register_fast_field_tokenizer("folded", analyzers()["folded"])
    index.config_reader("manual")
    return index
