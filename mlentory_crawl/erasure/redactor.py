"""Removal of erased entities from the answers of services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from fair4ml.describe.about import About
from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.document import document_of
from fair4ml.document_changes import without
from fair4ml.identifiers import orcid
from fair4ml.platforms import describe, entity_at, knows_answers, platforms, source_model
from fair4ml.read.json_text import DEEPEST, mended_json
from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.erasure import Marks

MARKER = {"erased": True}
"""The replacement of an erased record in a list, which keeps its length so that paging over it still works."""

MARKERS = (MARKER, {"forgotten": True})
"""The present marker, and the one in archives that were written before version 0.1.0."""

MARKER_BODY = orjson.dumps(MARKER)
"""The body that replaces an answer about one erased entity."""

MARKER_BODIES = tuple(map(orjson.dumps, MARKERS))
"""The bodies of such answers in archives."""

MANY = 50
"""With more names to look for, parsing an answer is faster than searching it for each."""


class Redactor:
    """Finds erased entities in a platform's answers, and removes them.

    Args:
        marks: the erased entities.
        platform: the platform that sent the answers; those of a dispatcher may be of any platform.
    """

    def __init__(self, marks: Marks, platform: str) -> None:
        self.marks = marks
        self._platforms = [platform] if platform in platforms() else list(platforms())
        self._paths = {path for iri in marks.iris for path in paths_of(iri)}
        ends = {path.rpartition("/")[2] for path in self._paths} | {key for _, key in marks.keys}
        self._texts = [end.encode() for end in ends if end]
        self._has_people = any(orcid(iri) == iri for iri in marks.iris)
        self._reads_all = len(self._texts) > MANY or not all(text.isascii() for text in self._texts)

    def __bool__(self) -> bool:
        return bool(self.marks)

    def about(self, url: str, entity: Any = None) -> tuple[str, About] | None:
        """The platform, and the entity that an address of its API, or an object in the answer to it, is about."""
        for platform in self._platforms:
            about = entity_at(platform, url, entity)
            if about is not None:
                return platform, about
        return None

    def has(self, url: str, entity: Any = None) -> bool:
        """Check whether an address of the API, or an object in the answer to it, is about an erased entity."""
        if not self.marks:
            return False
        if entity in MARKERS:
            return True
        found = self.about(url, entity)
        if found is None:
            return False
        platform, about = found
        return about.iri in self.marks.iris or (platform, about.key) in self.marks.keys

    def mentions(self, text: bytes) -> bool:
        """Check whether a text may be about, or name, an erased entity; if not, nothing has to be removed from it."""
        return bool(self.marks) and (self._reads_all or any(each in text for each in self._texts))

    def without(self, url: str, body: bytes) -> bytes | None:
        """An answer's body without the erased entities; the same object if it has none.

        Args:
            url: the requested address.
            body: the body as received.

        Returns:
            None if it may have something about an erased entity that cannot be removed, because it is not known what
            the platform's answers are about (`fair4ml.platforms.entity_at`).
        """
        if not self.mentions(body):
            return MARKER_BODY if self.has(url) else body
        try:
            answer = _told(body)
        except (ValueError, RecursionError):
            if self.has(url):
                return MARKER_BODY
            return body if self._is_known() else None
        if not isinstance(answer, list) and self.has(url, answer):
            return MARKER_BODY
        if not self._is_known():
            return None
        if isinstance(answer, list):
            kept: Any = [MARKER if self.has(url, each) else self._cleaned(url, each) for each in answer]
        else:
            kept = self._cleaned(url, answer)
        return body if kept == answer else orjson.dumps(kept)

    def _is_known(self) -> bool:
        """Check whether the platform's answers can be examined, which matters only if an erased record came from it."""
        unknown = {platform for platform in self._platforms if not knows_answers(platform)}
        return unknown.isdisjoint(platform for platform, _ in self.marks.keys)

    def _cleaned(self, url: str, entity: Any) -> Any:
        """An object without erased entities, as far as its record makes the same statements without them."""
        if _is_deep(entity):  # the erased entity may be anywhere inside
            return MARKER
        kept = self._inside(url, entity)
        fewer = self.unnamed(kept)
        if fewer == entity:
            return entity
        found = self.about(url, entity)
        if found is None or found[1].kind is None:
            return kept
        platform, kind = found[0], found[1].kind
        stated = self._described(platform, kind, entity)
        return next(
            each
            for each in (fewer, self.unnamed(entity), kept, entity)
            if each is entity or self._described(platform, kind, each) == stated
        )

    def _inside(self, url: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._inside(url, each) for name, each in value.items() if not self._is_person(each)}
        if isinstance(value, list):
            gone = (isinstance(each, dict) and (self.has(url, each) or self._is_person(each)) for each in value)
            return [self._inside(url, each) for each, is_gone in zip(value, gone, strict=True) if not is_gone]
        return value

    def _is_person(self, value: Any) -> bool:
        """Check whether an object names a person by an erased ORCID iD; everything else in it is about that person."""
        return self._has_people and isinstance(value, dict) and any(
            isinstance(each, str) and orcid(each) in self.marks.iris for each in value.values()
        )  # fmt: skip

    def kept(self, payload: Any) -> Any:
        """The part of an unusable record that may be kept; None if it is nested too deeply to be examined."""
        if not self.marks:
            return payload
        return None if _is_deep(payload) else self.unnamed(payload)

    def unnamed(self, value: Any) -> Any:
        """A JSON value with every text removed that is the name of an erased entity, alone or after a colon."""
        if isinstance(value, dict):
            return {name: self.unnamed(each) for name, each in value.items() if not self._is_named(each)}
        if isinstance(value, list):
            return [self.unnamed(each) for each in value if not self._is_named(each)]
        return value

    def _is_named(self, value: Any) -> bool:
        return self._is_name(value) or self._is_person(value)

    def _is_name(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        prefix, _, name = value.rpartition(":")
        # A word alone may be anything; the prefix of a tag makes it a name.
        return value in self.marks.iris or (value in self._paths and "/" in value) or (
            bool(prefix) and "/" not in prefix and name in self._paths
        )  # fmt: skip

    def _described(self, platform: str, kind: str, payload: Any) -> Any:
        try:
            source, _ = parse(source_model(platform, kind), payload)
            told = describe(source)
        except InvalidRecord:
            return None
        document = document_of(told.root, told.parts, told.stubs, told.text, told.files)
        return encode(without(document, self.marks.iris))[1], told.counters


def paths_of(iri: str) -> Iterable[str]:
    """The names that a platform may use for an entity: the path of its IRI, and the rest after its first segment."""
    parts = urlsplit(iri)
    path = unquote(parts.path).strip("/")
    yield path
    kind, _, name = path.partition("/")
    if "/" in name or (name and kind == "datasets"):
        yield name


def _is_deep(value: Any, levels: int = DEEPEST) -> bool:
    """Check whether a JSON value has more levels than every version of Python can examine and write again."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deep(each, levels - 1) for each in inside)


def _told(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return mended_json(body)
