"""Fetching what people name, one by one, from platforms that have no list of everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mlentory_crawl.base_spiders.modes import ModeArguments
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import EntitySpider
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.crawl.outcomes import Asked, Refusal
from mlentory_crawl.crawl.seed_list import Seed, names_in, spread
from mlentory_crawl.exceptions import WrongUsage

if TYPE_CHECKING:
    from scrapy import Request

BREATH = 50
"""The number of targets after which others have a turn: most may need no request."""
MOST_REPORTED = 10
"""The number of failures whose reasons the report holds; the log has them all."""


class NamedArguments(ModeArguments):
    """Arguments that name what to fetch."""

    mode: Literal["ids"] | None = Field(default=None, description="only what is named can be crawled")


class NamedSpider(EntitySpider):
    """Fetches what ``ids`` names; an interrupted run goes on with what has no outcome yet.

    Attributes:
        needs: what it has to be told, for the message about a command that tells nothing.
        limits_targets: whether ``limit`` is the number of targets, and not that of records for each.
    """

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = NamedArguments
    arguments: NamedArguments
    is_walk = False
    resumable = True
    mode = "ids"

    needs: ClassVar[str]
    limits_targets: ClassVar[bool] = False

    def named_request(self, text: str, seed: Seed) -> Request | None:
        """Return the request for what a text names; None if it names nothing of the platform."""
        return self.seed_request(text, seed)

    def refusal_of(self, text: str) -> Refusal:
        """Return the outcome of a text that names nothing of the platform."""
        return Refusal("invalid", f"is nothing that {self.name} can be asked for")

    def plan(self, catalog: CatalogWriter) -> None:
        if self.arguments.ids is None:
            raise WrongUsage(f"{self.name} needs {self.needs}")

    @property
    def coverage(self) -> str:
        return "limit" if self.limits_targets and not self.arguments.is_whole else "ids"

    @property
    def named(self) -> list[str]:
        """The ids and addresses that the arguments name."""
        if self.limits_targets:
            return self.arguments.named
        return [] if self.arguments.ids is None else names_in(self.arguments.ids)

    def identity(self) -> dict[str, Any]:
        names = "\n".join(self.named)
        return {**super().identity(), "sha256": sha256(names.encode("utf-8", "surrogateescape")).hexdigest()}

    def fail(self, reason: str) -> None:
        # The report counts the outcome of each target, and a failed target has one, too: nothing is left to resume.
        super().fail(reason)
        failure = self.failures.pop()
        if len(self.run.report.problems) < MOST_REPORTED:
            self.run.report.problems.append(failure)

    async def start(self) -> AsyncIterator[Any]:
        finished = self.run.catalog.seeds.finished(self.run.id)
        seen: set[str] = set()
        for number, text in spread(list(enumerate(self.named)), itemgetter(1)):
            if number % BREATH == 0:
                await asyncio.sleep(0)
            seed = Seed(number, f"ids: {number + 1}", text)
            request = self.named_request(text, seed)
            key = None if request is None else self.request_key(request)
            is_duplicate = key in seen
            if key is not None:
                seen.add(key)
            if number in finished:
                continue
            if request is None:
                refusal = self.refusal_of(text)
                self.logger.warning("%r %s", text[:200], refusal.reason)
                self.run.end_seed(refusal.of(seed))
            elif is_duplicate:
                self.run.end_seed(Asked(None, ("duplicate",), seed=seed))
            elif self.run.redactor.has(request.url):
                self.run.report.requested["erased"] += 1
            else:
                yield request
