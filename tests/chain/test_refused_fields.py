"""A field that the Hub refuses leaves no trace in a record that has it already."""

from __future__ import annotations

from pathlib import Path

from support.crawling import Project, model, write_records

from mlentory_crawl.sample_hub import SampleHub


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
