"""What `scrapy genspider` makes is a spider."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy.settings import Settings
from support.http_servers import Answer
from support.walking import made, walked

import mlentory_crawl
from fair4ml.platforms import entity_at, platforms
from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.scrapy_commands.genspider import Command

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((Path(mlentory_crawl.__file__).parent / "templates" / "spiders").glob("*.tmpl"))
RECORDS = [{"id": f"model-{n}"} for n in range(150)]
LONG_NAME = "rare_plants_of_the_north"
LONG_DOMAIN = "models.rare-plants-of-the-north.botany.university-of-tidewater.example.org"
of_each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)


def generated(template: Path, folder: Path, name: str, domain: str) -> Path:
    """The file that the command writes."""
    command = Command()
    command.settings = Settings({"BOT_NAME": "mlentory_crawl", "TEMPLATES_DIR": str(template.parents[1])})
    options = Namespace(list=False, dump=None, force=False, edit=False, template=template.stem)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        command.run([name, domain], options)
    return folder / f"{name}.py"


def spider_of(template: Path, folder: Path) -> type[ListSpider]:
    """The spider of a made-up zoo."""
    spec = importlib.util.spec_from_file_location("zoo", generated(template, folder, "zoo", "zoo.example.org"))
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    spider_class: type[ListSpider] = loaded.ZooSpider
    return spider_class


def answer(method: str, path: str, body: bytes) -> Answer:
    """A hundred models, and the rest on a second page, in whatever way that is asked for."""
    parts = urlsplit(path)
    assert parts.path == "/v1/models"
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    start = int(asked.get("offset") or asked.get("page_token") or asked.get("cursor") or 0)
    start = (int(asked["page"]) - 1) * 100 if "page" in asked else start
    listed, is_last = RECORDS[start : start + 100], start + 100 >= len(RECORDS)
    if "page" in asked:
        return 200, {}, json.dumps({"results": listed, "count": len(RECORDS)}).encode()
    if "max_results" in asked:
        return 200, {}, json.dumps({"models": listed, "next_page_token": "" if is_last else "100"}).encode()
    link = {} if is_last else {"Link": '<https://mirror.example.org/v1/models?cursor=100>; rel="next"'}
    return 200, link, json.dumps(listed).encode()


@of_each_template
def test_a_template_is_a_spider(template: Path, tmp_path: Path) -> None:
    spider = spider_of(template, tmp_path)()
    assert isinstance(spider, ListSpider)
    assert spider.endpoint_setting == "ZOO_ENDPOINT"
    assert spider.hosts == {"zoo.example.org"}
    assert spider.census_kinds == ("model",)


@of_each_template
def test_what_a_template_makes_walks_over_a_list(template: Path, tmp_path: Path) -> None:
    spider = made(spider_of(template, tmp_path), tmp_path / "data", "https://mirror.example.org/")
    asked, records = walked(spider, answer)
    assert [(record.kind, record.key) for record in records] == [("model", each["id"]) for each in RECORDS]
    assert {request.url.partition("?")[0] for request in asked} == {"https://mirror.example.org/v1/models"}
    assert (spider.listed, spider.failures, spider.coverage) == (150, [], "census")


@of_each_template
def test_an_item_without_an_id_costs_no_other(template: Path, tmp_path: Path) -> None:
    spider = spider_of(template, tmp_path)()
    items = [{"id": "a"}, {"name": "no id"}, "text", None, [1], {"id": None}, {"id": ""}, {"id": [1]}, {"id": 7}]
    told = list(spider.raw_records(items, 3))
    assert [key for _, key, _, _ in told] == ["a", *(f"page-3-{n}" for n in range(1, 8)), "7"]
    assert [payload for *_, payload in told] == items


@of_each_template
def test_the_size_of_a_page_stands_in_one_place(template: Path, tmp_path: Path) -> None:
    smaller: type[ListSpider] = type("SmallerSpider", (spider_of(template, tmp_path),), {"page_size": 7})
    spider = made(smaller, tmp_path / "data", "https://mirror.example.org")
    assert getattr(spider.paginator, "page_size", 7) == 7
    sizes = parse_qs(urlsplit(spider.page_request(spider.paginator.first()).url).query)
    assert ["7"] in sizes.values()


@of_each_template
def test_the_paths_of_a_template_are_no_platform_s_own(template: Path, tmp_path: Path) -> None:
    spider = made(spider_of(template, tmp_path), tmp_path / "data", "https://mirror.example.org")
    (record,) = spider.raw_records([RECORDS[0]], 0)
    for url in (spider.page_request(spider.paginator.first()).url, record[2]):
        assert [name for name in platforms() if entity_at(name, url, RECORDS[0]) is not None] == []


@of_each_template
@pytest.mark.parametrize(("name", "domain"), [("zoo", "zoo.org"), (LONG_NAME, LONG_DOMAIN)])
def test_what_is_written_is_clean(template: Path, tmp_path: Path, name: str, domain: str) -> None:
    text = generated(template, tmp_path, name, domain).read_bytes()
    place = ROOT / "mlentory_crawl" / "spiders" / f"{name}.py"
    for words in (("check",), ("format", "--diff")):
        command = [sys.executable, "-m", "ruff", *words, "--no-cache", "--stdin-filename", str(place), "-"]
        done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
    assert f'endpoint_setting = "{name.upper()}_ENDPOINT"'.encode() in text


@of_each_template
def test_a_spider_is_short(template: Path) -> None:
    assert len(template.read_text("utf-8").splitlines()) <= 65
