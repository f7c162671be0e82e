"""Made-up articles, as they are read from pages, and their way to the catalog without a network."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from scrapy.utils.test import get_crawler

from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.pipelines.catalog import CatalogPipeline
from mlentory_crawl.pipelines.likeness import LikenessPipeline
from mlentory_crawl.pipelines.mapping import MappingPipeline
from mlentory_crawl.pipelines.validation import ValidationPipeline

BLOG = "https://blog.example.org/"
_LETTERS = "bcdfglmnprstv", "aeiou"


def words(count: int, seed: int = 0, known: int = 3_000) -> list[str]:
    """Made-up words, as often as words are in a language.

    Args:
        count: how many.
        seed: other words come from another seed.
        known: how many different ones there may be.
    """
    choice = random.Random(seed)
    vocabulary = random.Random(1)
    lexicon = [
        "".join(vocabulary.choice(letters) for _ in range(vocabulary.randint(1, 4)) for letters in _LETTERS)
        for _ in range(known)
    ]
    return choice.choices(lexicon, weights=[1 / rank for rank in range(1, known + 1)], k=count)


def prose(count: int, seed: int = 0) -> str:
    """Sentences of made-up words."""
    found = words(count, seed)
    lines = (" ".join(found[start : start + 12]).capitalize() + "." for start in range(0, count, 12))
    return "\n".join(lines)


def page(name: str, text: str | None = None, **given: Any) -> dict[str, Any]:
    """An article as it is read from a page of a made-up blog.

    Args:
        name: the last part of its address.
        text: its text.
        given: further fields.
    """
    return {
        "url": BLOG + name,
        "title": name.replace("-", " ").capitalize(),
        "text": text,
        "authors": [{"name": "Ada Example", "url": f"{BLOG}ada"}],
        "published": "2026-03-04",
        "language": "en",
        "tags": ["models"],
        "site_name": "A made-up blog",
        "links": [],
        **given,
    }


class Texts:
    """A run that stores articles, in a data directory.

    Args:
        data_dir: the data directory.
        platform: the platform that is said to give them.
        maps_all: whether unchanged ones are mapped, too, as for a feed.
    """

    def __init__(self, data_dir: Path, platform: str = "article", *, maps_all: bool = False) -> None:
        self._number = 0
        plan = CrawlPlan(platform, "ids", "ids", {}, {"mode": "ids", "run": random.random()}, ordered=False)
        self.run = Run(data_dir, lambda catalog: plan)
        self._platform = platform
        self._steps = (
            ValidationPipeline(self.run, maps_all=maps_all),
            MappingPipeline(self.run),
            LikenessPipeline(self.run),
            CatalogPipeline(self.run, get_crawler()),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.run.commit()
        self.run.catalog.runs.complete(self.run.id, "2026-01-02T00:00:00Z", watermark=None, census=None)
        self.run.close()

    def add(self, payload: dict[str, Any], kind: str = "article", **given: Any) -> Any:
        """Pass a page through the pipelines, as a record that ends at once."""
        key = payload["url"]
        opened = Page(self._number, key, self._platform, [(kind, key)])
        self._number += 1
        self.run.open_page(opened)
        item: Any = RawRecord(self._platform, kind, key, key, payload, "2026-03-05T00:00:00Z", opened, **given)
        for step in self._steps:
            item = step.process_item(item)
        return item

    def commit(self) -> None:
        """Store what has come."""
        self.run.commit()


def store(data_dir: Path, payloads: Iterable[dict[str, Any]]) -> None:
    """Store articles in a run of their own."""
    with Texts(data_dir) as texts:
        for payload in payloads:
            texts.add(payload)
