"""What several platforms name is one node, and it says why."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from crawling import Project, model, write_records
from http_servers import served

from mlentory_crawl.catalog.database import FILE_NAME
from mlentory_crawl.sample_hub import SampleHub

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>
<id>http://arxiv.org/abs/2401.00001v2</id><updated>2024-02-01T00:00:00Z</updated><published>2024-01-01T00:00:00Z</published>
<title>Terns</title><summary>About terns.</summary><author><name>Ada Example</name></author>
<arxiv:doi>10.1234/TERNS.7</arxiv:doi><category term="cs.LG"/></entry></feed>"""


def test_an_article_is_one_node_under_its_number_and_its_doi(tmp_path: Path) -> None:
    records = [
        model(1, tags=["arxiv:2401.00001"]),
        model(2, tags=["arxiv:2401.00001"], cardData={"license": "mit"}),
    ]
    answer = (200, {"Content-Type": "application/atom+xml"}, FEED.encode())
    with (
        SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub,
        served(lambda *_: answer) as arxiv,
    ):
        project = Project(tmp_path / "data", hub.url, ARXIV_ENDPOINT=arxiv)
        report = project.crawl("-a", "mode=census", "-a", "enrich=articles", "-s", "DOWNLOAD_SLOTS={}")
        assert report["lookups"]["articles"] == {"asked": 1, "found": 1}
        assert report["platforms"]["arxiv"]["new"] == 1
        again = project.crawl("-a", "mode=census", "-a", "enrich=articles")
        assert again["lookups"] == {}
    catalog = sqlite3.connect(project.data_dir / FILE_NAME)
    assert catalog.execute("SELECT iri, target, reason FROM alias").fetchall() == [
        ("https://doi.org/10.1234/terns.7", "https://arxiv.org/abs/2401.00001", "sameAs")
    ]
    catalog.close()
    for name in ("https://arxiv.org/abs/2401.00001", "https://doi.org/10.1234/terns.7"):
        shown = json.loads(project.scrapy("show", name, "--json").stdout)
        assert "About terns." in json.dumps(shown)
