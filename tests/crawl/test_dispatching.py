"""What the dispatcher asks for because of a seed, without asking."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from scrapy.utils.test import get_crawler

from fair4ml.identifiers import arxiv
from mlentory_crawl.base_spiders.stages.deletions import Deletions
from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.spiders import platforms
from mlentory_crawl.spiders.dispatcher import DispatcherSpider

SEARCH = "https://duckduckgo.com/?q=2401.00003"
REGISTRY = "http://127.0.0.1:9/registry"
MADE: list[Run] = []
needs_documents = pytest.mark.extra(name="documents")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    while MADE:
        MADE.pop().close()


def dispatcher(data_dir: Path, *seeds: str, **others: str) -> DispatcherSpider:
    path = data_dir.parent / "seeds.txt"
    path.write_text("\n".join(seeds))
    endpoints = {
        variable.name: variable.default for each in platforms() for variable in each.variables if variable.default
    }
    settings = {
        **endpoints,
        "CRAWLER_CONTACT": "https://example.org",
        "MLFLOW_TRACKING_URI": REGISTRY,
        "MLENTORY_DATA_DIR": str(data_dir),
        **others,
    }
    crawler = get_crawler(DispatcherSpider, settings)
    crawler.spider = spider = crawler._create_spider(seeds=str(path))
    assert isinstance(spider, DispatcherSpider)
    MADE.append(spider.run)
    return spider


def asked(spider: DispatcherSpider, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Counter[str]]:
    """The addresses that are asked for, and what became of the other seeds."""
    rejected: Counter[str] = Counter()

    def end_seed(asked: Asked) -> None:
        rejected[asked.outcomes[0]] += 1

    monkeypatch.setattr(spider.run, "end_seed", end_seed)

    async def urls() -> list[str]:
        return [request.url async for request in spider.start()]

    return asyncio.run(urls()), rejected


SPELLINGS = {
    "https://api.github.com/repos/acme/tools": [
        "https://github.com/acme/tools", "http://www.github.com/acme/tools/", "https://github.com/acme/tools.git",
        "https://github.com/Acme/Tools", "git@github.com:acme/tools.git", "ssh://git@github.com/acme/tools.git",
        "git+https://github.com/acme/tools.git", "git://github.com/acme/tools", "github.com/acme/tools",
        "https://github.com:443/acme/tools", "https://someone@github.com/acme/tools", "https://github.com./acme/tools",
        "https://github.com//acme//tools", "https://github.com/acme/tools?tab=readme#usage",
        "https://github.com/acme/tools/tree/main/src", "https://raw.githubusercontent.com/acme/tools/main/setup.py",
    ],
    "https://huggingface.co/api/models/acme/net?": [
        "https://huggingface.co/acme/net", "https://hf.co/acme/net", "huggingface.co/acme/net/",
        "https://www.huggingface.co/acme/net/tree/main", "https://huggingface.co/acme/net/resolve/main/config.json",
    ],
    "https://www.openml.org/api/v1/json/data/list/data_id/61/": [
        "https://www.openml.org/d/61", "http://openml.org/d/61/", "https://www.openml.org/search?type=data&id=61",
        "https://www.openml.org/search?id=61&type=data&sort=runs",
    ],
    "https://export.arxiv.org/api/query?id_list=2401.00001&": [
        "https://arxiv.org/abs/2401.00001", "https://arxiv.org/abs/2401.00001v2", "http://arxiv.org/pdf/2401.00001.pdf",
        "https://export.arxiv.org/abs/2401.00001", "arxiv.org/abs/2401.00001v1",
    ],
    "https://hypha.aicell.io/bioimage-io/artifacts/tidy-animal?": [
        "https://bioimage.io/#/?id=tidy-animal", "https://www.bioimage.io/#/artifacts/tidy-animal",
        "https://hypha.aicell.io/bioimage-io/artifacts/tidy-animal/files/rdf.yaml",
    ],
    "https://paperswithcode.co/api/v1/papers/2401.00002?": [
        "https://paperswithcode.co/paper/2401.00002", "https://www.paperswithcode.co/paper/2401.00002/",
    ],
    f"{REGISTRY}/api/2.0/mlflow/registered-models/get?name=churn": [
        f"{REGISTRY}/#/models/churn", f"{REGISTRY}/api/2.0/mlflow/registered-models/get?name=churn",
    ],
}  # fmt: skip


@pytest.mark.parametrize("address", SPELLINGS)
def test_spellings_of_one_page_are_asked_for_once(
    address: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spellings = SPELLINGS[address]
    urls, others = asked(dispatcher(data_dir, *spellings), monkeypatch)
    assert len(urls) == 1
    assert urls[0].startswith(address)
    assert others == {"duplicate": len(spellings) - 1}


@needs_documents
def test_addresses_elsewhere_that_name_an_article_are_its_own(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = ["https://doi.org/10.48550/arXiv.2401.00003", "https://huggingface.co/papers/2401.00003"]

    def known(text: str) -> str | None:
        return arxiv("2401.00003" if text in elsewhere else text)

    monkeypatch.setattr("mlentory_crawl.spiders.arxiv.arxiv", known)
    pages = "https://doi.org/10.1234/5", SEARCH
    urls, others = asked(dispatcher(data_dir, *elsewhere, *pages), monkeypatch)
    assert [url.partition("id_list=")[2][:10] for url in urls if url not in pages] == ["2401.00003"]
    assert (len(urls), others) == (3, {"duplicate": 1})


def test_other_pages_are_asked_for_too(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_of_each = [spellings[0] for spellings in SPELLINGS.values()]
    others_of_some = [
        "https://github.com/acme/tools2", "https://huggingface.co/acme/Net2", "https://huggingface.co/datasets/acme/net",
        f"{REGISTRY}/#/models/Churn",
    ]  # fmt: skip
    urls, others = asked(dispatcher(data_dir, *first_of_each, *others_of_some), monkeypatch)
    assert len(set(urls)) == len(first_of_each) + len(others_of_some)
    assert others == {}


@needs_documents
def test_the_address_of_the_contact_is_a_page_like_others(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    urls, others = asked(dispatcher(data_dir, "https://example.org/x", f"{REGISTRY}x/#/models/churn"), monkeypatch)
    assert (urls, others) == (["https://example.org/x"], {"blocked": 1})


@needs_documents
def test_the_same_paths_of_other_hosts_are_pages_like_others(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [page for address, spellings in SPELLINGS.items() for page in (address.rstrip("?&"), *spellings)]
    elsewhere = [
        f"https://x.test{urlsplit(page)._replace(scheme='', netloc='').geturl()}" for page in pages if "//" in page
    ]
    alike = "https://huggingface.co.evil.test/acme/net"
    urls, others = asked(dispatcher(data_dir, *elsewhere, alike), monkeypatch)
    assert {urlsplit(url).hostname for url in urls} == {"x.test", urlsplit(alike).hostname}
    assert others.keys() <= {"duplicate", "invalid"}


def test_an_endpoint_may_end_with_a_slash(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = f"{REGISTRY}/api/2.0/mlflow/registered-models/get?name=churn"
    urls, others = asked(dispatcher(data_dir, page, MLFLOW_TRACKING_URI=f"{REGISTRY}/"), monkeypatch)
    assert (len(urls), others) == (1, {})


def test_another_list_is_another_crawl(data_dir: Path) -> None:
    def identity(*seeds: str) -> dict[str, str]:
        return dispatcher(data_dir, *seeds).identity()

    one, other = "https://github.com/acme/tools", "https://github.com/acme/net"
    told = identity(one, other)
    assert (told["spider"], Path(told["seeds"]).name) == ("dispatcher", "seeds.txt")
    while MADE:
        MADE.pop().close()
    assert told == identity(one, other)
    for changed in ((other, one), (one,), (one, other, other)):
        while MADE:
            MADE.pop().close()
        again = identity(*changed)
        assert again.keys() == told.keys()
        assert again["sha256"] != told["sha256"]


def test_a_list_that_was_interrupted_goes_on_as_the_same_run(data_dir: Path) -> None:
    def name(*seeds: str) -> str:
        run = dispatcher(data_dir, *seeds).run
        MADE.pop().close()
        return run.name

    first = name("https://github.com/acme/tools")
    assert name("https://github.com/acme/net") != first
    assert name("https://github.com/acme/tools") == first


@needs_documents
def test_a_private_address_is_told_from_a_page(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seeds = "http://wiki.local/x", "http://10.0.0.1/x", "http://10.0.0.2/x", "https://x.test/", "some prose"
    spider = dispatcher(data_dir, *seeds, ALLOWED_PRIVATE_HOSTS="wiki.local,10.0.0.2")
    urls, others = asked(spider, monkeypatch)
    assert set(urls) == {"http://wiki.local/x", "http://10.0.0.2/x", "https://x.test"}
    assert others == {"blocked": 1, "invalid": 1}
    assert [text.partition(": ")[2] for text in caplog.messages if text.startswith("seeds.txt:")] == [
        "'http://10.0.0.1/x' is in a private network",
        "'some prose' has characters that are not allowed in a URL",
    ]


@needs_documents
def test_hosts_take_turns(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [f"https://{host}.test/{n}" for host in "ab" for n in range(3)] + ["https://c.test/0"]
    urls, _ = asked(dispatcher(data_dir, *seeds), monkeypatch)
    assert [url.removeprefix("https://").replace(".test/", "") for url in urls] == [
        "a0", "b0", "c0", "a1", "b1", "a2", "b2",
    ]  # fmt: skip


def test_what_is_to_be_installed_is_a_problem_of_the_run(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    spider = dispatcher(data_dir, "https://x.test/a", "https://x.test/b")
    assert asked(spider, monkeypatch) == ([], {"failed": 2})
    (problem,) = spider.run.report.problems
    assert "article needs trafilatura: " in problem
    assert "[documents]" in problem


def test_seeds_that_ended_before_are_not_asked_for_again(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = "https://github.com/acme/x", "https://huggingface.co/acme/net", "https://huggingface.co/a/b"
    spider = dispatcher(data_dir, *seeds)
    monkeypatch.setattr(spider.run.catalog.seeds, "finished", lambda run: {0, 1})
    urls, others = asked(spider, monkeypatch)
    assert ([url.partition("?")[0] for url in urls], others) == (["https://huggingface.co/api/models/a/b"], {})


def test_a_spider_that_only_answers_seeds_settles_no_absences(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spider = dispatcher(data_dir, "https://huggingface.co/acme/net")
    looks = Mock(return_value=[])
    monkeypatch.setattr(Deletions, "_twice_missed", looks)
    waiting = [
        (stage, stage.step())
        for each in platforms()
        if each is not DispatcherSpider
        for stage in spider._delegate(each).stages
        if isinstance(stage, Deletions)
    ]
    assert {stage._spider.name for stage, _ in waiting} >= {"huggingface", "openml", "ai4life", "mlflow"}
    assert "census" in {stage._spider.coverage for stage, _ in waiting}
    assert not any(is_waiting for _, is_waiting in waiting)
    assert not looks.called


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "has no URLs"), ("# none\n", "has no URLs"), ("some\nprose\n", "seeds.txt:1: 'some' is not an http")],
)
def test_a_list_without_a_seed_is_wrong_usage(data_dir: Path, text: str, told: str) -> None:
    with pytest.raises(WrongUsage, match=told) as refused:
        dispatcher(data_dir, text)
    assert "\n" not in str(refused.value)
    assert not data_dir.exists()
