"""Reading of BibTeX entries, and of the works that they are about."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

from fair4ml.identifiers import ARXIV, IRI_MAX_LENGTH, arxiv, doi, is_arxiv_doi, named_on_arxiv

# It logs what it cannot parse, including the text; here it is reported as an issue of the record.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

MAX_ENTRIES = 20
MAX_TITLE = 500
PUBLICATIONS = frozenset(
    """
    article book conference inbook incollection inproceedings mastersthesis phdthesis proceedings report techreport
    thesis unpublished
    """.split()
)
"""The types of entries that are about publications; ``misc`` and others often are about a model or data."""

_ENTRY = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_JOURNAL_OF_PREPRINTS = re.compile(rf"{ARXIV}|corr\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_NEXT_FIELD = re.compile(r"[^\S\n]*\n\s*(?P<key>[A-Za-z][\w-]*)\s*=\s*(?P<value>.*)", re.DOTALL)
_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry.

    Attributes:
        source: the entry as it stands.
        kind: its type, such as ``article``, in lower case.
        title: the title without braces.
        preprint: the IRI of the paper on arXiv.
        doi: the IRI of the DOI, unless it is arXiv's own.
        url: the web address.
    """

    source: str
    kind: str
    title: str | None = None
    preprint: str | None = None
    doi: str | None = None
    url: str | None = None


def has_entries(text: str) -> bool:
    """Check whether a text has something that is meant as a BibTeX entry."""
    return _ENTRY.search(text) is not None


def references(text: str) -> tuple[list[Reference], int]:
    """The entries in a text, and the number of those that could not be read.

    Args:
        text: BibTeX, possibly with other text around and between the entries.
    """
    found: dict[str, Reference] = {}
    failed = 0
    for block in parse_string(text, parse_stack=[]).blocks:
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
            entry = block.ignore_error_block
        else:
            entry = block
        if isinstance(entry, Entry) and entry.raw is not None and entry.fields:
            found.setdefault(entry.raw, _reference(entry, entry.raw.strip()))
        elif isinstance(entry, ParsingFailedBlock | Entry):
            failed += 1
    return list(found.values())[:MAX_ENTRIES], failed + max(0, len(found) - MAX_ENTRIES)


def _reference(entry: Entry, source: str) -> Reference:
    fields: dict[str, str] = {}
    for each in entry.fields:
        for key, value in _separated(each.key, str(each.value)):
            fields.setdefault(key.lower(), _bare(value))
    stated = doi(fields.get("doi", "")) or doi(fields.get("url", ""))
    url = fields.get("url", "")
    return Reference(
        source=source,
        kind=entry.entry_type.lower(),
        title=" ".join(fields.get("title", "").split())[:MAX_TITLE] or None,
        preprint=_preprint(fields, stated),
        doi=None if stated is None or is_arxiv_doi(stated) else stated,
        url=url if _WEB_ADDRESS.fullmatch(url) and len(url) <= IRI_MAX_LENGTH else None,
    )


def _separated(key: str, value: str) -> Iterator[tuple[str, str]]:
    """A field, and the fields after it that ended up in its value because a comma is missing."""
    while (following := _NEXT_FIELD.fullmatch(value, end := _end(value))) is not None:
        yield key, value[:end]
        key, value = following["key"], following["value"]
    yield key, value


def _end(value: str) -> int:
    """The end of the first group of a value: a text in braces or quotation marks, or a word."""
    if not value.startswith(("{", '"')):
        word = _WORD.match(value)
        return word.end() if word else 0
    depth = 0
    for place, character in enumerate(value):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if place and depth == 0 and character == ('"' if value[0] == '"' else "}"):
            return place + 1
    return len(value)


def _bare(value: str) -> str:
    return value.strip().strip('"').replace("{", "").replace("}", "").replace("\\_", "_").strip()


def _preprint(fields: dict[str, str], stated: str | None) -> str | None:
    """The IRI of the paper on arXiv, from whichever of the usual places names it."""
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or ARXIV
    if archive.lower() == ARXIV and (iri := arxiv(fields.get("eprint", ""))):
        return iri
    if stated is not None and is_arxiv_doi(stated):
        return arxiv(stated)
    for name in ("url", "journal", "note", "howpublished", "volume", "eprint", "number", "booktitle", "publisher"):
        for iri in named_on_arxiv(fields.get(name, "")):
            return iri
    if _JOURNAL_OF_PREPRINTS.search(fields.get("journal", "")):
        return arxiv(fields.get("volume", "").removeprefix("abs/"))
    return None
