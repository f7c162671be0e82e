"""Answers of services without what is to be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from fair4ml.describe.about import About
from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.document import document_of, without
from fair4ml.identifiers import orcid
from fair4ml.platforms import describe, entity_at, hosts, knows_answers, platforms, source_model
from fair4ml.read.json_text import mended_json
from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.erasure import Marks

MARKER = {"forgotten": True}
"""What stands in a list where a record was: the walk over the list stays as long as it was."""

MARKER_BODY = orjson.dumps(MARKER)
"""What an answer says that was about one such thing."""

MANY = 50
"""With more things to look for, reading an answer is faster than searching it for each."""


class Forgotten:
    """Tells what is to be forgotten in a platform's answers, and takes it out.

    Args:
        marks: what is to be forgotten.
        platform: whose answers they are; those of a dispatcher are of any platform.
    """

    def __init__(self, marks: Marks, platform: str) -> None:
        self.marks = marks
        every = [name for name in platforms() if hosts(name)]
        self._platforms = [platform] if platform in every else every
        self._paths = {path for iri in marks.iris for path in paths_of(iri)}
        ends = {path.rpartition("/")[2] for path in self._paths} | {key for _, key in marks.keys}
        self._texts = [end.encode() for end in ends if end]
        self._has_people = any(orcid(iri) == iri for iri in marks.iris)
        self._reads_all = len(self._texts) > MANY or not all(text.isascii() for text in self._texts)

    def __bool__(self) -> bool:
        return bool(self.marks)

    def about(self, url: str, thing: Any = None) -> tuple[str, About] | None:
        """The platform, and what an address of its API, or an object in the answer to it, is about."""
        for platform in self._platforms:
            about = entity_at(platform, url, thing)
            if about is not None:
                return platform, about
        return None

    def has(self, url: str, thing: Any = None) -> bool:
        """Whether an address of the API, or an object in the answer to it, is about what is to be forgotten."""
        if not self.marks:
            return False
        if thing == MARKER:
            return True
        found = self.about(url, thing)
        if found is None:
            return False
        platform, about = found
        return about.iri in self.marks.iris or (platform, about.key) in self.marks.keys

    def mentions(self, text: bytes) -> bool:
        """Whether a text may be about, or name, what is to be forgotten; if not, nothing has to be taken out of it."""
        return bool(self.marks) and (self._reads_all or any(each in text for each in self._texts))

    def without(self, url: str, body: bytes) -> bytes | None:
        """An answer's body without what is to be forgotten; the very same where there is nothing of it.

        Args:
            url: the address that was asked for.
            body: as it came.

        Returns:
            None where it says something of it that cannot be taken out: nothing can tell what the platform's answers
            are about (`fair4ml.platforms.entity_at`).
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
        """Whether the platform's answers can be told apart; others are left alone unless a record came from there."""
        unknown = {platform for platform in self._platforms if not knows_answers(platform)}
        return unknown.isdisjoint(platform for platform, _ in self.marks.keys)

    def _cleaned(self, url: str, thing: Any) -> Any:
        """An object without what it holds of such things, as far as its record states the same without."""
        try:
            kept = self._inside(url, thing)
            fewer = self.unnamed(kept)
        except RecursionError:  # it may be anywhere in there
            return MARKER
        if fewer == thing:
            return thing
        found = self.about(url, thing)
        if found is None or found[1].kind is None:
            return kept
        platform, kind = found[0], found[1].kind
        stated = self._described(platform, kind, thing)
        return next(
            each
            for each in (fewer, self.unnamed(thing), kept, thing)
            if each is thing or self._described(platform, kind, each) == stated
        )

    def _inside(self, url: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._inside(url, each) for name, each in value.items() if not self._is_person(each)}
        if isinstance(value, list):
            gone = (isinstance(each, dict) and (self.has(url, each) or self._is_person(each)) for each in value)
            return [self._inside(url, each) for each, is_gone in zip(value, gone, strict=True) if not is_gone]
        return value

    def _is_person(self, value: Any) -> bool:
        """Whether an object names somebody by an ORCID iD that is to be forgotten; what else it says is about them."""
        return self._has_people and isinstance(value, dict) and any(
            isinstance(each, str) and orcid(each) in self.marks.iris for each in value.values()
        )  # fmt: skip

    def kept(self, payload: Any) -> Any:
        """A record that cannot be used as it may be kept; nothing of one that is nested too deeply to be looked at."""
        try:
            return self.unnamed(payload) if self.marks else payload
        except RecursionError:
            return None

    def unnamed(self, value: Any) -> Any:
        """A value of JSON without the texts that are a name of such a thing, alone or after a colon."""
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
        # A word alone may be anything; in a tag it says what it is.
        return value in self.marks.iris or (value in self._paths and "/" in value) or (
            bool(prefix) and "/" not in prefix and name in self._paths
        )  # fmt: skip

    def _described(self, platform: str, kind: str, payload: Any) -> Any:
        try:
            source, _ = parse(source_model(platform, kind), payload)
            told = describe(source)
        except InvalidRecord:
            return None
        document = document_of(told.root, told.parts, told.stubs)
        return encode(without(document, self.marks.iris))[1], told.counters


def paths_of(iri: str) -> Iterable[str]:
    """What a platform may call a thing: the path of its IRI, and what follows the first step of a longer one."""
    parts = urlsplit(iri)
    path = unquote(parts.path).strip("/")
    yield path
    kind, _, name = path.partition("/")
    if "/" in name or (name and kind == "datasets"):
        yield name


def _told(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return mended_json(body)
