"""Answers with texts as spiders' callbacks read them, recorded from made-up hosts on the loopback."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Response
from scrapy.utils.test import get_crawler
from support.web_pages import PARAGRAPHS

from mlentory_crawl.base_spiders.text_spider import TextSpider
from mlentory_crawl.base_spiders.workers import workers_of
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.items import RawRecord
from mlentory_crawl.spiders.article import ArticleSpider
from mlentory_crawl.spiders.medium import MediumSpider

pytestmark = pytest.mark.extra(name="documents")


@pytest.mark.parametrize(
    ("spider_class", "named", "url", "keys", "title", "beginning"),
    [
        pytest.param(
            ArticleSpider,
            "https://terns.test/posts/counting-terns?utm_source=feed",
            "https://terns.test/posts/counting-terns",
            ["https://terns.test/posts/counting-terns"],
            "Counting terns",
            PARAGRAPHS[0],
            id="article",
        ),
        pytest.param(
            MediumSpider,
            "https://medium.com/@ada",
            "https://feeds.test/feed/@ada",
            ["0123456789a1", "0123456789a2"],
            "Merged keys",
            "Keys that are almost parallel can be merged",
            id="medium",
        ),
    ],
)
def test_an_answer_gives_its_texts(
    spider_class: type[TextSpider], named: str, url: str, keys: list[str], title: str, beginning: str,
    response: Response, tmp_path: Path,
) -> None:  # fmt: skip
    settings: dict[str, Any] = {
        "MEDIUM_ENDPOINT": "https://feeds.test/feed",
        "CRAWLER_CONTACT": "https://terns.test/about",
        "MLENTORY_DATA_DIR": str(tmp_path),
    }
    crawler = get_crawler(spider_class, settings)
    crawler.spider = spider = crawler._create_spider(ids=named)
    assert isinstance(spider, TextSpider)
    request = spider.named_request(named, Seed(0, "ids: 1", named))
    assert request is not None
    assert request.url == url

    async def given() -> list[Any]:
        return [each async for each in spider.parse_entity(response, **request.cb_kwargs)]  # type: ignore[attr-defined]

    records = asyncio.run(given())
    workers_of(crawler).close()
    spider.run.close()
    assert [(type(each), each.kind, each.key) for each in records] == [(RawRecord, "article", key) for key in keys]
    assert records[0].payload["title"] == title
    assert records[0].payload["text"].startswith(beginning)
