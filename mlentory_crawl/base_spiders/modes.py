"""Modes of a crawl: all of the lists, the changes since the watermark, or only entities named by people or records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, PositiveInt, field_validator, model_validator

from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.crawl.seed_list import as_list, names_in
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.items import Page
from mlentory_crawl.responses import time_of

if TYPE_CHECKING:
    from scrapy import Request

    from mlentory_crawl.catalog.writer import CatalogWriter


WITHOUT_LISTS = ("ids", "enrich")
"""The modes that read no list of the platform."""


class ModeArguments(Arguments):
    """Arguments that limit the crawl; a subclass declares the modes of its platform."""

    mode: str | None = Field(default=None, description="the way to crawl")
    limit: PositiveInt | None = Field(default=None, description="how many records to fetch at most")
    ids: str | None = Field(default=None, description="a file with one id a line, or ids with commas between")

    @field_validator("ids", mode="before")
    @classmethod
    def _a_list_names_no_file(cls, value: Any) -> Any:
        return as_list(value) if isinstance(value, list) else value

    @field_validator("ids")
    @classmethod
    def _ids_can_be_read(cls, value: str | None) -> str | None:
        if value is not None:
            names_in(value)
        return value

    @model_validator(mode="after")
    def _ids_go_with_their_mode(self) -> Self:
        if (self.mode == "ids") != (self.ids is not None) and not (self.mode is None and self.ids):
            raise ValueError("mode=ids and ids=FILE_OR_LIST go together")
        return self

    @property
    def named(self) -> list[str]:
        """The ids and addresses that the argument names."""
        return [] if self.ids is None else names_in(self.ids)[: self.limit]

    @property
    def is_whole(self) -> bool:
        """True if no argument limits the mode."""
        return self.limit is None


class CensusArguments(ModeArguments):
    """Arguments of platforms on which a census can find deletions."""

    accept_deletions: bool = Field(
        default=False, description="let a census mark as deleted even more than 2 % of the records of a kind"
    )

    @model_validator(mode="after")
    def _deletions_go_with_a_census(self) -> Self:
        if self.accept_deletions and self.mode != "census":
            raise ValueError("accept_deletions goes with mode=census")
        return self


class ModeSpider(ListSpider):
    """Crawls in the given ``mode``; by default the changes since the watermark, or in `first_mode` without a watermark.

    A subclass defines `named_requests`, and `begin_at` if its platform has a delta; if it has none, `first_mode` is the
    default whatever the watermark.

    In the mode ``enrich``, all requests are made by its `stages`.

    Attributes:
        looked_up: the kinds of records that these stages bring; an earlier attempt may owe some.
        first_mode: the mode if neither the arguments nor a watermark decide.
        begins_at: the watermark of the catalog when the crawl begins, if there is a usable one; None without a delta.
    """

    Arguments: ClassVar[type[Arguments]] = ModeArguments
    arguments: ModeArguments
    looked_up: Collection[str] = ()
    first_mode: ClassVar[str] = "census"
    begins_at: str | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._first_notes: list[str] = []
        self._mode = self.arguments.mode or ("ids" if self.arguments.ids else self.first_mode)

    def plan(self, catalog: CatalogWriter) -> None:
        if type(self).begin_at is ModeSpider.begin_at and self._mode != "delta":
            return
        watermark = self.begins_at = self._usable_watermark(catalog)
        is_open = self.arguments.mode is None and self._mode == self.first_mode
        if is_open and watermark and self.arguments.is_whole:
            self._mode = "delta"
        if self._mode == "delta":
            if watermark is None:
                raise MlentoryError("mode=delta needs the watermark of an earlier crawl; first crawl with mode=census")
            self.begin_at(watermark)

    def _usable_watermark(self, catalog: CatalogWriter) -> str | None:
        instance = self.instance_in(catalog)
        watermark = catalog.runs.watermark(self.name, instance)
        if watermark is None or self.is_watermark(watermark):
            return watermark
        begun_at = catalog.runs.watermark_begun_at(self.name, instance)
        usable = begun_at if begun_at is not None and self.is_watermark(begun_at) else None
        instead = f"using {usable}, the start time of the run that stored it" if usable else "ignoring it"
        self._first_notes.append(f"the watermark {watermark[:50]!r} is not valid; {instead}")
        return usable

    def is_watermark(self, text: str) -> bool:
        """Check whether a delta can begin at a watermark."""
        return time_of(text) is not None

    def begin_at(self, watermark: str) -> None:
        """Hook of platforms with a delta: make it begin at the watermark up to which the catalog is complete."""
        raise NotImplementedError

    def named_requests(self) -> Iterable[Request]:
        """Return the requests for the named entities, made by `entity_request`; `names` counts invalid names."""
        raise NotImplementedError

    @property
    def mode(self) -> str:
        return self._mode

    @property
    def limit(self) -> int | None:
        return self.arguments.limit

    @property
    def is_whole(self) -> bool:
        """True if the crawl covers everything that belongs to the mode."""
        return self.arguments.is_whole

    @property
    def coverage(self) -> str:
        if self.mode == "ids" or (self.mode == "enrich" and self.is_whole):
            return "ids"
        return self.mode if self.mode in ("census", "delta") and self.is_whole else "limit"

    @property
    def watermark(self) -> str | None:
        is_usable = self.newest is not None and self.is_watermark(self.newest)
        return self.newest if is_usable and self.mode not in WITHOUT_LISTS and self.is_whole else None

    @property
    def resumable(self) -> bool:
        return self.mode in ("census", "delta", "enrich")

    async def start(self) -> AsyncIterator[Any]:
        for line in self._first_notes:
            self.note(line)
        if self.arguments.ids is not None:
            for request in self.named_requests():
                yield request
        if self.mode == "enrich":
            for request in self._owed_lookups():
                yield request
        if self.mode not in WITHOUT_LISTS:
            async for each in super().start():
                yield each

    def _owed_lookups(self) -> Iterator[Request]:
        """Return the requests for what earlier runs and attempts owe of the records that the look-ups bring."""
        if self.run.cursor.start is not None:
            self.logger.info("Resuming run %s", self.run.name)
        for owed in self.run.cursor.owed:
            if isinstance(owed, dict) and owed["kind"] in self.looked_up:
                yield self.owed_later(owed)
        # From here on, there is nothing to walk over.
        number = self.run.pages.reserve()
        self.run.open_page(Page(number, self.endpoint, self.name, [], self.cursor_after(number)))
