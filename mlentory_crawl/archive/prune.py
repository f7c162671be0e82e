"""Retention: answers that no run needs any more are deleted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlentory_crawl.archive.store import INDEX
from mlentory_crawl.catalog.writer import CatalogWriter


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted: the answers of so many runs, in so many files of so many bytes."""

    runs: int = 0
    files: int = 0
    bytes: int = 0

    def __add__(self, other: Pruned) -> Pruned:
        return Pruned(self.runs + other.runs, self.files + other.files, self.bytes + other.bytes)


def prune(raw: Path, catalog: CatalogWriter, platform: str, keep_runs: int, *, dry_run: bool = False) -> Pruned:
    """Delete the answers of runs older than the last complete census and than the last runs.

    Args:
        raw: the archive of all runs.
        catalog: where the answers are entered.
        platform: whose answers they are.
        keep_runs: how many of the last runs keep theirs in any case.
        dry_run: delete nothing.

    Returns:
        What was deleted, or would be; a body that a kept run refers to stays. What was never completed goes uncounted.
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
    # Last: what a kill leaves half done is found again.
    catalog.answers.drop(runs)
    return pruned
