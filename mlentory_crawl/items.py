"""The items that flow through the pipelines."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from fair4ml.describe.source_record import SourceRecord
from fair4ml.document import Document, document_of
from fair4ml.document_changes import without
from fair4ml.entities import Entity, FieldIssue, Stub


@dataclass(slots=True, eq=False)
class Page:
    """One response of a service that holds records: the unit of a commit.

    Attributes:
        number: the place of the page in the run's order, from 0.
        url: the address that it was fetched from.
        platform: the key of the platform whose records it holds.
        keys: kind and native id of each record, in order.
        cursor: the state that the spider needs to continue after it, as far as the page changes it; None where a run
            cannot be resumed.
        owed: what could not be fetched because of it, or with it; the same command requests it again. An array
            holds cursors of lists, an object describes a record that takes a request of its own.
        pays: what an earlier attempt owed and this page has delivered, or owes again.
        is_counted: whether the report of the run has counted what the page pays as failed.
        walk: the list that it is a page of; None if it belongs to no list.
        instance: the installation of the platform, with which keys begin; empty for its public or only one.
    """

    number: int
    url: str
    platform: str
    keys: list[tuple[str, str]]
    cursor: dict[str, Any] | None = None
    owed: list[Any] = field(default_factory=list)
    pays: Any = None
    walk: str | None = None
    is_counted: bool = False
    instance: str = ""


@dataclass(slots=True)
class RawRecord:
    """One record as a service sent it, decoded but neither checked nor changed.

    Attributes:
        platform: the platform's key, such as ``huggingface``.
        kind: the kind of entity that it describes, such as ``model``.
        key: the platform's own id of the entity.
        url: the API address of the record.
        payload: the decoded record; an object, unless the service sent something unexpected.
        fetched_at: the time of the response (UTC, ISO 8601).
        page: the page that held it.
        seed: the seed list's metadata of the seed that requested it.
        robots_allowed: the decision of the site's robots.txt, where it was asked.
    """

    platform: str
    kind: str
    key: str
    url: str
    payload: Any
    fetched_at: str
    page: Page = field(repr=False)
    seed: Mapping[str, Any] | None = None
    robots_allowed: bool | None = None


@dataclass(slots=True)
class UnchangedRecord:
    """A record that has not changed since the last time, counters apart: mapping it would give what the catalog has.

    Attributes:
        raw: the record as it was sent.
        counters: numbers that change although the entity does not.
    """

    raw: RawRecord
    counters: dict[str, int] = field(repr=False)


@dataclass(slots=True)
class ValidRecord:
    """A record whose values have the types that the platform documents.

    Attributes:
        raw: the record as it was sent.
        source: the payload, parsed into the platform's model.
        issues: values that were left out.
        digest: the result of `fair4ml.describe.digest` for the payload.
    """

    raw: RawRecord
    source: SourceRecord = field(repr=False)
    issues: list[FieldIssue]
    digest: bytes | None = field(repr=False)


@dataclass(slots=True)
class MappedRecord:
    """One source's statement about one entity, in FAIR4ML: one catalog row, one unit of replacement.

    Attributes:
        platform, kind, key: as in `RawRecord`; together the catalog key.
        run: the name of the run that fetched it.
        root: the entity that is described.
        parts: entities under the root's IRI that exist only with it.
        stubs: entities that are only named.
        provenance: where and when it was fetched (``source``, ``fetched_at``), the origin of single values that do not
            come from where the mapping declares (``exceptions``), the license of the source's metadata (``license``),
            the seed list's metadata (``seed``) and the decision of robots.txt (``robots_allowed``), if there are any.
        counters: numbers that change although the entity does not.
        page: the page that held it.
        issues: values that validation or mapping left out.
        digest: as in `ValidRecord`.
        text: what somebody wrote, whole, where the entity is a text.
        files: the texts of a repository's files by their paths, None for those whose texts are not known.
        erased: the IRIs of erased entities, which it must not refer to.
    """

    platform: str
    kind: str
    key: str
    run: str
    root: Entity
    parts: list[Entity]
    stubs: list[Stub]
    provenance: dict[str, Any]
    counters: dict[str, int]
    page: Page = field(repr=False)
    issues: list[FieldIssue] = field(default_factory=list)
    digest: bytes | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    files: dict[str, str | None] = field(default_factory=dict, repr=False)
    erased: Collection[str] = field(default=(), repr=False)

    def document(self) -> Document:
        """Return the record as the catalog stores it."""
        document = document_of(self.root, self.parts, self.stubs, self.text, self.files)
        return without(document, self.erased) if self.erased else document
