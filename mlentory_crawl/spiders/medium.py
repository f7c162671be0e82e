"""Stories on Medium."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, PositiveInt
from scrapy import Request

from fair4ml.platforms.medium.addresses import FEEDS, HOSTS, feed_address, feed_named, is_own, story_id
from fair4ml.platforms.medium.stories import read_stories
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.text_spider import TextArguments, TextSpider
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.outcomes import Asked, Refusal
from mlentory_crawl.crawl.seed_list import Seed

if TYPE_CHECKING:
    from scrapy.http import Response

NEWEST = 10
"""The number of stories that a feed of Medium has."""


class MediumArguments(TextArguments):
    """Arguments that name the feeds."""

    limit: PositiveInt = Field(default=NEWEST, description="how many stories of each feed to take at most, the newest")
    ids: str | None = Field(
        default=None,
        description="a file with one author (@name), publication or tag (tag/word) a line, or a list with commas;"
        " addresses of their pages and feeds are understood, others are taken for those of publications with a domain"
        " of their own",
    )


class MediumSpider(TextSpider):
    """Stories on Medium from its feeds: the ten newest of an author, a publication or a tag, one request for each.

    Domain
        medium.com
    API documentation
        https://help.medium.com/hc/en-us/articles/214874118-Using-RSS-feeds-of-profiles-publications-and-topics
    Caveats
        A feed has no older stories, and of stories for members, as of all that a tag lists, only the first words.
        Single stories are pages: they are fetched by the spider article, whose requests Medium often refuses.
    """

    name = "medium"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = MediumArguments
    arguments: MediumArguments
    endpoint_setting = "MEDIUM_ENDPOINT"
    variables = (
        Variable(
            "MEDIUM_ENDPOINT", FEEDS, "Address below which Medium has its feeds; IRIs are always those of the site."
        ),
    )
    hosts = HOSTS

    # NamedSpider
    needs = "authors, publications or tags: -a ids=@NAME,PUBLICATION,tag/WORD or -a ids=FILE"

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        # A story is a page like others.
        return is_own(request.url) and (story_id(request.url) is None or feed_named(request.url) is not None)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        # Whoever names another address, or says in a list that it is Medium's, means a publication.
        name = feed_named(url, anywhere=True)
        if name is None or self.missing:
            return None
        request = self.page_request(feed_address(name, self.endpoint))
        return self.entity_request(request, Wanted(name, "article", seed=seed))

    def refusal_of(self, text: str) -> Refusal:
        if missing := self.missing:
            return Refusal("failed", missing)
        if "://" in text and story_id(text) is not None:
            return Refusal("invalid", f"is a single story: mlentory crawl article -a ids={text}")
        return Refusal("invalid", "names no author, publication or tag on Medium")

    def request_key(self, request: Request) -> str:
        return request.url.casefold()

    async def parse_entity(  # type: ignore[override]  # the feed is read beside the crawl
        self, response: Response, wanted: Wanted, number: int
    ) -> AsyncIterator[Any]:
        """Send on the stories of a feed."""
        found = await self._read(response, wanted)
        if found["state"] != "feed":
            told = self.no_text(response, wanted, number, found["state"], found["reason"])
        else:
            if found["left_out"]:
                self.note(
                    f"{wanted.name}: took the newest {self.arguments.limit} stories, {found['left_out']} are older"
                )
            asked = Asked(None, ("found",), seed=wanted.seed)
            records = self._stories(found["entries"], wanted, number)
            told = self.records_of(response, records, (), number, None, asked)
        for each in told:
            yield each

    async def _read(self, response: Response, wanted: Wanted) -> dict[str, Any]:
        if response.status != 200:
            state, reason = await self.state_of(response)
            return {"state": state, "reason": reason}
        address, headers = feed_address(wanted.name), self.headers(response)
        return await self.read(read_stories, response.body, address, headers, self.arguments.limit, wanted.name)

    def _stories(self, entries: list[dict[str, Any]], wanted: Wanted, number: int) -> Iterator[RawTuple]:
        # What a tag lists was found, not named.
        is_named = not wanted.name.startswith("tag/") or "content" in self.arguments.model_fields_set
        for n, story in enumerate(entries):
            key = story.get("id") or story.get("url") or f"page-{number}-{n}"
            yield "article", key, feed_address(wanted.name), self.kept(story) if is_named else self.excerpted(story)
