"""Walks of a spider in this process: its callbacks, with what a made-up service answers and without Scrapy's engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.items import RawRecord
from support.http_servers import Answer

S = TypeVar("S", bound=ListSpider)


def made(spider_class: type[S], data_dir: Path, endpoint: str, **arguments: str) -> S:
    """A spider with a run of its own; an answer that is no page is asked for once more.

    Args:
        spider_class: its class.
        data_dir: where the catalog is made.
        endpoint: the address of its API.
        arguments: its arguments.
    """
    settings = {
        spider_class.endpoint_setting: endpoint,
        "MLENTORY_DATA_DIR": str(data_dir),
        "RETRY_TIMES": 1,
    }
    crawler = get_crawler(spider_class, settings)
    spider = crawler._create_spider(**arguments)
    assert isinstance(spider, spider_class)
    crawler.spider = spider
    run_of(crawler)  # whose opening decides how to crawl
    return spider


def walked(
    spider: ListSpider, answer: Callable[[str, str, bytes], Answer | None], *requests: Request, most: int = 1_000
) -> tuple[list[Request], list[RawRecord]]:
    """What a spider asks for, one request after the other, and the records that it sends; its run is closed then.

    Args:
        spider: the spider.
        answer: what the service answers to method, path and body.
        requests: those to begin with in place of the spider's own.
        most: how many requests are answered at the most.
    """
    waiting = list(requests) or asyncio.run(_started(spider))
    asked: list[Request] = []
    records: list[RawRecord] = []
    while waiting and len(asked) < most:
        request = waiting.pop(0)
        asked.append(request)
        parts = urlsplit(request.url)
        answered = answer(request.method, f"{parts.path}?{parts.query}" if parts.query else parts.path, request.body)
        assert answered is not None
        assert request.callback is not None
        status, headers, body = answered
        response = Response(request.url, status, headers=dict(headers), body=body, request=request)
        for each in request.callback(response, **request.cb_kwargs):
            if isinstance(each, Request):
                waiting.append(each)
            else:
                records.append(each)
                spider.run.pages.withdraw(each.page)
    spider.run.commit()
    spider.run.close()
    return asked, records


async def _started(spider: ListSpider) -> list[Any]:
    return [each async for each in spider.start()]
