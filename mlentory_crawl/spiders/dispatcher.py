"""Any list of URLs: each goes to the spider of its platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson
from pydantic import Field, field_validator
from scrapy import Request

from fair4ml.read.web_addresses import canonical
from mlentory_crawl.base_spiders.named import BREATH
from mlentory_crawl.base_spiders.platform import Arguments, PlatformSpider
from mlentory_crawl.config.values import allowed_hosts, endpoints, plain_host
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.outcomes import Asked, Refusal
from mlentory_crawl.crawl.seed_list import Seed, SeedList, is_private, is_source, read, spread
from mlentory_crawl.crawl.web import MANY_HOSTS
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.spiders import platforms, variables

PLATFORM_FIELD = "platform"
"""The field of a seed by which a list says to which platform an address belongs that its host does not show."""


class DispatcherArguments(Arguments):
    """Arguments that name the seeds."""

    seeds: str = Field(
        description="a file (one URL a line, or .csv, .tsv, .json, .jsonl, .yaml, .parquet, a sitemap or a feed as"
        " .xml), URLs with commas between, or - for standard input; further columns and fields are kept with the"
        " records' provenance"
    )

    @field_validator("seeds")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        if not is_source(value):
            raise ValueError("there is no such file, and it is not a URL")
        return value


class DispatcherSpider(PlatformSpider):
    """Dispatches each URL of a list to the spider of its platform.

    Domain
        those of the platforms
    API documentation
        see the spiders of the platforms
    Caveats
        URLs of a platform are not fetched from their own hosts, but from the platform's endpoint.
        Any other URL is a page of the web; see the spider article.
    """

    name = "dispatcher"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = DispatcherArguments
    arguments: DispatcherArguments
    endpoint_setting = "CRAWLER_CONTACT"
    is_walk = False
    resumable = True
    mode = "seeds"
    coverage = "ids"
    custom_settings = {"CONCURRENT_REQUESTS": MANY_HOSTS}  # noqa: RUF012  Scrapy declares it as an instance's

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seeds = _seeds(self.arguments.seeds)
        self._delegates: dict[str, PlatformSpider] = {}

    @property
    def used_variables(self) -> tuple[Variable, ...]:
        return variables()

    def identity(self) -> dict[str, Any]:
        urls = orjson.dumps([(seed.place, seed.url) for seed in self.seeds.seeds])
        return {
            "spider": self.name,
            "seeds": self.arguments.seeds,
            "sha256": sha256(urls).hexdigest(),
            "endpoints": endpoints(self.settings),
        }

    async def start(self) -> AsyncIterator[Any]:
        catalog = self.run.catalog
        self.run.read_seeds(self.seeds.source, self.seeds.fields)
        for change in catalog.seeds.changed_fields(self.seeds.source, self.seeds.fields):
            self.logger.warning("%s: %s", self.seeds.source, change)
            self.run.report.notes.append(f"{self.seeds.source}: {change}")
        finished = catalog.seeds.finished(self.run.id)
        seen: set[str] = set()
        for seed in spread(self.seeds.seeds, lambda seed: seed.url):
            if seed.number % BREATH == 0:
                await asyncio.sleep(0)
            url = seed.url if seed.problem else canonical(seed.url)
            request, asked, refusal = (None, url, None) if seed.problem else self._request(url, seed)
            is_duplicate = asked in seen
            seen.add(asked)
            if seed.number in finished:
                continue
            if seed.problem or is_duplicate:
                self._end(
                    seed, Asked(None, ("duplicate" if is_duplicate else "invalid",), seed=seed, reason=seed.problem)
                )
            elif request is not None:
                if self.run.redactor.has(request.url):
                    self.run.report.requested["erased"] += 1
                else:
                    yield request
            elif self._is_private(url):
                self._end(seed, Refusal("blocked", "is in a private network", "refused_address").of(seed))
            else:
                self._end(seed, (refusal or self.refusal_of(url)).of(seed))

    def _end(self, seed: Seed, asked: Asked) -> None:
        if asked.reason:
            self.logger.warning("%s: %r %s", seed.place, seed.url[:200], asked.reason)
        self.run.end_seed(asked)

    def _request(self, url: str, seed: Seed) -> tuple[Request | None, str, Refusal | None]:
        """Return the request for the entity that a page is about, and a key that all spellings of the page share.

        Without a request, the outcome that the first platform gives to which the page belongs.
        """
        refusal = None
        for spider_class in sorted(platforms(), key=lambda each: each.is_fallback):
            # The pages of a platform's site are its own, whatever they are about.
            if spider_class.name == self.name or (spider_class.is_fallback and (refusal or self._is_private(url))):
                continue
            is_claimed = spider_class.is_fallback or self._is_of(spider_class, url)
            if is_claimed or seed.metadata.get(PLATFORM_FIELD) == spider_class.name:
                delegate = self._delegate(spider_class)
                request = delegate.seed_request(url, seed)
                if request is not None:
                    return request, delegate.request_key(request), None
                if is_claimed:
                    refusal = refusal or delegate.refusal_of(url)
        return None, url, refusal

    def _is_of(self, spider_class: type[PlatformSpider], url: str) -> bool:
        """Check whether an address is one of a platform's API or pages."""
        has_endpoint = spider_class.endpoint_setting in {variable.name for variable in spider_class.variables}
        endpoint = (self.settings[spider_class.endpoint_setting] or "").rstrip("/") if has_endpoint else ""
        is_its_api = bool(endpoint) and url.startswith(f"{endpoint}/")
        is_its_page = plain_host(urlsplit(url).hostname or "") in spider_class.further_hosts(self.settings)
        return is_its_api or is_its_page or spider_class.handles_request(Request(url))

    def _is_private(self, url: str) -> bool:
        return is_private(url) and urlsplit(url).hostname not in allowed_hosts(self.settings)

    def _delegate(self, spider_class: type[PlatformSpider]) -> PlatformSpider:
        if spider_class.name not in self._delegates:
            self._delegates[spider_class.name] = spider_class.from_crawler(self.crawler)
        return self._delegates[spider_class.name]


def _seeds(source: str) -> SeedList:
    try:
        seeds = read(source)
    except OSError as error:
        raise WrongUsage(f"{source} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise WrongUsage(f"{source} {error}") from error
    if seeds.useless is not None:
        raise WrongUsage(f"{source} {seeds.useless}")
    return seeds
