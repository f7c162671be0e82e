"""Seeds that lead to texts: to feeds, to single pages, to publications on domains of their own, and to logins."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from scrapy.utils.test import get_crawler

from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.spiders import platforms
from mlentory_crawl.spiders.dispatcher import DispatcherSpider

needs_documents = pytest.mark.extra(name="documents")


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    """Outcome and reason of the seeds for which nothing is asked."""
    found: list[tuple[str, str | None]] = []
    monkeypatch.setattr(Run, "end_seed", lambda run, asked: found.append(_told(asked)))
    return found


def _told(asked: Asked) -> tuple[str, str | None]:
    return asked.outcomes[0], asked.reason


def asked(tmp_path: Path, seeds: str, **settings: str) -> list[str]:
    """The addresses that are asked for because of a list of seeds, as a table."""
    path = tmp_path / "seeds.csv"
    path.write_text(seeds)
    defaults = {
        variable.name: variable.default for each in platforms() for variable in each.variables if variable.default
    }
    given = {
        **defaults,
        "CRAWLER_CONTACT": "https://example.org",
        "MLENTORY_DATA_DIR": str(tmp_path / "data"),
        **settings,
    }
    crawler = get_crawler(DispatcherSpider, given)
    crawler.spider = spider = crawler._create_spider(seeds=str(path))
    assert isinstance(spider, DispatcherSpider)
    run = spider.run

    async def urls() -> list[str]:
        return [request.url async for request in spider.start()]

    try:
        return asyncio.run(urls())
    finally:
        run.close()


Ended = list[tuple[str, str | None]]


@needs_documents
@pytest.mark.parametrize(
    ("seed", "address"),
    [
        ("https://medium.com/@ada", "https://medium.com/feed/@ada"),
        ("https://ada.medium.com/", "https://medium.com/feed/@ada"),
        ("https://medium.com/feed/tag/llm", "https://medium.com/feed/tag/llm"),
        ("https://medium.com/sample-notes?source=x", "https://medium.com/feed/sample-notes"),
        # A story is a page like others.
        ("https://medium.com/@ada/keys-0123456789ab", "https://medium.com/@ada/keys-0123456789ab"),
        ("https://medium.com/p/0123456789ab", "https://medium.com/p/0123456789ab"),
        ("https://ada.substack.com/p/keys?r=1abc", "https://ada.substack.com/api/v1/posts/keys"),
        ("https://open.substack.com/pub/ada/p/keys?utm_source=x", "https://ada.substack.com/api/v1/posts/keys"),
        ("https://ada.substack.com", "https://ada.substack.com/api/v1/archive?sort=new&offset=0&limit=12"),
    ],
)
def test_addresses_lead_to_what_has_their_texts(seed: str, address: str, tmp_path: Path, ended: Ended) -> None:
    assert asked(tmp_path, f"url\n{seed}\n") == [address]
    assert ended == []


@needs_documents
def test_a_domain_of_its_own_is_a_publications_where_a_setting_or_the_list_says_so(
    tmp_path: Path, ended: Ended
) -> None:
    address = "https://notes.example/p/keys"
    api = "https://notes.example/api/v1/posts/keys"
    assert asked(tmp_path, f"url\n{address}\n") == [address]
    assert asked(tmp_path, f"url\n{address}\n", SUBSTACK_DOMAINS="other.example, Notes.example.") == [api]
    assert asked(tmp_path, f"url,platform\n{address},substack\n") == [api]
    # A list may say the same of what is no address of a post: then it is a page like others.
    assert asked(tmp_path, "url,platform\nhttps://notes.example/2026/x,substack\n") == ["https://notes.example/2026/x"]
    feed = "https://notes.example/feed"
    assert asked(tmp_path, "url,platform\nhttps://notes.example/,medium\n") == [feed]
    story = "https://notes.example/keys-0123456789ab"
    assert asked(tmp_path, f"url,platform\n{story},medium\n") == [story]
    assert ended == []


@needs_documents
def test_pages_that_have_no_texts_are_told_apart(tmp_path: Path, ended: Ended) -> None:
    seeds = "https://medium.com/me/stories\nhttps://ada.substack.com/notes/x\nhttps://substack.com/@ada\n"
    assert asked(tmp_path, f"url\n{seeds}") == []
    assert [outcome for outcome, _ in ended] == ["invalid"] * 3
    assert [reason for _, reason in ended] == [
        "names no author, publication or tag on Medium",
        "names no publication or post on Substack",
        "names no publication or post on Substack",
    ]


def test_pages_behind_a_login_are_not_asked_for(tmp_path: Path, ended: Ended) -> None:
    assert asked(tmp_path, "url\nhttps://www.linkedin.com/in/ada\nhttps://de.linkedin.com/pulse/x\n") == []
    assert [outcome for outcome, _ in ended] == ["blocked", "blocked"]
    assert all("-a export=FILE.zip" in (reason or "") for _, reason in ended)


def test_without_the_libraries_it_is_told_what_to_install(
    tmp_path: Path, ended: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "feedparser", None)
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    assert asked(tmp_path, "url\nhttps://medium.com/@ada\nhttps://ada.substack.com/p/keys\n") == []
    assert [outcome for outcome, _ in ended] == ["failed", "failed"]
    assert all("needs trafilatura: " in (reason or "") and "[documents]" in (reason or "") for _, reason in ended)
