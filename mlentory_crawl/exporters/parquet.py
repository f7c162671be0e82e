"""Parquet files: tables with typed columns."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import IO, Any, ClassVar

from fair4ml.write.search_document import FIELDS
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.rows import columns, row
from mlentory_crawl.extras import install_command

_GREATEST = 2**63 - 1


ROW_GROUP = 5_000
"""The number of rows that are kept until they are written; descriptions have up to 20,000 characters each."""


class ParquetTable(Format):
    """One row for each record; subclasses say which columns it has."""

    appends = False
    row_group: ClassVar[int] = ROW_GROUP
    """The number of rows that are kept until they are written."""

    def __init__(self, file: IO[bytes], *, counters: bool = True) -> None:
        super().__init__(file, counters=counters)
        self._rows: list[dict[str, Any]] = []

    @classmethod
    def missing(cls) -> str | None:
        return None if find_spec("pyarrow") else f".parquet needs pyarrow: {install_command('parquet')}"

    @abstractmethod
    def types(self) -> dict[str, Any]:
        """Return the types of the columns by name, in their order."""

    @abstractmethod
    def cells(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the values of a record's row by column."""

    def start(self) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        self._schema = pyarrow.schema(self.types())
        self._writer = ParquetWriter(self.file, self._schema, compression="zstd")

    def write(self, record: dict[str, Any]) -> None:
        # One by one: what cannot be written takes no other record of its group with it.
        self._rows.append(self.cells(record))
        if len(self._rows) == self.row_group:
            self._write_rows()

    def _write_rows(self) -> None:
        import pyarrow

        self._writer.write_batch(pyarrow.RecordBatch.from_pylist(self._rows, schema=self._schema), self.row_group)
        self._rows.clear()

    def finish(self) -> None:
        if self._rows:
            self._write_rows()
        self._writer.close()


class Parquet(ParquetTable):
    """The search document of each record, one row; columns are lists, whole numbers and times where the fields are.

    A date without a time of day is its midnight in UTC.
    """

    shows_names = True

    def types(self) -> dict[str, Any]:
        import pyarrow

        types = {
            "text": pyarrow.string(),
            "keyword": pyarrow.string(),
            "number": pyarrow.int64(),
            "date": pyarrow.timestamp("ms", tz="UTC"),
        }
        typed = {
            name: pyarrow.list_(types[field.type]) if field.multi else types[field.type]
            for name, field in FIELDS.items()
        }
        typed["key"] = pyarrow.string()
        return {name: typed[name] for name in columns(counters=self.counters)}

    def cells(self, record: dict[str, Any]) -> dict[str, Any]:
        shown = self._schema.names
        return {name: _cell(name, value) for name, value in row(record).items() if name in shown}


def _cell(name: str, value: Any) -> Any:
    convert = _CONVERSIONS[FIELDS[name].type if name in FIELDS else "keyword"]
    return [convert(each) for each in value] if isinstance(value, list) else convert(value)


def _number(value: int) -> int:
    if abs(value) > _GREATEST:
        raise OverflowError(f"{value} has more than 64 bits")
    return value


def in_utc(value: str) -> datetime:
    """Return a date or time; one without a zone is in UTC."""
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "text": str.encode,
    "keyword": str.encode,
    "number": _number,
    "date": in_utc,
}
