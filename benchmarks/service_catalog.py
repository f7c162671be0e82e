"""Catalogs of made-up models for the measurements of the service: made once, and kept.

A census of the sample hub makes the smaller ones. A larger one is a census of `CRAWLED` models and copies of its
records under other owners, as the sample hub repeats its models, too: that takes a fraction of the time.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import orjson
from tantivy import Document

from benchmarks.__main__ import CENSUS, environment
from fair4ml.identifiers import HUGGING_FACE
from fair4ml.write.search_document import search_document
from mlentory_crawl.catalog.codec import pack, unpacked
from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import leading_key
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.sample_hub.models import MadeUpModels
from mlentory_crawl.sample_hub.templates import Json
from mlentory_crawl.stores.search.tantivy.index import POSITION, SOURCE, document, schema, usable

CRAWLED = 20_000
"""The most models that a census makes."""
DERIVED_OF = 20
"""One in so many models derives from the most used base, each under an owner of its own."""
SUSPECT = 1
"""The exit code of a census that is suspect."""
DONE = "benchmark.json"
"""The file that says of which models the catalog is."""
APART = 10_000_000
"""The distance of the row ids of one copy from those of the next."""
_NAMES = re.compile(rb'"(%s)?([\w.-]+)((?:/[\w.-]+)?)((?:#[^"]*)?)"' % re.escape(HUGGING_FACE.encode()))


def made(folder: Path, models: int) -> Path:
    """Make a catalog of made-up models unless it is there, and return its data directory.

    Args:
        folder: the data directory; the one of which copies are made is beside it.
        models: the number of models; above `CRAWLED`, a multiple of that.
    """
    done, told = folder / DONE, orjson.dumps({"models": models})
    if done.exists():
        if done.read_bytes() != told:
            sys.exit(f"{folder} has other models: {done.read_text()}")
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    if models > CRAWLED:
        if models % CRAWLED:
            sys.exit(f"{models}: expected a multiple of {CRAWLED}")
        _copied(made(folder.with_name(str(CRAWLED)), CRAWLED), folder, models // CRAWLED)
        _indexed(folder.with_name(str(CRAWLED)), folder, models // CRAWLED)
    else:
        derived = folder / "derived.jsonl"
        derived.write_bytes(orjson.dumps(_derived(most_used(models))))
        with SampleHub(models=models - models // DERIVED_OF, records=[derived], clones=models // DERIVED_OF) as hub:
            census(hub.url, folder)
    done.write_bytes(told)
    return folder


def census(endpoint: str, data_dir: Path) -> None:
    """Crawl the whole hub into the catalog and the search index; a suspect census, which misses much, is one, too."""
    arguments = [word for each in CENSUS for word in ("-a", each)]
    _run("crawl", "huggingface", *arguments, "-L", "ERROR", data_dir=data_dir, endpoint=endpoint)


def sync(data_dir: Path, projection: str) -> None:
    """Bring a projection up to date with the catalog."""
    _run("sync", projection, data_dir=data_dir)


def most_used(models: int) -> str:
    """Return the id of the model from which most others derive."""
    crawled = min(models, CRAWLED)
    return MadeUpModels(crawled - crawled // DERIVED_OF).id(0)


def _run(*words: str, data_dir: Path, endpoint: str = "") -> None:
    variables = {**environment(endpoint, data_dir), "PROJECTIONS": "search"}
    command = [sys.executable, "-m", "mlentory_crawl", *words]
    ended = subprocess.run(command, env=variables, check=False, stdout=subprocess.DEVNULL)
    if ended.returncode not in (0, SUSPECT):
        sys.exit(f"{' '.join(words)}: exit code {ended.returncode}")


def _derived(base: str) -> Json:
    """Return the record of which all models that derive from the most used base are copies."""
    card = {"license": "apache-2.0", "base_model": base, "base_model_relation": "finetune", "language": ["en"]}
    tags = ["transformers", "safetensors", "llama", "text-generation", "en", "license:apache-2.0", "region:us"]
    return {
        "id": "synthetic-tuner/synthetic-finetune",
        "createdAt": "2025-05-19T08:11:40.000Z",
        "private": False,
        "disabled": False,
        "gated": False,
        "downloads": 120,
        "likes": 3,
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "tags": [*tags, f"base_model:{base}", f"base_model:finetune:{base}"],
        "cardData": card,
        "config": {"architectures": ["LlamaForCausalLM"], "model_type": "llama"},
        "safetensors": {"parameters": {"BF16": 7_241_732_096}, "total": 7_241_732_096},
        "baseModels": {"relation": "finetune", "models": [{"_id": "62200000" + "0" * 16, "id": base}]},
    }


class _Owners:
    """Gives the models and owners of a catalog other names; the most used base and what models share keep theirs.

    Args:
        models: the ids of the models.
    """

    def __init__(self, models: set[str]) -> None:
        self._names = {each.encode() for each in models} | {each.partition("/")[0].encode() for each in models}

    def renamed(self, text: bytes, number: int) -> bytes:
        """Return JSON in which each owner has the number of a copy behind its name."""

        def another(found: re.Match[bytes]) -> bytes:
            prefix, owner, name, part = found.groups()
            if owner + name not in self._names:
                return found[0]
            return b'"%s%s-c%d%s%s"' % (prefix or b"", owner, number, name, part)

        return _NAMES.sub(another, text)

    def of_value(self, value: str | None, number: int) -> str | None:
        """Return a name or an IRI with the owner of a copy."""
        return value and self.renamed(f'"{value}"'.encode(), number).decode()[1:-1]


def _copied(crawled: Path, folder: Path, copies: int) -> None:
    """Make a catalog that has the records of another one several times, each time under other owners."""
    shutil.copytree(crawled, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("search", "raw", DONE, "lock*"))
    base = most_used(CRAWLED)
    with closing(sqlite3.connect(folder / CATALOG, isolation_level=None)) as catalog:
        catalog.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000")
        indexes = catalog.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN ('record', 'entity', 'edge')"
        ).fetchall()
        (last,) = catalog.execute("SELECT max(sequence) FROM record").fetchone()
        records = catalog.execute("SELECT id, key, iri, document FROM record").fetchall()
        own = [each for each in records if each[2] != HUGGING_FACE + base]
        owners = _Owners({iri.removeprefix(HUGGING_FACE) for _, _, iri, _ in own})
        catalog.create_function("renamed", 2, owners.of_value, deterministic=True)
        for name, _ in indexes:
            catalog.execute(f"DROP INDEX {name}")
        catalog.execute("CREATE TEMP TABLE first AS SELECT id FROM record WHERE iri <> ?", (HUGGING_FACE + base,))
        catalog.execute("CREATE TEMP TABLE own (id INTEGER PRIMARY KEY)")
        catalog.execute("INSERT INTO own SELECT id FROM entity WHERE renamed(iri, 1) <> iri")
        texts = [(id, unpacked(document)) for id, _, _, document in own]
        for number in range(1, copies):
            catalog.execute("BEGIN")
            _copy(catalog, owners, texts, number, last)
            catalog.execute("COMMIT")
        catalog.execute("UPDATE meta SET value = ? WHERE name = 'sequence'", (str(last * copies),))
        for statement in (
            "UPDATE run SET last_sequence = last_sequence * ?",
            "UPDATE field SET records = records * ?",
            "UPDATE census SET records = records * ?",
        ):
            catalog.execute(statement, (copies,))
        # Another catalog: its copies of one have the same numbers.
        catalog.execute("UPDATE meta SET value = lower(hex(randomblob(16))) WHERE name = 'catalog_id'")
        for _, statement in indexes:
            catalog.execute(statement)
        catalog.executescript("PRAGMA analysis_limit = 400; ANALYZE; PRAGMA journal_mode = WAL")


def _indexed(crawled: Path, folder: Path, copies: int) -> None:
    """Make the search index of such a catalog, as the projection does, without merging each state anew."""
    shutil.rmtree(folder / "search", ignore_errors=True)
    directory = folder / "search"
    with closing(CatalogReader(folder)) as made, closing(CatalogReader(crawled)) as reader:
        position = Feed(made).position_at(made.last_sequence())
        base = HUGGING_FACE + most_used(CRAWLED)
        found = [(leading_key(stored), search_document(state)) for state, stored in reader.states()]
    own = [(key, orjson.dumps(source)) for key, source in found if source["iri"] != base]
    owners = _Owners({source["iri"].removeprefix(HUGGING_FACE) for _, source in found if source["iri"] != base})
    index = usable(directory)
    writer = index.writer(500_000_000, num_threads=2)
    for key, source in found:
        writer.add_document(document(key, source, orjson.dumps(source)))
    for number in range(1, copies):
        for key, text in own:
            stored = owners.renamed(text, number)
            writer.add_document(document(f"{key}c{number}", orjson.loads(stored), stored))
    writer.add_document(Document.from_dict({POSITION: POSITION, SOURCE: orjson.dumps(asdict(position))}, schema()))
    writer.commit()
    writer.wait_merging_threads()


_COLUMNS = "hash, run, modified, deleted_at, provenance, digest, issues, missed_by"


def _copy(catalog: sqlite3.Connection, owners: _Owners, texts: list[tuple[int, bytes]], number: int, last: int) -> None:
    given = {"n": number, "far": number * APART, "further": number * last}
    catalog.execute("CREATE TEMP TABLE document (id INTEGER PRIMARY KEY, document BLOB)")
    catalog.executemany(
        "INSERT INTO temp.document VALUES (?, ?)", ((id, pack(owners.renamed(text, number))) for id, text in texts)
    )
    catalog.execute(
        f"""INSERT INTO record (id, platform, kind, instance, key, iri, sequence, document, {_COLUMNS})
            SELECT r.id + :far, platform, kind, instance, key || 'c' || :n, renamed(iri, :n), sequence + :further,
                   d.document, {_COLUMNS} FROM temp.document AS d JOIN record AS r ON r.id = d.id ORDER BY r.id""",
        given,
    )
    catalog.execute(
        """INSERT INTO counter SELECT record + :far, observed, published FROM counter
           WHERE record IN (SELECT id FROM temp.first)""",
        given,
    )
    catalog.execute(
        """INSERT INTO entity SELECT e.id + :far, renamed(iri, :n), class, renamed(name, :n), described
           FROM temp.own AS o JOIN entity AS e ON e.id = o.id ORDER BY e.id""",
        given,
    )
    catalog.execute(
        """INSERT INTO edge
           SELECT source + CASE WHEN source IN temp.own THEN :far ELSE 0 END, type,
                  target + CASE WHEN target IN temp.own THEN :far ELSE 0 END, record + :far, kind
           FROM edge WHERE record IN (SELECT id FROM temp.first) AND source < :apart ORDER BY 1, 2, 3, 4""",
        {**given, "apart": APART},
    )
    catalog.execute("DROP TABLE temp.document")


def main() -> None:
    """Make a catalog: ``python -m benchmarks.service_catalog FOLDER MODELS``."""
    made(Path(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    os.nice(2)
    main()
