"""What `scrapy genspider` makes is a spider."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

import pytest
from support.http_servers import Answer
from support.walking import made, walked

import mlentory_crawl
from mlentory_crawl.base_spiders.listing import ListSpider

TEMPLATES = sorted((Path(mlentory_crawl.__file__).parent / "templates" / "spiders").glob("*.tmpl"))
RECORDS = [{"id": f"model-{n}"} for n in range(150)]


def spider_of(template: Path, folder: Path) -> type[ListSpider]:
    """The spider of a made-up zoo."""
    module = folder / "zoo.py"
    text = Template(template.read_text("utf-8"))
    module.write_text(text.substitute(name="zoo", domain="zoo.example.org", classname="ZooSpider"))
    spec = importlib.util.spec_from_file_location("zoo", module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    spider_class: type[ListSpider] = loaded.ZooSpider
    return spider_class


def answer(method: str, path: str, body: bytes) -> Answer:
    """A hundred models, and the rest on a second page, in whatever way that is asked for."""
    parts = urlsplit(path)
    assert parts.path == "/api/models"
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    start = int(asked.get("offset") or asked.get("page_token") or asked.get("cursor") or 0)
    start = (int(asked["page"]) - 1) * 100 if "page" in asked else start
    listed, is_last = RECORDS[start : start + 100], start + 100 >= len(RECORDS)
    if "page" in asked:
        return 200, {}, json.dumps({"results": listed, "count": len(RECORDS)}).encode()
    if "max_results" in asked:
        return 200, {}, json.dumps({"models": listed, "next_page_token": "" if is_last else "100"}).encode()
    link = {} if is_last else {"Link": '<https://mirror.example.org/api/models?cursor=100>; rel="next"'}
    return 200, link, json.dumps(listed).encode()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_a_spider(template: Path, tmp_path: Path) -> None:
    spider = spider_of(template, tmp_path)()
    assert isinstance(spider, ListSpider)
    assert spider.endpoint_setting == "ZOO_ENDPOINT"
    assert [record[:2] for record in spider.raw_records([{"id": "a"}], 0)] == [("model", "a")]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_what_a_template_makes_walks_over_a_list(template: Path, tmp_path: Path) -> None:
    spider = made(spider_of(template, tmp_path), tmp_path / "data", "https://mirror.example.org/")
    asked, records = walked(spider, answer)
    assert [(record.kind, record.key) for record in records] == [("model", each["id"]) for each in RECORDS]
    assert {request.url.partition("?")[0] for request in asked} == {"https://mirror.example.org/api/models"}
    assert (spider.listed, spider.failures, spider.coverage) == (150, [], "census")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_spider_is_short(template: Path) -> None:
    assert len(template.read_text("utf-8").splitlines()) <= 60
