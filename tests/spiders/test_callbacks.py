"""Pages of lists as spiders' callbacks read them, from answers that were made up and put down in `tests/cassettes`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.items import RawRecord
from mlentory_crawl.spiders.ai4life import Ai4LifeSpider
from mlentory_crawl.spiders.mlflow.spider import MlflowSpider
from mlentory_crawl.spiders.paperswithcode.spider import PapersWithCodeSpider

ZOO = "https://zoo.test/bioimage-io/artifacts/bioimage.io/children?limit=1000&offset={}&pagination=true&stage=false"
REGISTRY = "https://registry.test/api/2.0/mlflow/"
PAPERS = "https://papers.test/api/v1/papers/?page={}&page_size=100&include_resources=true&order_by=date_published"


@pytest.mark.parametrize(
    ("spider_class", "url", "keys", "following"),
    [
        pytest.param(
            Ai4LifeSpider,
            ZOO.format(0) + "&silent=true",
            [("model", "tidy-animal-1"), ("application", "slide viewer")],
            ZOO.format(4) + "&silent=true",
            id="ai4life",
        ),
        pytest.param(
            MlflowSpider,
            f"{REGISTRY}registered-models/search?max_results=100",
            [("registered_model", "model-0"), ("registered_model", "model-1")],
            f"{REGISTRY}model-versions/search?filter=name%3D%27model-0%27&max_results=1000",
            id="mlflow",
        ),
        pytest.param(
            PapersWithCodeSpider,
            PAPERS.format(1) + "&order_dir=asc",
            [("paper", "1"), ("paper", "2"), ("paper", "3")],
            PAPERS.format(2) + "&order_dir=asc",
            id="paperswithcode",
        ),
    ],
)
def test_a_page_of_a_list_gives_records_and_leads_on(
    spider_class: type[ListSpider], url: str, keys: list[tuple[str, str]], following: str, response: Response,
    tmp_path: Path,
) -> None:  # fmt: skip
    settings: dict[str, Any] = {
        "AI4LIFE_ENDPOINT": "https://zoo.test",
        "MLFLOW_TRACKING_URI": "https://registry.test",
        "PAPERSWITHCODE_ENDPOINT": "https://papers.test/api/v1",
        "MLENTORY_DATA_DIR": str(tmp_path),
    }
    crawler = get_crawler(spider_class, settings)
    crawler.spider = spider = crawler._create_spider(mode="census")
    assert isinstance(spider, ListSpider)
    request = spider.walk(spider.first_pages())
    assert request.url == url
    assert request.callback is not None
    given = list(request.callback(response, **request.cb_kwargs))
    spider.run.close()
    assert [(each.kind, each.key) for each in given if isinstance(each, RawRecord)] == keys
    assert [each.url for each in given if isinstance(each, Request)] == [following]
