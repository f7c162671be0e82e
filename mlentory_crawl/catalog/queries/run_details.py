"""Single runs: their names, their reports, and the records that they put into the quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.exceptions import CatalogError
from mlentory_crawl.suggestions import did_you_mean

LAST = "last"
"""The name of the newest run, whatever it is called."""

MAX_SUGGESTIONS = 5
COMPARED = 5_000
"""The maximum number of names that are compared with an unknown one."""


class UnknownRun(CatalogError):
    """The catalog has no run of this name, or several."""


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A record that could not be used.

    Attributes:
        key: the catalog key that it would have.
        url: the address of the API that it came from.
        field: the source's name of the invalid field; empty if the whole record is invalid.
        reason: the reason why it is invalid.
        fetched_at: the time at which it was received (UTC).
    """

    key: str
    url: str
    field: str
    reason: str
    fetched_at: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A part of the records that a run put into the quarantine, sorted by catalog key.

    Attributes:
        run: the name of the run.
        total: the number of all its records in the quarantine.
        offset: the number of records before the first one here.
        records: the records.
    """

    run: str
    total: int
    offset: int
    records: list[QuarantinedRecord]


def run_named(reader: CatalogReader, given: str) -> str:
    """Return the name of a run.

    Args:
        reader: the catalog.
        given: the name, a beginning that no other run has, the id of the job that ran it (``_job``), or ``last`` for
            the newest run.

    Raises:
        UnknownRun: there is no such run, or there are several.
    """
    if given == LAST:
        row = reader._execute("SELECT name FROM run ORDER BY id DESC LIMIT 1").fetchone()
        if row is None:
            raise UnknownRun("the catalog has no run yet")
        return str(row[0])
    rows = reader._execute(
        "SELECT name FROM run WHERE substr(name, 1, length(:given)) = :given ORDER BY id DESC", {"given": given}
    )
    found = [name for (name,) in rows]
    if given and not found:
        of_job = "SELECT name FROM run WHERE report ->> 'job' = :given ORDER BY id DESC LIMIT 1"
        found = [name for (name,) in reader._execute(of_job, {"given": given})]
    if not given or not found:
        raise UnknownRun(f"there is no run {given}; {_or_rather(reader, given)}")
    if len(found) > 1 and given not in found:
        names = ", ".join(found[:MAX_SUGGESTIONS]) + (", ..." if len(found) > MAX_SUGGESTIONS else "")
        raise UnknownRun(f"{len(found)} runs begin with {given}: {names}")
    return given if given in found else str(found[0])


def _or_rather(reader: CatalogReader, given: str) -> str:
    rows = reader._execute("SELECT name FROM run ORDER BY id DESC LIMIT :most", {"most": COMPARED})
    known = [LAST, *(name for (name,) in rows)]
    return did_you_mean(given, known, "mlentory status lists the last runs", most=MAX_SUGGESTIONS)


def run_report(reader: CatalogReader, run: str) -> dict[str, Any]:
    """Return the report of a run as it was last stored; see `run_named` for its name."""
    (report,) = reader._execute("SELECT report FROM run WHERE name = :run", {"run": run}).fetchone()
    found: dict[str, Any] = orjson.loads(report)
    return found


def quarantine(reader: CatalogReader, run: str, limit: int, offset: int = 0) -> Quarantine:
    """Return records that a run put into the quarantine.

    Args:
        reader: the catalog.
        run: the name of the run; see `run_named`.
        limit: the maximum number of records.
        offset: the number of records to leave out.
    """
    of = "quarantine WHERE run = (SELECT id FROM run WHERE name = :run)"
    (total,) = reader._execute(f"SELECT count(*) FROM {of}", {"run": run}).fetchone()
    rows = reader._execute(
        f"""SELECT platform || '/' || kind || '/' || key, url, field, reason, fetched_at FROM {of}
            ORDER BY platform, kind, key, id LIMIT :limit OFFSET :offset""",
        {"run": run, "limit": limit, "offset": offset},
    )
    return Quarantine(run, total, offset, [QuarantinedRecord(*row) for row in rows])
