"""The table of records, in a catalog that nothing else writes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.catalogs import HUB, model, recounted

from fair4ml.document import Document
from mlentory_crawl.catalog.aliases import AliasTable
from mlentory_crawl.catalog.codec import encode, unpack
from mlentory_crawl.catalog.commits import Entry, Known
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.field_counts import FieldCounts
from mlentory_crawl.catalog.likeness import Likeness
from mlentory_crawl.catalog.links import Links
from mlentory_crawl.catalog.records import NO_RUN, RecordTable, Row
from mlentory_crawl.catalog.refusals import Refusals
from mlentory_crawl.catalog.sequence import SequenceNumbers
from mlentory_crawl.catalog.value_counts import ValueCounts
from mlentory_crawl.changes import Refusal
from mlentory_crawl.exceptions import CatalogError

AT = "2024-01-09T00:00:00Z"


class Records:
    """A table of records, with short ways to write and to look."""

    def __init__(self, data_dir: Path) -> None:
        self.database = Database(data_dir)
        self.numbers = SequenceNumbers(self.database)
        self.fields = FieldCounts(self.database)
        links, aliases = Links(self.database), AliasTable(self.database, self.numbers)
        values, likeness = ValueCounts(self.database), Likeness(self.database)
        self.table = RecordTable(self.database, self.numbers, links, self.fields, values, aliases, likeness)

    def entry(self, key: str, document: Document, row: int | None = None, **given: Any) -> Entry:
        text, digest = encode(document)
        known = None if row is None else Known(row, b"", document["root"]["iri"], False, b"", b"", False, None, [])
        entry = Entry(
            platform="zoo",
            kind="model",
            key=key,
            iri=document["root"]["iri"],
            hash=digest,
            modified=None,
            known=known,
            document=document,
            text=text,
            provenance={"source": f"https://zoo.example/{key}", "fetched_at": AT},
            counters={},
        )
        return replace(entry, **given)

    def insert(self, *documents: Document, run: int = 1, **given: Any) -> list[int]:
        with self.database.transaction():
            return self.table.insert(run, [self.entry(str(n), each, **given) for n, each in enumerate(documents, 1)])

    def replace(self, row: int, document: Document, run: int = 2, **given: Any) -> None:
        with self.database.transaction():
            self.table.replace(run, [self.entry("1", document, row, **given)])

    def row(self, i: int) -> Row:
        (row,) = self.table.rows([i])
        return row

    def column(self, i: int, name: str) -> Any:
        return self.database.execute(f"SELECT {name} FROM record WHERE id = {i}").fetchone()[0]

    def versions(self) -> list[tuple[int, int, str]]:
        rows = self.database.execute("SELECT record, run, document FROM version ORDER BY record, run")
        return [(record, run, unpack(packed)["root"]["name"]) for record, run, packed in rows]

    def counted(self, name: str) -> int:
        return self.fields.shares().get("zoo", {}).get("model", {}).get(name, 0)

    def edges(self) -> set[tuple[str, str, int]]:
        rows = self.database.execute(
            """SELECT s.iri, t.iri, e.record FROM edge AS e
               JOIN entity AS s ON s.id = e.source JOIN entity AS t ON t.id = e.target"""
        )
        return {(source.removeprefix(HUB), target.removeprefix(HUB), i) for source, target, i in rows}


@pytest.fixture
def records(data_dir: Path) -> Iterator[Records]:
    made = Records(data_dir)
    yield made
    totals, of_records = recounted(made.database)
    assert made.database.execute("SELECT name, count FROM total ORDER BY name").fetchall() == totals
    held = "SELECT * FROM record_total WHERE live + deleted > 0 ORDER BY platform, kind, instance"
    assert made.database.execute(held).fetchall() == of_records
    made.database.close()


def test_new_records_come_with_all_that_belongs_to_them(records: Records) -> None:
    ids = records.insert(model("a/one", base="b/base"), model("a/two"), issues=[("tags", "is odd")], digest=b"d")
    assert ids == [1, 2]
    row = records.row(2)
    assert (row.platform, row.kind, row.key, row.iri, row.run) == ("zoo", "model", "2", f"{HUB}a/two", 1)
    assert row.document() == model("a/two")
    assert [records.column(i, "sequence") for i in ids] == [1, 2]
    assert [records.column(1, name) for name in ("instance", "deleted_at", "missed_by")] == ["", None, None]
    assert (records.column(1, "issues"), records.column(1, "digest")) == ('[["tags","is odd"]]', b"d")
    assert (records.counted("name"), records.counted("wasDerivedFrom")) == (2, 1)
    assert records.edges() == {("a/one", "b/base", 1)}
    assert records.versions() == []


def test_what_replaces_a_record_replaces_all_that_belongs_to_it(records: Records) -> None:
    (i,) = records.insert(model("a/one", base="b/base", license=["x"]))
    records.database.execute("UPDATE record SET missed_by = 1")
    records.replace(i, model("a/one", base="b/other"), issues=[("tags", "is odd")], digest=b"d")
    assert records.row(i).document() == model("a/one", base="b/other")
    assert (records.column(i, "issues"), records.column(i, "digest")) == ('[["tags","is odd"]]', b"d")
    assert (records.column(i, "sequence"), records.column(i, "run"), records.column(i, "missed_by")) == (2, 2, None)
    assert records.edges() == {("a/one", "b/other", i)}
    assert (records.counted("name"), records.counted("license")) == (1, 0)
    assert records.versions() == [(i, 1, "a/one")]
    records.replace(i, model("a/one"))  # by the same run: what it stated in between was no version
    assert records.versions() == [(i, 1, "a/one"), (i, 2, "a/one")]
    records.replace(i, model("a/one", base="b/base"))
    assert len(records.versions()) == 2


def test_a_record_that_names_its_entity_otherwise_leaves_an_alias(records: Records) -> None:
    one, two = records.insert(model("a/old"), model("a/child", base="a/old"))
    records.replace(one, model("a/new"))
    assert records.database.execute("SELECT iri, target, reason FROM alias").fetchall() == [
        (f"{HUB}a/old", f"{HUB}a/new", "renamed")
    ]
    assert records.column(two, "sequence") == 4  # it reads otherwise now


def test_records_that_state_the_same_publish_what_has_moved(records: Records) -> None:
    (i,) = records.insert(model("a/one"), counters={"likes": 100})
    known = Known(i, b"", f"{HUB}a/one", False, b'{"likes":100}', b'{"likes":100}', False, None, [])
    unchanged = replace(records.entry("1", model("a/one")), known=known, document=None)
    for likes, published, sequence in ((105, 100, 1), (110, 110, 2)):
        with records.database.transaction():
            records.table.publish([replace(unchanged, counters={"likes": likes})])
        (row,) = records.database.execute("SELECT observed, published FROM counter").fetchall()
        assert [orjson.loads(text)["likes"] for text in row] == [likes, published]
        assert records.column(i, "sequence") == sequence
    elsewhere = {"source": "https://zoo.example/moved", "fetched_at": "2030-01-01T00:00:00Z"}
    with records.database.transaction():
        records.table.publish([replace(unchanged, digest=b"new", issues=[("a", "b")], provenance=elsewhere)])
    assert (records.column(i, "digest"), records.column(i, "issues")) == (b"new", '[["a","b"]]')
    told = orjson.loads(records.row(i).provenance)
    assert told == {"source": elsewhere["source"], "fetched_at": AT}  # it states what it stated then
    assert records.column(i, "sequence") == 2


def test_what_is_gone_leaves_a_tombstone_and_its_last_version(records: Records) -> None:
    one, two = records.insert(model("a/one", base="b/base", description="long"), model("a/two"), digest=b"d")
    with records.database.transaction():
        beside = replace(records.entry("1", model("a/one", description="card")), kind="card")
        (card,) = records.table.insert(1, [beside])
        records.table.bury(2, AT, [one])
    assert [records.row(i).deleted_at for i in (one, two, card)] == [AT, None, AT]
    assert "description" not in records.row(one).document()["root"]
    assert [records.column(one, name) for name in ("run", "digest", "missed_by")] == [2, None, None]
    assert records.versions() == [(one, 1, "a/one"), (card, 1, "a/one")]
    assert (records.counted("name"), records.counted("description")) == (1, 0)
    assert records.edges() == {("a/one", "b/base", one)}
    records.replace(one, model("a/one"), run=3)
    assert (records.row(one).deleted_at, records.counted("name")) == (None, 2)


def test_a_blank_row_says_what_it_was_about_and_nothing_else(records: Records) -> None:
    (i,) = records.insert(
        model("a/one", base="b/base", part="prose"), digest=b"d", issues=[("a", "b")], modified="2024-01-01T00:00:00Z"
    )
    with records.database.transaction():
        records.table.blank(records.row(i), AT)
    row = records.row(i)
    blank: Document = {"root": {"iri": f"{HUB}a/one", "class": "MLModel"}, "parts": [], "stubs": []}
    assert row.document() == blank
    assert (row.run, row.deleted_at, row.provenance) == (NO_RUN, AT, "{}")
    assert [records.column(i, name) for name in ("modified", "digest", "issues", "missed_by")] == 4 * [None]
    assert records.column(i, "sequence") == 2
    assert records.versions() == []
    assert (records.counted("name"), records.edges()) == (0, set())
    assert records.table.about([f"{HUB}a/one"]) == []


def test_what_is_rewritten_leaves_no_trace_of_what_it_was(records: Records) -> None:
    one, two = records.insert(model("a/one", base="b/base"), model("a/two", base="b/base"))
    with records.database.transaction():
        records.table.bury(2, AT, [two])
        for i, name in ((one, "a/one"), (two, "a/two")):
            records.table.rewrite(records.row(i), model(name))
    assert [records.row(i).document() for i in (one, two)] == [model("a/one"), model("a/two")]
    assert [records.row(i).deleted_at for i in (one, two)] == [None, AT]
    assert records.versions() == [(two, 1, "a/two")]  # of when it was buried
    assert (records.counted("name"), records.counted("wasDerivedFrom")) == (1, 0)
    assert records.edges() == set()


def test_nothing_is_remembered_of_what_was_rolled_back(records: Records) -> None:
    records.insert(model("a/one", owner="a"))
    two = records.entry("2", model("a/two", base="b/base"))
    with pytest.raises(CatalogError, match="cannot be written: IntegrityError"), records.database.transaction():
        records.table.insert(1, [two, two])
    assert (records.numbers.last, records.counted("name")) == (1, 1)
    with records.database.transaction():
        assert records.table.insert(1, [records.entry("2", model("a/two", base="a/one"))]) == [2]
    assert records.column(2, "sequence") == 2
    assert records.edges() == {("a/one", "a", 1), ("a/two", "a/one", 2)}


def test_a_transaction_writes_what_was_gathered_or_resets_it(data_dir: Path) -> None:
    database = Database(data_dir)
    calls: list[str] = []
    database.before_commit(lambda: calls.append("write"))
    database.after_rollback(lambda: calls.append("reset"))
    with database.transaction():
        database.execute("INSERT INTO meta VALUES ('a', '1')")
    assert calls == ["write"]
    with pytest.raises(CatalogError), database.transaction():
        database.executemany("INSERT INTO meta VALUES (?, ?)", [("b", "1"), ("a", "2")])
    assert calls == ["write", "reset"]
    assert database.execute("SELECT name, value FROM meta WHERE length(name) = 1").fetchall() == [("a", "1")]
    database.close()


def test_refusals_that_cannot_be_noted_hold_up_no_later_ones(data_dir: Path) -> None:
    refusals = Refusals(data_dir, "search")
    with pytest.raises(CatalogError, match="cannot be written"):
        refusals.update([], [Refusal("a", "why"), Refusal("b", None)], 1)  # type: ignore[arg-type]
    refusals.update([], [Refusal("c", "why")], 2)
    assert refusals.keys() == ["c"]
    refusals.close()
