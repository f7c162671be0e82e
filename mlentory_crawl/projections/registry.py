"""The projections that the settings switch on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlentory_crawl.catalog import run_records
from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.config.values import exported
from mlentory_crawl.exceptions import SettingError, StoreError
from mlentory_crawl.projections import run_files
from mlentory_crawl.projections.catch_up import ProjectionProgress, StoreProjection
from mlentory_crawl.stores.factory import STORES, open_store

FILES = "turtle"


def names(settings: Mapping[str, Any]) -> list[str]:
    """The projections that are on."""
    named = _named(settings)
    return [
        *(name for name, store in STORES.items() if store.is_on(exported(settings)) or (store.place and name in named)),
        FILES,
    ]


def possible(settings: Mapping[str, Any]) -> list[str]:
    """The projections that are on, and those that need nothing but to be filled."""
    on = names(settings)
    return [*(name for name, store in STORES.items() if name in on or store.place), FILES]


def _named(settings: Mapping[str, Any]) -> list[str]:
    """The projections that `PROJECTIONS` names."""
    return [name.strip() for name in (settings.get("PROJECTIONS") or "").split(",")]


def kept_current(settings: Mapping[str, Any]) -> list[str]:
    """The projections that a crawl keeps current; ``mlentory sync`` brings the others up to date.

    Raises:
        SettingError: `PROJECTIONS` names one that is not configured.
    """
    configured = names(settings)
    if not (wanted := settings.get("PROJECTIONS")):
        return [name for name in configured if name == FILES or not STORES[name].place]
    chosen = [] if wanted == "none" else _named(settings)
    if unknown := [name for name in chosen if name not in configured]:
        raise SettingError(
            f"PROJECTIONS: expected none, or some of {', '.join(configured)}, got {', '.join(map(repr, unknown))}"
        )
    return chosen


def positions(reader: CatalogReader, settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Position and backlog of each projection, by its store; of a store that cannot be asked the error."""
    return {name: _position(reader, name, settings) for name in names(settings)}


def _position(reader: CatalogReader, name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    if name == FILES:
        return _files(reader, Path(settings["MLENTORY_DATA_DIR"]))
    store = open_store(name, exported(settings))
    try:
        position, counts = store.peek()
    except StoreError as error:
        return {"backend": store.backend, "position": 0, "backlog": reader.last_sequence(), "error": str(error)}
    finally:
        store.close()
    feed = Feed(reader)
    known = position is not None and feed.knows(position)
    at = position.sequence if position and known else 0
    backlog = reader.last_sequence() - at + feed.refused(name)
    return {"backend": store.backend, "position": at, "backlog": backlog, **counts}


def _files(reader: CatalogReader, data_dir: Path) -> dict[str, Any]:
    files = run_files.expected(reader)
    missing = [run for _, run, path in files if not (data_dir / path).exists()]
    firsts = [run_records.first_sequence(reader, run) for run in set(missing)]
    position = min(firsts) - 1 if firsts else reader.last_sequence()
    return {"backend": "files", "position": position, "backlog": len(missing), "files": len(files) - len(missing)}


def sync(
    name: str, settings: Mapping[str, Any], *, rebuild: bool, on_batch: Callable[[ProjectionProgress], None]
) -> dict[str, Any]:
    """Bring a projection up to date from the catalog; the caller holds the data directory.

    Args:
        name: the projection.
        settings: of the project.
        rebuild: empty it first, and take it over if it belongs to another catalog.
        on_batch: called after each batch.

    Returns:
        Counts of what was written and what is left, with the position, as in the run report.

    Raises:
        StoreError: the store cannot be used.
    """
    data_dir = Path(settings["MLENTORY_DATA_DIR"])
    if name == FILES:
        return _write_files(data_dir, rebuild=rebuild)
    projection = StoreProjection(name, open_store(name, exported(settings)), data_dir)
    try:
        projection.open(rebuild=rebuild)
        progress = asdict(projection.catch_up(on_batch))
    finally:
        projection.close()
    counts = progress.pop("counts")
    return {**progress, **counts}


def _write_files(data_dir: Path, *, rebuild: bool) -> dict[str, Any]:
    with closing(CatalogReader(data_dir)) as reader:
        files = run_files.expected(reader)
        wanted = dict.fromkeys(run for _, run, path in files if rebuild or not (data_dir / path).exists())
        written = 0
        try:
            for run in wanted:
                with closing(run_files.RunFiles(data_dir, run)) as writer:
                    while writer.step():
                        pass
                    written += writer.flush().written
        except OSError as error:
            place = error.filename or f"the files of runs in {data_dir}"
            raise StoreError(f"{place} cannot be written: {error.strerror or error}") from error
        return {**_files(reader, data_dir), "written": written, "failed": 0}
