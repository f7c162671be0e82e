"""Data directories of earlier versions: they are read, crawls go on in them, and their archives are replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from support.crawling import CatalogProject
from support.kept_catalogs import HUB, KEPT, OLDEST, Kept

import mlentory_crawl
from mlentory_crawl.catalog.queries.find import NotFound
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.crawl.report import Report
from mlentory_crawl.sample_hub import SampleHub

MODELS = 37
"""The models that a kept catalog describes."""


@pytest.fixture(scope="module", params=KEPT)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(request.param, tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def project(kept: Kept) -> Iterator[CatalogProject]:
    with SampleHub(records=kept.records) as hub:
        yield CatalogProject(kept.data_dir, hub.url)


def test_it_is_read(kept: Kept, project: CatalogProject) -> None:
    assert project.status()["catalog"]["records"] == {"huggingface": {"model": {"live": MODELS, "deleted": 1}}}
    changed, renamed = (kept.entities[name] for name in ("changed", "renamed"))
    done = project.scrapy("show", renamed, "--json")
    assert json.loads(done.stdout)["root"]["iri"] == f"{HUB}{renamed}-renamed"
    assert project.scrapy("show", kept.entities["erased"]).returncode == 1
    with mlentory_crawl.open(kept.data_dir) as catalog:
        assert [catalog.model(changed).root[name][0] for name in ("mlTask", "sharedBy")]
        runs = catalog.status().runs
        assert [run["records"]["erased"] for run in runs] == [0, 1, 0, 0, 0]
        assert [run["requested"]["erased"] for run in runs] == [1, 0, 0, 0, 0]
        with pytest.raises(NotFound):
            catalog.model(kept.entities["erased"])
    with closing(CatalogReader(kept.data_dir)) as reader:
        gone = [HUB + kept.entities["deleted"]]
        assert (list(reader.about(gone)), len(list(reader.tombstones(gone)))) == ([], 1)
        assert reader._execute("SELECT count(*) FROM version").fetchone() == (3,)
    lines = [json.loads(line) for line in project.export("kept.jsonl").splitlines()]
    assert len(lines) == MODELS
    assert not any(kept.entities["erased"] + '"' in json.dumps(line) for line in lines)


def test_its_reports_are_shown_and_gone_on_with(kept: Kept, project: CatalogProject) -> None:
    done = project.scrapy("status", "last", "--json")
    assert json.loads(done.stdout)["mode"] == "ids"
    assert "1 fetched: 1 unchanged" in project.scrapy("status", "last").stdout
    with mlentory_crawl.open(kept.data_dir) as catalog:
        for told in catalog.status().runs:
            assert Report.resumed(told | {"suspicions": []}).told()["records"] == told["records"]


def test_a_crawl_goes_on(kept: Kept, project: CatalogProject) -> None:
    """What is the same at its source is the same here, if this version maps it alike; else it gets one more version."""
    with closing(CatalogReader(kept.data_dir)) as reader:
        before = reader._execute("SELECT count(*) FROM version").fetchone()[0]
    records = project.crawl("-a", "mode=census")["records"]
    assert records["unchanged"] + records["changed"] == MODELS
    assert {name: records[name] for name in ("new", "quarantined", "failed", "deleted", "erased")} == {
        "new": 0, "quarantined": 1, "failed": 0, "deleted": 0, "erased": 1,
    }  # fmt: skip
    with closing(CatalogReader(kept.data_dir)) as reader:
        (after,) = reader._execute("SELECT count(*) FROM version").fetchone()
    assert after - before == records["changed"]


def test_archives_with_the_former_marker_are_replayed(tmp_path: Path) -> None:
    kept = Kept(OLDEST, tmp_path)
    bodies = [zstandard.decompress(path.read_bytes()) for path in kept.data_dir.glob("raw/*/*/*.zst")]
    assert any(b'{"forgotten":true}' in body for body in bodies)
    again = CatalogProject(tmp_path / "again", "http://127.0.0.1:9")
    done = again.scrapy("replay", "--all", "--from", kept.data_dir, "--json")
    assert done.returncode == 0, done.stderr
    assert all(run["as_before"] for run in json.loads(done.stdout))
    censuses = [run["records"] for run in again.status()["runs"] if run["mode"] == "census"]
    assert [(records["erased"], records["quarantined"]) for records in censuses] == [(1, 1)] * 4
    assert again.export("again.nt") == CatalogProject(kept.data_dir, "http://127.0.0.1:9").export("before.nt")
