"""Posts on Substack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, PositiveInt
from scrapy import Request

from fair4ml.platforms.substack.addresses import HOSTS, Place, is_own, place_of
from fair4ml.read.feed import MOST_ENTRIES
from fair4ml.read.json_text import spoiled
from fair4ml.read.web_fragment import read_fragment
from mlentory_crawl.archive.store import REVALIDATE
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import LaterTuple, RawTuple, Wanted
from mlentory_crawl.base_spiders.text_spider import TextArguments, TextSpider
from mlentory_crawl.base_spiders.workers import WorkerDied
from mlentory_crawl.config.values import plain_host
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.outcomes import Asked, Refusal
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.erasure.redactor import MARKER_BODIES
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.responses import NoJson, fetched_at, json_of, shown
from mlentory_crawl.spiders.substack import api

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

API_SLOT = "substack.api"
ASKED = {"download_slot": API_SLOT, REVALIDATE: True}
"""The ``meta`` of requests to the API."""
MOST_POSTS = 10_000
"""The number of posts after which the list of a publication is not read further."""


class SubstackArguments(TextArguments):
    """Arguments that name publications and posts."""

    limit: PositiveInt | None = Field(
        default=None, description="how many posts of each publication to take at most, the newest; without it, all"
    )
    ids: str | None = Field(
        default=None,
        description="a file with one publication (NAME of NAME.substack.com) or address of a post a line, or a list"
        " with commas; other addresses are taken for those of publications with a domain of their own",
    )
    refresh: bool = Field(default=False, description="also ask for posts of publications that the catalog has already")


@dataclass(frozen=True, slots=True)
class Walk:
    """The walk over the posts of a publication.

    Attributes:
        wanted: the publication.
        site: its address.
        offset: the place of the page in the list.
        taken: the number of posts so far.
        seen: the addresses of the posts so far.
    """

    wanted: Wanted
    site: str
    offset: int = 0
    taken: int = 0
    seen: frozenset[str] = field(default=frozenset(), repr=False)


class SubstackSpider(TextSpider):
    """Posts on Substack: those of publications, from the list that their archives show, and single ones.

    Domain
        substack.com, its subdomains, and the domains of publications
    API documentation
        none: it is the API that the site's own pages use
    Caveats
        One request a second, over one connection, for all publications together.
        A post that not everybody may read is described without its text.
        Posts of a publication that the catalog has are not asked for again, unless refresh says so.
    """

    name = "substack"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = SubstackArguments
    arguments: SubstackArguments
    endpoint_setting = "CRAWLER_CONTACT"
    variables = (
        Variable(
            "SUBSTACK_DOMAINS",
            None,
            "Comma-separated hosts of publications on Substack with a domain of their own, for seed lists.",
        ),
    )
    hosts = HOSTS
    slots: ClassVar[dict[str, dict[str, float]]] = {API_SLOT: {"concurrency": 1, "delay": 1.0, "jitter": 0}}

    # NamedSpider
    needs = "publications or posts: -a ids=NAME,https://NAME.substack.com/p/... or -a ids=FILE"

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        return is_own(request.url)

    @classmethod
    def further_hosts(cls, settings: BaseSettings) -> frozenset[str]:
        named = (settings.get("SUBSTACK_DOMAINS") or "").split(",")
        return frozenset(plain_host(each.strip()) for each in named if each.strip())

    # Targets

    def named_request(self, text: str, seed: Seed) -> Request | None:
        # Whoever names an address here says that it is Substack's.
        return self._request(place_of(text, anywhere=True), seed)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        return self._request(place_of(url, anywhere=True), seed)

    def refusal_of(self, text: str) -> Refusal:
        if missing := self.missing:
            return Refusal("failed", missing)
        return Refusal("invalid", "names no publication or post on Substack")

    def _request(self, place: Place | None, seed: Seed) -> Request | None:
        if place is None or self.missing:
            return None
        if place.slug is None:
            return self._archive(Walk(Wanted(place.site, "article", seed=seed), place.site))
        address = api.post_api_address(place.site, place.slug)
        wanted = Wanted(f"{place.site}/p/{place.slug}", "article", seed=seed)
        return self.entity_request(Request(address, meta=dict(ASKED)), wanted)

    # Single posts

    async def parse_entity(  # type: ignore[override]  # the text is read beside the crawl
        self, response: Response, wanted: Wanted, number: int
    ) -> AsyncIterator[Any]:
        """Send on a post, or say why there is none."""
        record: RawTuple | None = None
        state, reason = "found", ""
        if response.status != 200:
            state, reason = await self.state_of(response)
        elif response.body not in MARKER_BODIES:
            try:
                record = await self._record(response)
            except NoJson as error:
                state, reason = await self.state_of(response.replace(status=502))
                reason = reason if state != "failed" else str(error)
            except ValueError as error:
                state, reason = "failed", str(error)
        if state != "found":
            told = self.no_text(response, wanted, number, state, reason)
        else:
            records = [] if record is None else [record]
            told = self.records_of(response, records, (), number, None, Asked(None, ("found",), seed=wanted.seed))
        for each in told:
            yield each

    async def _record(self, response: Response) -> RawTuple:
        """Return the record of a post.

        Raises:
            ValueError: the response is not a post.
        """
        post = json_of(response)
        if not isinstance(post, dict) or "title" not in post:
            raise ValueError("expected a post, an object with the field title")
        told = await self._told(post, api.site_of(response.url))
        if "url" not in told:
            raise ValueError("the post has no address")
        return "article", told["url"], response.url, told

    async def _told(self, post: dict[str, Any], site: str) -> dict[str, Any]:
        told, html = api.told(post, site), api.html_to_read(post)
        if html is not None:
            try:
                told |= await self.workers.call(read_fragment, html, told.get("url") or site)
            except WorkerDied as error:
                return spoiled(f"its text {error}", **told)
        return self.kept(told)

    # The posts of a publication

    def _walked(self, walk: Walk, request: Request, callback: Callable[..., Any]) -> Request:
        number = self.run.pages.reserve()
        return request.replace(
            callback=callback,
            errback=self.entity_failed,
            cb_kwargs={"wanted": walk.wanted, "number": number, "walk": walk},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def _archive(self, walk: Walk) -> Request:
        request = Request(api.archive_address(walk.site, walk.offset), meta=dict(ASKED))
        return self._walked(walk, request, self.parse_archive)

    async def parse_archive(self, response: Response, wanted: Wanted, number: int, walk: Walk) -> AsyncIterator[Any]:
        """Send on the posts of a page of the list, request those whose text it lacks, and the next page."""
        try:
            posts = api.listed(response)
        except ValueError as error:
            if walk.offset == 0:
                self.note(f"{wanted.name}: its list of posts cannot be read ({error}); its feed is read instead")
                yield self._walked(walk, self.page_request(f"{walk.site}/feed"), self.parse_feed)
            else:
                for each in self.no_text(response, wanted, number, *await self.state_of(response)):
                    yield each
            return
        site = api.site_of(response.url)
        fresh, odd = api.divided(posts, site, walk.seen)
        left = None if self.arguments.limit is None else self.arguments.limit - walk.taken
        taken = dict(islice(fresh.items(), left))
        after = replace(
            walk, offset=walk.offset + len(posts), taken=walk.taken + len(taken), seen=walk.seen | taken.keys()
        )
        is_last = not fresh or after.taken == self.arguments.limit or after.offset >= MOST_POSTS
        if not is_last:
            yield self._archive(after)
        records, later = await self._divided(taken, site, walk)
        records += [("article", f"page-{number}-{n}", response.url, item) for n, item in enumerate(odd)]
        asked = Asked(None, ("found",), seed=wanted.seed) if is_last else None
        for each in self.records_of(response, records, later, number, None, asked):
            yield each

    async def _divided(
        self, posts: Mapping[str, dict[str, Any]], site: str, walk: Walk
    ) -> tuple[list[RawTuple], list[LaterTuple]]:
        """Return the posts that are complete as they are listed, and those that take a request of their own."""
        records: list[RawTuple] = []
        later: list[LaterTuple] = []
        known = self._known(posts)
        for address, post in posts.items():
            if not api.lacks_text(post) or self.arguments.content == "none":
                url = api.post_api_address(site, str(post.get("slug")))
                records.append(("article", address, url, await self._told(post, site)))
            elif address in known:
                self.run.report.requested["known"] += 1
            else:
                url = api.post_api_address(site, post["slug"])
                metadata = None if walk.wanted.seed is None else walk.wanted.seed.metadata
                request = Request(url, meta=dict(ASKED), cb_kwargs={"metadata": metadata})
                later.append(("article", address, request))
        return records, later

    def _known(self, addresses: Iterable[str]) -> set[str]:
        """Return those of the posts that the catalog has, unless they are asked for again."""
        keys = [("article", address) for address in addresses]
        found = self.run.catalog.lookup(self.run.id, self.name, keys)
        return {address for (_, address), record in found.items() if not (record.deleted or self.arguments.refresh)}

    async def parse_later(  # type: ignore[override]  # the text is read beside the crawl
        self, response: Response, kind: str, key: str, page: Page, **known: Any
    ) -> AsyncIterator[Any]:
        """Send on a post that was listed without its text."""
        outcome, payload = "missing" if response.status == 404 else "found", None
        try:
            if response.status not in (200, 404):
                state, reason = await self.state_of(response)
                raise ValueError(f"{state}: {reason}")
            if response.status == 200 and response.body not in MARKER_BODIES:
                *_, payload = await self._record(response)
        except ValueError as error:
            self.fail(f"{shown(response.url)}: {error}")
            self._later_lost(kind, key, page, known)
            return
        self.run.pages.count_asked(page, Asked(f"{kind}s", (outcome,)))
        if payload is None:
            self.run.pages.withdraw(page)
        else:
            time = fetched_at(response)
            yield RawRecord(self.name, kind, key, response.url, payload, time, page, seed=known["metadata"])

    async def parse_feed(self, response: Response, wanted: Wanted, number: int, walk: Walk) -> AsyncIterator[Any]:
        """Send on the posts in the feed of a publication, whose list cannot be read."""
        found: dict[str, Any]
        if response.status != 200:
            state, reason = await self.state_of(response)
            found = {"state": state, "reason": reason}
        else:
            most = self.arguments.limit or MOST_ENTRIES
            found = await self.read(api.read_posts, response.body, response.url, self.headers(response), most)
        if found["state"] != "feed":
            told = self.no_text(response, wanted, number, found["state"], found["reason"])
        else:
            records = [
                ("article", post.get("url") or f"page-{number}-{n}", response.url, self.kept(post))
                for n, post in enumerate(found["entries"])
            ]
            told = self.records_of(response, records, (), number, None, Asked(None, ("found",), seed=wanted.seed))
        for each in told:
            yield each
