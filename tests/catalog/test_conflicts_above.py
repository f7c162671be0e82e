"""License conflicts above many models at once, which are those of the lineage of each."""

from __future__ import annotations

from contextlib import closing
from dataclasses import astuple
from pathlib import Path

from support.catalogs import HUB, Book
from support.families import relative

from mlentory_crawl.catalog.queries.conflicts_above import conflicts_above
from mlentory_crawl.catalog.queries.lineage import lineage
from mlentory_crawl.catalog.reader import CatalogReader

MOST = 1_000
FAMILY = (
    relative("a/base", "CC-BY-NC-4.0"),
    relative("b/tune", "MIT", a__base="finetune"),
    relative("c/silent", None, b__tune="adapter"),
    relative("d/merge", "Apache-2.0", b__tune="merge", c__silent="merge"),
    relative("e/far", "MIT", d__merge="quantized"),
    relative("f/farther", "MIT", e__far="quantized"),
    relative("g/round", "MIT", h__round="merge"),
    relative("h/round", "CC-BY-NC-4.0", g__round="merge", x__unknown="merge"),
)
NAMES = [document["root"]["name"] for document in FAMILY]


def test_they_are_those_of_the_lineages(tmp_path: Path) -> None:
    iris = [HUB + name for name in NAMES]
    with closing(Book(tmp_path / "data")) as book:
        book.crawl({document["root"]["name"]: document for document in FAMILY})
        with closing(CatalogReader(book.data_dir)) as reader:
            for generations in (1, 2, 3, 10):
                alone = {iri: lineage(reader, iri, up=True, depth=generations).conflicts for iri in iris}
                together = conflicts_above(reader, iris, generations, MOST)
                assert together.keys() == {iri for iri, found in alone.items() if found}
                for iri, found in together.items():
                    assert sorted(map(astuple, found)) == sorted(map(astuple, alone[iri]))
                assert (HUB + "f/farther" in together) == (generations > 3)
            assert conflicts_above(reader, [], 3, MOST) == {}
