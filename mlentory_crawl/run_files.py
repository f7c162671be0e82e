"""The files of a run: its versions as Turtle and JSON lines, and its quarantine; all written from the catalog.

`python -m mlentory_crawl.run_files DATA_DIR RUN NAME...` writes some of them in a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import orjson
import zstandard

from fair4ml import rdf
from mlentory_crawl.catalog.reader import CatalogReader, UnseenStubs
from mlentory_crawl.child import die_with_parent

RUN_IRI = "urn:mlentory:run:"


def _turtle(reader: CatalogReader, run: str) -> Iterator[bytes]:
    yield rdf.turtle_header().encode()
    stubs = UnseenStubs(reader)
    for stored in reader.of_run(run):
        described = rdf.provenance(
            stored.iri,
            stored.key,
            run=RUN_IRI + run,
            source=stored.provenance["source"],
            generated_at=datetime.fromisoformat(stored.provenance["fetched_at"]),
        )
        yield rdf.turtle({**stored.document, "stubs": stubs.of(stored.document)}, [described]).encode()


def _json_lines(reader: CatalogReader, run: str) -> Iterator[bytes]:
    for stored in reader.of_run(run):
        yield orjson.dumps({"key": stored.key, **stored.document, "provenance": stored.provenance}) + b"\n"


def _quarantine(reader: CatalogReader, run: str) -> Iterator[bytes]:
    rows = reader.execute(
        """SELECT q.platform, q.kind, q.key, q.url, q.field, q.reason, q.fetched_at, q.payload
           FROM quarantine AS q JOIN run ON run.id = q.run WHERE run.name = ?
           ORDER BY q.platform, q.kind, q.key, q.id""",
        (run,),
    )
    names = ("platform", "kind", "key", "url", "field", "reason", "fetched_at")
    for *values, payload in rows:
        line = {**dict(zip(names, values, strict=True)), "run": run}
        yield orjson.dumps({**line, "payload": orjson.Fragment(_raw(payload))}) + b"\n"


def _raw(payload: bytes) -> bytes:
    text = zstandard.decompress(payload)
    try:
        orjson.loads(text)
    except ValueError:  # it was no JSON that could be kept as such
        return orjson.dumps(text.decode("utf-8", "replace"))
    return text


FILES: dict[str, tuple[str, Callable[[CatalogReader, str], Iterator[bytes]]]] = {
    "rdf": ("rdf/{platform}/{run}.ttl", _turtle),
    "normalized": ("normalized/{platform}/{run}.jsonl.zst", _json_lines),
    "quarantine": ("quarantine/{platform}/{run}.jsonl", _quarantine),
}


def expected(reader: CatalogReader, run: str | None = None) -> list[tuple[str, str, str]]:
    """Name, run and path below the data directory of each file that runs with something to tell have.

    Args:
        reader: the catalog.
        run: this run only.
    """
    rows = reader.execute(
        """SELECT name, platform,
                  EXISTS (SELECT 1 FROM record WHERE run = run.id) OR EXISTS (SELECT 1 FROM version WHERE run = run.id),
                  EXISTS (SELECT 1 FROM quarantine WHERE run = run.id)
           FROM run WHERE ?1 IS NULL OR name = ?1 ORDER BY id""",
        (run,),
    )
    files = []
    for name, platform, versions, rejected in rows:
        wanted = [*(["rdf", "normalized"] if versions else []), *(["quarantine"] if rejected else [])]
        files += [(kind, name, FILES[kind][0].format(platform=platform, run=name)) for kind in wanted]
    return files


def write(reader: CatalogReader, data_dir: Path, name: str, run: str, path: str) -> int:
    """Write one file of a run, whole or not at all.

    Returns:
        Its size in bytes.
    """
    target = data_dir / path
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("wb") as file:
        lines = FILES[name][1](reader, run)
        if target.suffix == ".zst":
            with zstandard.ZstdCompressor(level=3).stream_writer(file, closefd=False) as compressed:
                for line in lines:
                    compressed.write(line)
        else:
            file.writelines(lines)
    part.rename(target)
    return target.stat().st_size


def _main(data_dir: Path, run: str, names: list[str]) -> None:
    reader = CatalogReader(data_dir)
    for name, _, path in expected(reader, run):
        if name in names:
            write(reader, data_dir, name, run, path)


if __name__ == "__main__":
    die_with_parent()
    _main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
