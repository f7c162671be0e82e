"""The import of documents that a program has made: a run of the spider for documents, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from mlentory_crawl.catalog.queries.run_details import quarantine, run_named, run_report
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.exceptions import MlentoryError

logger = logging.getLogger(__name__)
STORED = ("new", "changed", "unchanged", "duplicate")
"""The outcomes of documents that the catalog has."""
LOG_BYTES = 4_000
"""The length of the end of its log in which the reason of a failure is looked for."""
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""One run at a time can write the catalog; another program's is waited for, but not for long."""


async def import_documents(data_dir: Path, documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Import documents, and return the report of the run.

    Args:
        data_dir: the data directory.
        documents: documents with the types of MongoDB, by the name of their class.

    A store that is down is no failure: the report says that it is behind, and it catches up with the next run.

    Raises:
        MlentoryError: the run failed, or could not use a document, or a value of one; the rest is stored all the same.
    """
    job = uuid4().hex
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    with TemporaryDirectory(prefix="mlentory-") as folder:
        await asyncio.to_thread(_write, Path(folder), documents)
        async with turn:
            code, log = await _run("crawl", "documents", "-a", f"dir={folder}", "-a", f"_job={job}")
    try:
        report, unusable = await asyncio.to_thread(_outcome, data_dir, job)
    except MlentoryError:  # the run did not even begin
        raise MlentoryError(f"the documents were not imported: {log or f'exit code {code}'}") from None
    stored = sum(report["records"][end] for end in STORED)
    if unusable or stored < sum(map(len, documents.values())):
        reasons = [*unusable, *report["problems"]] or [log]
        raise MlentoryError(f"not everything was imported (run {report['run_id']}): {'; '.join(reasons)}")
    if code:  # a store that is down gets them later
        logger.warning("%s", "; ".join(report["problems"]))
    return report


def _write(folder: Path, documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    for name, some in documents.items():
        with (folder / f"{name}.json").open("w", encoding="utf-8") as file:
            json.dump(some, file, default=date.isoformat)


async def _run(*words: str) -> tuple[int, str]:
    """Run a command, and return its exit code and the last line of its log; it ends when the task is canceled."""
    # -P: a file in the working directory must not stand in for a library that has its name.
    command = [sys.executable, "-P", "-m", "mlentory_crawl", *words]
    with TemporaryDirectory(prefix="mlentory-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=file
            )
        with _ended(process):
            code = await process.wait()
        lines = log.read_bytes()[-LOG_BYTES:].decode("utf-8", "replace").strip().splitlines()
    return code, lines[-1] if lines else ""


@contextmanager
def _ended(process: asyncio.subprocess.Process) -> Iterator[None]:
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()


def _outcome(data_dir: Path, job: str) -> tuple[dict[str, Any], list[str]]:
    """Return the report of a run, and the reasons for which documents could not be used."""
    with closing(CatalogReader(data_dir)) as reader:
        name = run_named(reader, job)
        unusable = quarantine(reader, name, 3, 0).records
        report = run_report(reader, name)
    return report, [*(f"{each.key}: {each.field} {each.reason}" for each in unusable), *report["field_issues"]]
