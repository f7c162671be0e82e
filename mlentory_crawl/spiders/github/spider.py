"""Repositories on GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from urllib.parse import quote

from pydantic import Field, PositiveInt
from scrapy import Request, signals
from scrapy.http import Response

from fair4ml.identifiers import github_repository, is_github_name
from fair4ml.platforms.github.addresses import HOSTS, repository_at
from mlentory_crawl.archive.store import REVALIDATE
from mlentory_crawl.base_spiders.named import NamedArguments, NamedSpider
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import LaterTuple, RawTuple, Wanted
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.outcomes import Asked, Refusal, Stopping
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.responses import fetched_at, json_of, shown
from mlentory_crawl.spiders.github import api, contents
from mlentory_crawl.spiders.github.contents import Reading

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

API_SLOT, FILE_SLOT = "github.api", "github.raw"
API_META = {"download_slot": API_SLOT, "dont_redirect": True, REVALIDATE: True}


class GitHubArguments(NamedArguments):
    """Arguments that select the repositories to fetch."""

    limit: PositiveInt | None = Field(default=None, description="how many repositories to ask for at most")
    ids: str | None = Field(
        default=None,
        description="a file with one repository (owner/name) a line, or a list with commas; addresses are understood",
    )
    files: bool = Field(default=True, description="also fetch CITATION.cff and codemeta.json")
    content: Literal["none", "readme", "tree", "files"] = Field(
        default="readme",
        description="how much of the content to fetch: the README; with its languages, releases and the paths of its"
        " files (tree); with the texts of these as well (files)",
    )


class GitHubSpider(NamedSpider):
    """Repositories on GitHub by name, from the REST API: two requests for each, one of them for its README.

    With content=none it is one request, with content=tree and content=files five. CITATION.cff and codemeta.json take
    two requests that do not count, and content=files one for each file, a hundred at most.

    Domain
        github.com
    API documentation
        https://docs.github.com/en/rest/repos/repos, https://docs.github.com/en/rest/using-the-rest-api
    Caveats
        The quota is 60 requests per hour without a token, 5,000 with one.
        The API returns 404 for missing and private repositories, and redirects from former names.
        There is no list of changes: each crawl requests all named repositories.
    """

    name = "github"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = GitHubArguments
    endpoint_setting = "GITHUB_ENDPOINT"
    variables = (
        Variable(
            "GITHUB_ENDPOINT",
            "https://api.github.com",
            "Address of GitHub's REST API; IRIs are always those of github.com.",
        ),
        Variable(
            "GITHUB_TOKEN",
            None,
            "Token without any permissions, for a higher quota; it is sent to GITHUB_ENDPOINT only.",
            secret=True,
        ),
        Variable("GITHUB_RAW_ENDPOINT", api.RAW, "Address of the service with the files of repositories."),
    )
    hosts = HOSTS
    # Serial requests, as the documentation asks for; files have their own limits, which are not documented.
    slots: ClassVar[dict[str, dict[str, float]]] = {
        API_SLOT: {"concurrency": 1, "delay": 0, "jitter": 0},
        FILE_SLOT: {"concurrency": 2, "delay": 0.25, "jitter": 0},
    }
    # Requests under way have already passed the quota check: they must be fewer than the six of sixty that are spared.
    custom_settings = {"CONCURRENT_REQUESTS": 4}  # noqa: RUF012  Scrapy declares it as an instance's
    arguments: GitHubArguments

    # NamedSpider
    needs = "the names of repositories: -a ids=FILE or -a ids=owner/name,..."
    limits_targets = True

    @classmethod
    def quota_request(cls, settings: BaseSettings) -> Request | None:
        # Does not count: https://docs.github.com/en/rest/rate-limit/rate-limit
        return Request(f"{settings[cls.endpoint_setting].rstrip('/')}/rate_limit", headers=api.headers(settings))

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.response_downloaded, signals.response_downloaded)
        return spider

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Keep private responses out of the archive, before they get there."""
        if request.meta.get("download_slot") == API_SLOT and not api.may_be_kept(response):
            request.meta["archive"] = False

    # Targets

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        name = repository_at(url)
        if name is None:
            return None
        headers = api.headers(self.settings)
        request = Request(f"{self.endpoint}/repos/{name}", headers=headers, meta=API_META)
        return self.entity_request(request, Wanted(name, iri=github_repository(name), seed=seed))

    def refusal_of(self, text: str) -> Refusal:
        return Refusal("invalid", "is not the name or address of a repository on GitHub")

    def request_key(self, request: Request) -> str:
        return request.url.casefold()

    # Responses

    def refusal(self, response: Response) -> str:
        return api.refusal(response)

    def parse_entity(self, response: Response, wanted: Wanted, number: int) -> Iterator[Any]:
        assert response.request is not None
        moved = api.moved_to(response)
        if moved is not None and not response.request.url.endswith(moved):
            yield response.request.replace(url=f"{self.endpoint}{moved}")
        elif response.status in api.REPOSITORY_BLOCKED:
            reason = f"is blocked (HTTP {response.status}): {self.refusal(response)}"
            self.logger.warning("%s %s", wanted.name, reason)
            asked = Asked(None, ("blocked",), seed=wanted.seed, reason=reason)
            yield from self.records_of(response, (), (), number, None, asked)
        else:
            yield from super().parse_entity(response, wanted, number)

    def entity(self, response: Response, wanted: Wanted) -> Any:
        return api.repository_in(json_of(response))

    def outcomes(self, entity: Any, wanted: Wanted) -> tuple[str, ...]:
        name = entity.get("full_name")
        is_renamed = isinstance(name, str) and name.casefold() != wanted.name.casefold()
        return ("found", "renamed") if is_renamed else ("found",)

    def iri_of(self, entity: Any, wanted: Wanted) -> str | None:
        name = entity.get("full_name")
        return github_repository(name) if isinstance(name, str) and is_github_name(name) else None

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        return api.records(payload, page)

    # Files and other parts

    def later_records(self, entities: list[Any]) -> Iterable[LaterTuple]:
        for entity in entities:
            id, name = entity.get("id"), entity.get("full_name")
            if type(id) is int and isinstance(name, str) and is_github_name(name) and not entity.get("disabled"):
                known = {"repository": {"id": id, "full_name": name}}
                for kind, file in api.FILES.items() if self.arguments.files else ():
                    yield kind, str(id), self._file_request(name, file).replace(cb_kwargs={**known, "part": kind})
                headers = api.headers(self.settings)
                for kind, path in api.parts_of(name, entity.get("default_branch"), self.arguments.content):
                    # Before other repositories: a page is stored with its parts.
                    request = Request(f"{self.endpoint}{path}", headers=headers, meta=API_META, priority=1)
                    yield kind, str(id), request.replace(cb_kwargs={**known, "part": kind})

    def _file_request(self, name: str, path: str) -> Request:
        address = f"{self.settings['GITHUB_RAW_ENDPOINT'].rstrip('/')}/{name}/HEAD/{quote(path)}"
        # Before repositories, which may wait for their quota.
        return Request(address, meta={"download_slot": FILE_SLOT}, priority=1)

    def public_address(self, url: str) -> str:
        for setting, public in (("GITHUB_RAW_ENDPOINT", api.RAW), (self.endpoint_setting, api.PUBLIC)):
            endpoint = self.settings[setting].rstrip("/")
            if url.startswith(f"{endpoint}/"):
                return f"{public}{url.removeprefix(endpoint)}"
        return url

    def later_record(self, response: Response, **known: Any) -> tuple[str, Any | None]:
        kind, repository = known["part"], known["repository"]
        if response.status == 200:
            is_file = kind in api.FILES
            told = {"text": api.text_of(response)} if is_file else api.part_in(kind, json_of(response))
            return "found", {**repository, **told}
        if response.status == 409 and kind == "tree":
            return "found", {**repository, "is_empty": True}
        if response.status == 404:
            # Most repositories have no such file; if one has lost it, the facts from it no longer hold.
            was_there = self.run.catalog.sources(self.name, kind, [str(repository["id"])])
            return "missing", {**repository, "text": None} if was_there else None
        if response.status in api.REPOSITORY_BLOCKED:
            return "blocked", None
        raise ValueError(f"returned HTTP {response.status}: {self.refusal(response)}")

    # The texts of files

    def parse_later(self, response: Response, kind: str, key: str, page: Page, **known: Any) -> Iterator[Any]:
        """Send on a part of a repository, or begin to read the files that its tree lists."""
        if kind != "tree" or self.arguments.content != "files" or response.status != 200:
            yield from super().parse_later(response, kind, key, page, **known)
            return
        try:
            files, truncated = contents.files_in(json_of(response))
        except ValueError as error:
            self.fail(f"{shown(response.url)}: {error}")
            self._later_lost(kind, key, page, known)
            return
        told = contents.tree(files, truncated=truncated)
        paths, left_out = contents.chosen(files[: len(told["paths"])])
        payload = {**known["repository"], **told, "left_out": {**told["left_out"], **left_out}}
        reading = Reading(payload, paths, self.public_address(response.url), fetched_at(response))
        yield self._next_file(reading, page)

    def _next_file(self, reading: Reading, page: Page) -> Request | RawRecord:
        """Return the request for the next file of a repository, or the record if there is none left."""
        payload, key = reading.payload, str(reading.payload["id"])
        if not reading.left:
            self.run.pages.count_asked(page, Asked("trees", ("found",)))
            return RawRecord(self.name, "tree", key, reading.url, payload, reading.fetched_at, page)
        request = self._file_request(payload["full_name"], reading.left[0])
        return request.replace(
            callback=self.parse_file,
            errback=self.file_failed,
            cb_kwargs={"reading": reading, "page": page},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def parse_file(self, response: Response, reading: Reading, page: Page) -> Iterator[Any]:
        """Take the text of a file, and go on to the next one."""
        if response.status == 200:
            reading.add(reading.left.pop(0), response.body)
        elif response.status in (404, *api.REPOSITORY_BLOCKED):
            reading.left.pop(0)
            reading.leave_out(contents.NOT_SENT)
        else:
            self.fail(f"{shown(response.url)} returned HTTP {response.status}")
            self._tree_lost(reading, page)
            return
        yield self._next_file(reading, page)

    def file_failed(self, failure: Failure) -> None:
        """Give up the files of a repository of which one could not be fetched: what the catalog has of them stays."""
        self.page_failed(failure)
        if not isinstance(failure.value, Stopping):
            request: Request = failure.request  # type: ignore[attr-defined]
            self._tree_lost(request.cb_kwargs["reading"], request.cb_kwargs["page"])

    def _tree_lost(self, reading: Reading, page: Page) -> None:
        self._later_lost("tree", str(reading.payload["id"]), page, {"part": "tree"})
