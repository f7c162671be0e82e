"""What `scrapy genspider` makes is a spider."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from string import Template

import pytest

import mlentory_crawl
from mlentory_crawl.base_spiders.listing import ListSpider

TEMPLATES = sorted((Path(mlentory_crawl.__file__).parent / "templates" / "spiders").glob("*.tmpl"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_a_spider(template: Path, tmp_path: Path) -> None:
    module = tmp_path / "zoo.py"
    text = Template(template.read_text("utf-8"))
    module.write_text(text.substitute(name="zoo", domain="zoo.example.org", classname="ZooSpider"))
    spec = importlib.util.spec_from_file_location("zoo", module)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    spider = made.ZooSpider()
    assert isinstance(spider, ListSpider)
    assert spider.endpoint_setting == "ZOO_ENDPOINT"
    spider.endpoint = "https://mirror.example.org"
    requests = [spider.page_request(cursor) for cursor in spider.first_pages()]
    assert [request.url.partition("?")[0] for request in requests] == ["https://mirror.example.org/api/models"]
    assert [record[:2] for record in spider.raw_records([{"id": "a"}], 0)] == [("model", "a")]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_spider_is_short(template: Path) -> None:
    assert len(template.read_text("utf-8").splitlines()) <= 60
