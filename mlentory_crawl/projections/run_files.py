"""The files of a run: its versions as Turtle and JSON lines, and its quarantine; all written from the catalog."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import orjson
import zstandard

from fair4ml.document import has_texts, public
from fair4ml.identifiers import run_iri
from fair4ml.write import rdf
from mlentory_crawl.catalog import run_records
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Version
from mlentory_crawl.data_directory import whole
from mlentory_crawl.projections.catch_up import ProjectionProgress

BATCH = 500
CACHE_MIB = 16

PATHS = {
    "rdf": "rdf/{platform}/{run}.ttl",
    "normalized": "normalized/{platform}/{run}.jsonl.zst",
    "quarantine": "quarantine/{platform}/{run}.jsonl",
}


def expected(reader: CatalogReader, run: str | None = None) -> list[tuple[str, str, str]]:
    """Name, run and path below the data directory of each file that runs have, if they have any content for it.

    Args:
        reader: the catalog.
        run: this run only.
    """
    files = []
    for name, platform, versions, rejected in run_records.contents(reader, run):
        wanted = [*(["rdf", "normalized"] if versions else []), *(["quarantine"] if rejected else [])]
        files += [(kind, name, PATHS[kind].format(platform=platform, run=name)) for kind in wanted]
    return files


def lacking(reader: CatalogReader, data_dir: Path) -> list[str]:
    """The runs of which a file is missing, in their order."""
    return list(dict.fromkeys(run for _, run, path in expected(reader) if not (data_dir / path).exists()))


class RunFiles:
    """Writes the files of one run: takes its versions as they come into the catalog, and sorts them at the end.

    Args:
        data_dir: the data directory.
        run: the run's name.
    """

    def __init__(self, data_dir: Path, run: str) -> None:
        self._data_dir = data_dir
        self._run = run
        self._reader = CatalogReader(data_dir)
        # From the beginning of the catalog a run that changes nothing would read through all of it, again and again.
        self._at = run_records.first_sequence(self._reader, run) - 1
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._decompressor = zstandard.ZstdDecompressor()
        # Where SQLite puts a database without a name, which a kill leaves no trace of.
        os.environ["SQLITE_TMPDIR"] = str(data_dir)
        self._texts = sqlite3.connect("", isolation_level=None)
        self._texts.executescript(
            f"""PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{CACHE_MIB * 1024};
                CREATE TABLE version (iri TEXT, key TEXT, turtle INTEGER, texts BLOB);
                CREATE TABLE stub (iri TEXT PRIMARY KEY, turtle TEXT) WITHOUT ROWID;"""
        )
        self._name_once = lru_cache(maxsize=65_536)(self._name)
        self.progress = ProjectionProgress("files")

    def step(self) -> bool:
        """Take the next versions; False when there are none."""
        versions, self._at = run_records.versions(self._reader, self._run, self._at, BATCH)
        self._take(versions)
        return bool(versions)

    def _take(self, versions: list[Version]) -> None:
        self._texts.execute("BEGIN")
        self._texts.executemany("INSERT INTO version VALUES (?, ?, ?, ?)", map(self._row, versions))
        self._texts.execute("COMMIT")

    def _row(self, version: Version) -> tuple[str, str, int, bytes]:
        document, provenance = orjson.loads(version.document), orjson.loads(version.provenance)
        for stub in document["stubs"]:
            self._name_once(stub["iri"], stub["class"], stub.get("name"))
        described = rdf.provenance(
            version.iri,
            version.key,
            run=run_iri(self._run),
            source=provenance["source"],
            license=provenance.get("license"),
            generated_at=datetime.fromisoformat(provenance["fetched_at"]),
            invalidated_at=datetime.fromisoformat(version.deleted_at) if version.deleted_at else None,
        )
        turtle = rdf.turtle({**document, "stubs": ()}, [described]).encode()
        deleted = b',"deletedAt":"%b"' % version.deleted_at.encode() if version.deleted_at else b""
        # What somebody wrote leaves the catalog as a document only.
        stated = (
            orjson.dumps(public(document), option=orjson.OPT_SORT_KEYS) if has_texts(document) else version.document
        )
        line = b'{"key":%b,%b,"provenance":%b%b}\n' % (
            orjson.dumps(version.key), stated[1:-1], version.provenance, deleted,
        )  # fmt: skip
        return version.iri, version.key, len(turtle), self._compressor.compress(turtle + line)

    def _name(self, iri: str, class_name: str, name: str | None) -> None:
        stub = {"iri": iri, "class": class_name, "name": name}
        self._texts.execute("INSERT OR IGNORE INTO stub VALUES (?, ?)", (iri, rdf.turtle({"stubs": [stub]})))

    def flush(self) -> ProjectionProgress:
        """Write the files, each whole or not at all."""
        for old in run_records.replaced_versions(self._reader, self._run):
            self._take([old])
        paths = {name: self._data_dir / path for name, _, path in expected(self._reader, self._run)}
        if "rdf" in paths:
            self._write_versions(paths["rdf"], paths["normalized"])
        if "quarantine" in paths:
            with whole(paths["quarantine"]) as file:
                file.writelines(self._quarantined())
        self.progress.position = self._reader.last_sequence()
        self.progress.written = len(paths)
        self.progress.counts = {"files": len(paths)}
        self.progress.measure()
        return self.progress

    def _write_versions(self, rdf_path: Path, normalized_path: Path) -> None:
        with (
            whole(rdf_path) as turtle,
            whole(normalized_path) as packed,
            zstandard.ZstdCompressor(level=3).stream_writer(packed, closefd=False) as normalized,
        ):
            turtle.write(rdf.turtle_header().encode())
            for block, line in self._sorted():
                turtle.write(block)
                normalized.write(line)

    def _sorted(self) -> Iterator[tuple[bytes, bytes]]:
        """Turtle and JSON line of each version, and the Turtle of entities that no record describes, sorted by IRI."""
        # Sorting the keys alone keeps the texts of a large run out of memory. A version comes again where what it names
        # has got another name meanwhile.
        keys = self._texts.cursor().execute(
            """SELECT iri, key, max(rowid) FROM version GROUP BY iri, key
               UNION ALL SELECT iri, NULL, NULL FROM stub ORDER BY 1, 2"""
        )
        while rows := keys.fetchmany(BATCH):
            described = self._reader.described([iri for iri, _, row in rows if row is None])
            for iri, _, row in rows:
                if row is not None:
                    sql = "SELECT turtle, texts FROM version WHERE rowid = ?"
                    length, packed = self._texts.execute(sql, (row,)).fetchone()
                    texts = self._decompressor.decompress(packed)
                    yield texts[:length], texts[length:]
                elif iri not in described:
                    (text,) = self._texts.execute("SELECT turtle FROM stub WHERE iri = ?", (iri,)).fetchone()
                    yield text.encode(), b""

    def _quarantined(self) -> Iterator[bytes]:
        for rejection in run_records.rejections(self._reader, self._run):
            line = {**rejection._asdict(), "run": self._run}
            payload = orjson.Fragment(_json(line.pop("payload")))
            yield orjson.dumps({**line, "payload": payload}) + b"\n"

    def close(self) -> None:
        """Release the catalog, and drop the rest."""
        self._texts.close()
        self._reader.close()


class FilesProjection:
    """Writes the files that earlier runs lack, then those of the run that goes on.

    Args:
        data_dir: the data directory.
        run: the name of the run that goes on.
    """

    def __init__(self, data_dir: Path, run: str) -> None:
        self._data_dir = data_dir
        self._current = RunFiles(data_dir, run)
        self._earlier: RunFiles | None = None
        self._lacking: list[str] = []
        self._run = run
        self.progress = self._current.progress

    def open(self) -> None:
        """Look for missing files."""
        reader = CatalogReader(self._data_dir)
        self._lacking = [name for name in lacking(reader, self._data_dir) if name != self._run]
        reader.close()

    def is_due(self) -> bool:
        """Always: it reads each version but once."""
        return True

    def step(self) -> bool:
        """Take the next versions, or write what is complete; False when there is nothing left."""
        if self._earlier is None and not self._lacking:
            return self._current.step()
        if self._earlier is None:
            self._earlier = RunFiles(self._data_dir, self._lacking.pop(0))
        elif not self._earlier.step():
            self._earlier.flush()
            self._earlier.close()
            self._earlier = None
        return True

    def flush(self) -> ProjectionProgress:
        """Write the files of the run that goes on, each whole or not at all."""
        return self._current.flush()

    def close(self) -> None:
        """Release the catalog, and drop the rest."""
        if self._earlier is not None:
            self._earlier.close()
        self._current.close()


def _json(text: bytes) -> bytes:
    """A text as JSON: itself where it is some."""
    try:
        orjson.loads(text)
    except ValueError:  # it could not be kept as such
        return orjson.dumps(text.decode("utf-8", "replace"))
    return text
