"""Shares of the records that have each field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson

from mlentory_crawl.catalog.reader import CatalogReader

_OF_ALL = ("iri", "class")
"""Fields that every record has."""


@dataclass(frozen=True, slots=True)
class FieldCoverage:
    """One field of the records of a kind.

    Attributes:
        records: the number of records that have it; 0 for a field that records had before.
        share: their share of all records of the kind.
        before: the share at the end of the run before the last one; None if there were no records of the kind.
    """

    records: int
    share: float
    before: float | None

    @property
    def change(self) -> float:
        """The change of the share since then, in steps of a thousandth; 0 if it was unknown."""
        return 0.0 if self.before is None else round(self.share, 3) - round(self.before, 3)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The live records of one kind of one platform.

    Attributes:
        records: the number of records.
        unnamed_licenses: the number of records that state a license but not which one.
        fields: the fields by name, the most frequent ones first.
    """

    platform: str
    kind: str
    records: int
    unnamed_licenses: int
    fields: dict[str, FieldCoverage]

    def drift(self) -> Coverage:
        """Return the same with only those fields whose share has changed."""
        return replace(self, fields={name: field for name, field in self.fields.items() if field.change})


def coverage(reader: CatalogReader, platform: str | None = None, kind: str | None = None) -> list[Coverage]:
    """Count the records that have each field, for each platform and kind of record.

    Args:
        reader: the catalog.
        platform: only this platform.
        kind: only this kind of record.
    """
    before, unnamed = _before(reader), reader.unnamed_licenses()
    return [
        Coverage(
            platform=each_platform,
            kind=each_kind,
            records=counts["iri"],
            unnamed_licenses=unnamed.get((each_platform, each_kind), 0),
            fields=_fields(counts, before.get(each_platform, {}).get(each_kind)),
        )
        for each_platform, kinds in reader.field_counts().items()
        for each_kind, counts in kinds.items()
        if platform in (None, each_platform) and kind in (None, each_kind)
    ]


def _fields(counts: dict[str, int], before: dict[str, int] | None) -> dict[str, FieldCoverage]:
    """Return the fields that records have, the most frequent ones first, and those that they have lost."""
    counted = {**dict.fromkeys(before or (), 0), **counts}
    return {
        name: FieldCoverage(count, count / counts["iri"], _share(before, name))
        for name, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        if name not in _OF_ALL
    }


def _before(reader: CatalogReader) -> dict[str, Any]:
    """Return the counts by platform, kind and field that the run before the last one reported."""
    rows = reader._execute("SELECT report FROM run WHERE completed_at IS NOT NULL ORDER BY id DESC LIMIT 2").fetchall()
    return orjson.loads(rows[1][0]).get("fields", {}) if len(rows) > 1 else {}


def _share(counts: dict[str, int] | None, name: str) -> float | None:
    return counts.get(name, 0) / counts["iri"] if counts else None
