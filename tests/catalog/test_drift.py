"""Drift: the index, the values that are counted, what runs keep of them, and what an erasure leaves."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from support.catalogs import DAY, HUB, Book, model
from support.kept_catalogs import KEPT, Kept

from fair4ml.describe.licensing import NOT_NAMED
from fair4ml.document import Document
from fair4ml.identifiers import part_iri
from mlentory_crawl.catalog.codec import unpack
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.queries.drift import Drift, drift, drift_within, size_name
from mlentory_crawl.catalog.queries.kept_distributions import comparable
from mlentory_crawl.catalog.queries.stability import MODERATE, STRONG, level, shifts
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stated_values import NONE, OWN, stated_values
from mlentory_crawl.catalog.value_counts import KEPT as MOST, OTHERS
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.exceptions import CatalogError

OTHER_DISTRIBUTIONS = ("task", "library", "language", "size")
MIT, APACHE = "https://spdx.org/licenses/MIT", "https://spdx.org/licenses/Apache-2.0"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with closing(Book(tmp_path / "data")) as made:
        yield made


def run(book: Book, **licenses: str | list[str]) -> None:
    """Store models with these licenses as the run of the next day, which keeps what it found."""
    documents = {
        key: model(f"a/{key}", license=[each] if isinstance(each, str) else each) for key, each in licenses.items()
    }
    book.crawl(documents)
    book.writer.values.keep(book.run, DAY.format(book.days))


def told(book: Book, since: datetime | None = None) -> dict[str, Drift]:
    with closing(CatalogReader(book.data_dir)) as reader:
        return {each.distribution: each for each in drift(reader, since=since)}


# The index


def test_the_index_is_that_of_the_formula() -> None:
    found = shifts({"a": 600, "b": 400}, {"a": 300, "b": 700})
    assert found == pytest.approx({"a": -0.3 * math.log(0.3 / 0.6), "b": 0.3 * math.log(0.7 / 0.4)})


def test_a_value_that_is_new_or_gone_has_the_smallest_share() -> None:
    found = shifts({"a": 9_000, "old": 1_000}, {"a": 9_000, "new": 1_000})
    expected = (0.1 - 0.0001) * math.log(0.1 / 0.0001)
    assert found == pytest.approx({"a": 0, "old": expected, "new": expected})
    # Of few records half a one.
    assert shifts({"a": 10}, {"a": 9, "new": 1})["new"] == pytest.approx(0.05 * math.log(2))
    assert sum(shifts({"a": 10**6, "b": 3}, {"a": 10**6, "c": 9}).values()) < 1e-9


def test_nothing_cannot_be_compared() -> None:
    assert shifts({}, {"a": 1}) == shifts({"a": 1}, {}) == shifts({}, {}) == {}


counts = st.dictionaries(st.text(max_size=3), st.integers(1, 10**6), min_size=1, max_size=20)


@given(counts, counts)
def test_no_part_of_the_index_is_below_zero_and_directions_are_alike(
    before: dict[str, int], now: dict[str, int]
) -> None:
    there, back = shifts(before, now), shifts(now, before)
    assert all(part >= 0 for part in there.values())
    assert sum(there.values()) == pytest.approx(sum(back.values()))
    assert sum(shifts(before, before).values()) == 0


def test_levels() -> None:
    assert [level(index, 50, 50) for index in (0.0, 0.0999, MODERATE, 0.2499, STRONG, 9.0)] == [
        "stable", "stable", "moderate", "moderate", "strong", "strong",
    ]  # fmt: skip
    assert level(9.0, 49, 1_000) == level(9.0, 1_000, 49) == "few"


def test_what_may_be_among_the_others_is_not_taken_for_a_change() -> None:
    before, now = {"a": 90, "b": 5, OTHERS: 20}, {"a": 90, "b": 4, "c": 3, "d": 50}
    completed, same = comparable(before, now)
    assert same == now
    # c may have been as frequent as now; d was at most as frequent as b, and the others are as many as before.
    assert completed == {"a": 90, "b": 5, "c": 3, "d": 5, OTHERS: 12}
    assert sum(completed.values()) == sum(before.values())
    assert comparable({"a": 1}, {"b": 1}) == ({"a": 1}, {"b": 1})


def test_sizes_are_called_by_their_bounds() -> None:
    assert [size_name(least) for least in (0, 10**8, 8 * 10**9, 10**11)] == [
        "under 100M", "100M to 1B", "8B to 15B", "100B and more",
    ]  # fmt: skip


# What is counted


def sized(value: object, **further: object) -> Document:
    found = model("a/b")
    iri = f"{found['root']['iri']}#value-0123456789abcdef"
    found["root"]["additionalProperty"] = [iri]
    found["parts"].append(
        {"iri": iri, "class": "PropertyValue", "propertyID": "parameterCount", "value": value, **further}
    )
    return found


def test_values_of_a_record() -> None:
    found = model("a/b", license=[MIT], mlTask=["t:1", "t:2"], languageTag=["de", "de", "x" * 999])
    assert sorted(stated_values(found)) == [
        ("language", "de"), ("language", "x" * 200), ("library", NONE), ("license", MIT), ("size", NONE),
        ("task", "t:1"), ("task", "t:2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (10**8 - 1, "0"), (10**8, "100000000"), (10**12, "100000000000"), (-1, NONE), ("7", NONE)],
)
def test_sizes_are_counted_by_class(value: object, expected: str) -> None:
    assert ("size", expected) in set(stated_values(sized(value)))


def test_a_number_of_some_parameters_is_no_size() -> None:
    assert ("size", NONE) in set(stated_values(sized(7, name="experts")))


def test_licenses_on_no_list_are_counted_together() -> None:
    root, owner = f"{HUB}a/b", f"{HUB}a"
    unnamed, named = part_iri(root, "license", "other"), part_iri(owner, "license", "mine")
    found = model("a/b", license=[unnamed, named])
    found["parts"].append({"iri": unnamed, "class": "License", "name": NOT_NAMED})
    assert {value for name, value in stated_values(found) if name == "license"} == {NOT_NAMED, OWN}


def counted(book: Book) -> dict[tuple[str, str], int]:
    return {(name, value): count for name, value, count in book.rows("SELECT distribution, value, records FROM value")}


def recounted(book: Book) -> Counter[tuple[str, str]]:
    documents = book.rows("SELECT document FROM record WHERE deleted_at IS NULL")
    return Counter(stated for (packed,) in documents for stated in stated_values(unpack(packed)))


def test_counts_follow_the_records(book: Book) -> None:
    run(book, a=MIT, b=MIT, c=[MIT, APACHE])
    assert counted(book)["license", MIT] == 3
    run(book, a=APACHE, b=[])
    assert counted(book) == recounted(book)
    ((gone,),) = book.rows("SELECT id FROM record WHERE key = 'c'")
    with book.writer._database.transaction():
        book.writer._records.bury(book.run, DAY.format(3), [gone])
    assert counted(book) == recounted(book)
    # A value that no record has any more is not in the table, either.
    assert counted(book) == {
        ("license", APACHE): 1, ("license", NONE): 1, **{(name, NONE): 2 for name in OTHER_DISTRIBUTIONS},
    }  # fmt: skip


def test_what_is_rolled_back_is_not_counted(book: Book) -> None:
    run(book, a=MIT)
    before = counted(book)
    again = Commit(entries=[book.entry("b", model("a/b", license=[APACHE]))] * 2)  # the same key twice
    with pytest.raises(CatalogError, match="UNIQUE"):
        book.writer.commit(book.run, again)
    run(book, a=MIT)
    assert counted(book) == before


@pytest.mark.parametrize("version", KEPT)
def test_a_catalog_of_an_earlier_version_is_counted_by_the_next_that_writes(version: str, tmp_path: Path) -> None:
    kept = Kept(version, tmp_path)
    CatalogReader(kept.data_dir).close()
    with closing(Book(kept.data_dir)) as book:
        rows = book.rows("SELECT platform, kind, document FROM record WHERE deleted_at IS NULL")
        expected = Counter((of, kind, *each) for of, kind, packed in rows for each in stated_values(unpack(packed)))
        assert len(expected) > 10
        assert {tuple(row[:4]): row[4] for row in book.rows("SELECT * FROM value")} == expected
        assert book.rows("SELECT 1 FROM meta WHERE name = 'uncounted_values'") == []
    CatalogWriter(kept.data_dir).close()
    with closing(Book(kept.data_dir)) as book:
        assert sum(count for (count,) in book.rows("SELECT records FROM value")) == sum(expected.values())


# Over runs


def test_drift_since_the_run_before_and_since_a_day(book: Book) -> None:
    run(book, **{f"m{n}": MIT for n in range(60)})
    (only,) = told(book).values()
    assert (only.psi, only.since, only.level, only.runs, only.shifts) == (None, None, None, [], [])
    run(book, **{f"m{n}": APACHE for n in range(30)})
    run(book, **{f"m{n}": APACHE for n in range(33)})
    found = told(book)["license"]
    assert (found.since_at, found.level, found.new, found.vanished) == (DAY.format(2), "stable", 0, 0)
    assert [(each.at, each.psi is not None) for each in found.runs] == [(DAY.format(2), True), (DAY.format(3), True)]
    assert found.runs[-1].psi == found.psi == pytest.approx(sum(each.psi for each in found.shifts))
    found = told(book, datetime(2024, 1, 1, 12, tzinfo=UTC))["license"]
    assert (found.since_at, found.level, found.new, found.vanished) == (DAY.format(1), "strong", 1, 0)
    assert [(each.name, each.before, each.now) for each in found.shifts] == [
        ("Apache-2.0", 0.0, 33 / 60), ("MIT", 1.0, 27 / 60),
    ]  # fmt: skip
    nothing = told(book, datetime(2023, 1, 1))["license"]  # noqa: DTZ001  without a zone it is UTC
    assert (nothing.psi, nothing.since) == (None, None)
    assert len(nothing.runs) == 2


def test_a_distribution_that_vanishes_drifts(book: Book) -> None:
    run(book, **{f"m{n}": MIT for n in range(60)})
    run(book, **{f"m{n}": [] for n in range(60)})
    found = told(book)["license"]
    assert (found.level, found.new, found.vanished) == ("strong", 1, 1)
    # No record names the license any more: there is nothing left but its IRI.
    assert {each.name for each in found.shifts} == {MIT, "none stated"}


def test_drift_within_a_time(book: Book) -> None:
    for license in (MIT, MIT, APACHE):
        run(book, **{f"m{n}": license for n in range(60)})
    with closing(CatalogReader(book.data_dir)) as reader:
        (found,) = drift_within(reader, timedelta(days=2))
        assert (found.since_at, found.level) == (DAY.format(1), "strong")
        assert list(drift_within(reader, timedelta(days=3))) == []


def test_runs_keep_what_they_had_to_do_with(book: Book) -> None:
    run(book, a=MIT)
    book.begin()
    book.alter("UPDATE run SET platform = 'elsewhere' WHERE id = ?", book.run)
    book.writer.values.keep(book.run, DAY.format(2))
    # Whoever keeps again keeps the same row: a run that was resumed.
    book.writer.values.keep(book.run, DAY.format(3))
    with closing(Book(book.data_dir)) as other:
        other.days = 9
        other.begin()
        other.alter("UPDATE run SET platform = 'elsewhere' WHERE id = ?", other.run)
        other.writer.values.keep(other.run, DAY.format(4))
        assert other.rows("SELECT at FROM distribution ORDER BY at") == [(DAY.format(1),), (DAY.format(3),)]


def test_only_the_most_frequent_values_are_kept(book: Book) -> None:
    licenses = [f"https://l.example/{n:03}" for n in range(MOST + 20)]
    documents = {str(n): model(f"a/{n}", license=licenses[: n + 1]) for n in range(MOST + 20)}
    book.crawl({**documents, "none": model("a/none")})
    book.writer.values.keep(book.run, DAY.format(1))
    ((packed,),) = book.rows("SELECT counts FROM distribution")
    found = unpack(packed)["license"]
    assert len(found) == MOST + 2
    assert (found[licenses[0]], found[NONE]) == (MOST + 20, 1)
    assert found[OTHERS] == sum(range(1, 21))


# Erasure


def test_what_was_erased_is_in_no_distribution(book: Book) -> None:
    secret = f"{HUB}ada/secret"
    page = f"{secret}/blob/main/LICENSE"
    book.crawl({
        "1": model("ada/secret", license=[page]), "2": model("a/b", license=[page, MIT]),
        "3": model("a/c", license=[f"{secret}#license-x"]), "4": model("a/d", license=[f"{HUB}ada/secrets/x"]),
    })  # fmt: skip
    book.writer.values.keep(book.run, DAY.format(1))
    with book.writer.erasing({secret}, DAY.format(2)) as erasing:
        assert erasing.erased.counts["values in distributions"] == 2
    ((packed,),) = book.rows("SELECT counts FROM distribution")
    assert unpack(packed)["license"] == {MIT: 1, f"{HUB}ada/secrets/x": 1, OTHERS: 3}
    assert counted(book) == recounted(book)
