"""Retention: deletes answers that no run needs any more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlentory_crawl.archive.store import INDEX
from mlentory_crawl.catalog.writer import CatalogWriter


@dataclass(frozen=True, slots=True)
class Pruned:
    """Counts of what was deleted: the runs that had answers, the files and their bytes."""

    runs: int = 0
    files: int = 0
    bytes: int = 0

    def __add__(self, other: Pruned) -> Pruned:
        return Pruned(self.runs + other.runs, self.files + other.files, self.bytes + other.bytes)


def prune(raw: Path, catalog: CatalogWriter, platform: str, keep_runs: int, *, dry_run: bool = False) -> Pruned:
    """Delete the answers of runs older than the last complete census and than the last runs.

    Args:
        raw: the archive of all runs.
        catalog: the catalog that has the entries of the answers.
        platform: the platform whose answers are deleted.
        keep_runs: the number of last runs that keep their answers in any case.
        dry_run: delete nothing.

    Returns:
        The counts of what was deleted, or would be; a body that a kept run refers to stays. Incomplete files are
        deleted without being counted.
    """
    runs, bodies = catalog.answers.outdated(platform, keep_runs)
    files = [raw / body for body in bodies if (raw / body).exists()]
    files += [index for run in runs if (index := raw / platform / run / INDEX).exists()]
    pruned = Pruned(len(runs), len(files), sum(file.stat().st_size for file in files))
    if dry_run:
        return pruned
    for file in files:
        file.unlink(missing_ok=True)
    for part in (raw / platform).rglob("*.part"):  # of processes that were killed, or had no room
        part.unlink(missing_ok=True)
    for folder in (raw / platform / run for run in runs):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    # Last, so that after a kill the next run finds what is still to be deleted.
    catalog.answers.drop(runs)
    return pruned
