"""What the crawled models derive from is fetched along, as far up as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, model, write_records

from mlentory_crawl.sample_hub import SampleHub


def child(number: int, *parents: str) -> dict[str, Any]:
    """A made-up model that derives from others."""
    return model(number, tags=[tag for p in parents for tag in (f"base_model:{p}", f"base_model:finetune:{p}")])


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    """Four generations, a merge, a cycle, and parents that are not there."""
    records = [
        child(0, "acme/model-1"),
        child(1, "acme/model-2", "acme/model-5"),
        child(2, "acme/model-3"),
        child(3, "acme/model-4", "acme/model-1"),
        child(4),
        child(5, "acme/lost", "acme/model-9"),
        child(6, "acme/model-6"),
    ]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        yield hub


@pytest.mark.parametrize(
    ("levels", "found", "missing"), [(0, 0, 0), (1, 1, 0), (2, 3, 0), (3, 4, 2), (4, 5, 2), (9, 5, 2)]
)
def test_so_many_levels_and_no_more(hub: SampleHub, tmp_path: Path, levels: int, found: int, missing: int) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    report = project.crawl("-a", "ids=acme/model-0", "-a", f"ancestors={levels}")
    told = report["lookups"].get("ancestors", {"asked": 0, "found": 0})
    assert (told["found"], told.get("missing", 0), told["asked"]) == (found, missing, found + missing)
    assert report["records"]["new"] == 1 + found
    assert report["requested"]["asked"] == 1


def test_what_is_missing_is_not_asked_for_every_night(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url, HF_ANCESTORS="9")
    first = project.crawl("-a", "ids=acme/model-0,acme/model-6")
    assert first["lookups"]["ancestors"] == {"asked": 7, "found": 5, "missing": 2}
    again = project.crawl("-a", "ids=acme/model-0,acme/model-6")
    assert again["lookups"] == {}
    assert again["records"]["unchanged"] == 2


def test_an_old_name_leads_to_the_model(tmp_path: Path) -> None:
    records = [child(0, "acme/model-1"), child(1, "acme/model-2"), child(2)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        hub.set(rename={"acme/model-1": "other/model-1"})
        project = CatalogProject(tmp_path / "data", hub.url)
        report = project.crawl("-a", "ids=acme/model-0", "-a", "ancestors=2")
        assert report["lookups"]["ancestors"] == {"asked": 2, "found": 2, "renamed": 1}
        up = project.scrapy("lineage", "acme/model-0", "--up", "--json").stdout
    assert "https://huggingface.co/other/model-1" in up
    assert "https://huggingface.co/acme/model-2" in up
