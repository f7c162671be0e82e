"""A field that is refused leaves no trace in a record that has it already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.crawling import Project, model, write_records

from fair4ml.carrying import carried_over
from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.platforms import dependencies, describe
from fair4ml.platforms.huggingface.source import ModelInfo
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.sample_hub.models import MadeUpModels
from mlentory_crawl.spiders.huggingface.spider import EXPAND

CASES = sorted((Path(__file__).parents[1] / "data" / "huggingface_models").glob("*.json"))


def document(record: dict[str, Any]) -> dict[str, Any]:
    """The stored document of a record."""
    described = describe(parse(ModelInfo, record)[0])
    stored = {
        "root": described.root.document(),
        "parts": [part.document() for part in described.parts],
        "stubs": [stub.document() for stub in described.stubs],
    }
    return dict(orjson.loads(orjson.dumps(stored)))


def records() -> list[dict[str, Any]]:
    written = [json.loads(path.read_bytes())["record"] for path in CASES]
    hub = MadeUpModels(300)
    return [*written, *(hub.record(n) for n in range(300))]


@pytest.mark.parametrize("field", EXPAND)
def test_without_a_field_a_record_is_what_it_was(field: str) -> None:
    carried = 0
    for record in records():
        try:
            before = document(record)
            now = document({name: value for name, value in record.items() if name != field})
        except (InvalidRecord, TypeError):  # it is no record, or none that JSON could keep
            continue
        assert carried_over(now, before, dependencies("huggingface", "model"), [field]) is before
        carried += now != before
    unseen = {*ModelInfo.counters, "author", "private"}  # in none of these records anything hangs on them alone
    assert carried or field in unseen


def test_what_other_fields_say_now_is_taken() -> None:
    before = document(model(1, cardData={"license": "mit", "datasets": ["a/b"]}, sha="0" * 40))
    now = document(model(1, tags=["license:mit", "new"], sha="1" * 40))
    both = carried_over(now, before, dependencies("huggingface", "model"), ["cardData"])
    assert both["root"]["version"] == "1" * 40
    assert both["root"]["trainedOn"] == ["https://huggingface.co/datasets/a/b"]
    assert "https://huggingface.co/datasets/a/b" in {stub["iri"] for stub in both["stubs"]}


def test_a_crawl_keeps_what_the_hub_refuses_to_say(tmp_path: Path) -> None:
    card = {"license": "mit", "datasets": ["a/b"], "language": ["de"], "new_version": "acme/newer"}
    path = write_records(tmp_path / "records.jsonl", [model(n, cardData=card) for n in range(5)])
    with SampleHub(records=path) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        before = project.export("before.nt", "--counters")
        hub.set(refuse=["cardData", "likes", "tags"])
        report = project.crawl("-a", "mode=census", code=1)
        assert report["verdict"] == "suspect"
        assert report["records"]["unchanged"] == 5
        hub.set(patch={"acme/model-3": {"sha": "f" * 40}})
        assert project.crawl("-a", "mode=census", code=1)["records"]["changed"] == 1
        shown = project.scrapy("show", "acme/model-3", "--format", "ttl").stdout
        assert "lexvo.org/id/iso639-3/deu" in shown
        assert "f" * 40 in shown
        hub.set(refuse=[], patch={"acme/model-3": {"sha": f"{3:040x}"}})
        project.crawl("-a", "mode=census")
        assert project.export("after.nt", "--counters") == before
