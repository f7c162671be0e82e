"""Entities that are requested one by one, and their records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.catalog.commits import Lookup
from mlentory_crawl.crawl.outcomes import Asked, Stopping
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.crawl.web import WEB
from mlentory_crawl.erasure.redactor import MARKER_BODIES
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.responses import failure_message, fetched_at, json_of, shown

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.python.failure import Failure

RawTuple = tuple[str, str, str, Any]
"""Kind, native id, API address and payload of a record."""
LaterTuple = tuple[str, str, "Request"]
"""Kind, native id and request of a record that takes a request of its own."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target: an entity that is requested by its name.

    Attributes:
        name: its name in messages.
        kind: the kind of the record that describes it, if its platform has several.
        by: None if the user asked for it, else the name of the stage.
        iri: the IRI by which a record names it.
        seed: the line of a seed list that asks for it.
    """

    name: str
    kind: str = ""
    by: str | None = None
    iri: str | None = None
    seed: Seed | None = None


class EntitySpider(PlatformSpider):
    """Sends records on: those of a page, those of a target, and those that take a request of their own.

    Attributes:
        statuses_of_missing: the statuses of the API's responses for an entity that does not exist.
    """

    statuses_of_missing: ClassVar[frozenset[int]] = frozenset({404})

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        """Return kind, native id, API address and payload of each record among the items of a page."""
        raise NotImplementedError

    # Targets

    def entity_request(self, request: Request, wanted: Wanted) -> Request:
        """Turn a request into one for a target, whose response is a page of its own."""
        number = self.run.pages.reserve()
        return request.replace(
            callback=self.parse_entity,
            errback=self.entity_failed,
            cb_kwargs={"wanted": wanted, "number": number},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def entity(self, response: Response, wanted: Wanted) -> Any:
        """Return the payload of the target in a response; None if the response says that it does not exist.

        Raises:
            ValueError: the response is not about the target.
        """
        return json_of(response)

    def outcomes(self, entity: Any, wanted: Wanted) -> tuple[str, ...]:
        """Return the outcomes to count for a target that was found."""
        return ("found",)

    def entity_records(self, entity: Any, wanted: Wanted, number: int) -> Iterable[RawTuple]:
        """Return kind, native id, API address and payload of each record in the response for a target."""
        return self.raw_records([entity], number)

    def named_by(self, entity: Any, wanted: Wanted) -> Iterable[Request]:
        """Return requests for other entities that a target names and that are crawled with it."""
        return ()

    def iri_of(self, entity: Any, wanted: Wanted) -> str | None:
        """Return the IRI of a target that was found, if it may differ from the IRI in the request."""
        return None

    def parse_entity(self, response: Response, wanted: Wanted, number: int) -> Iterator[Any]:
        """Send on the records of a target, or count its outcome if there are none."""
        entity, reason = None, None
        records: list[RawTuple] = []
        outcomes: tuple[str, ...]
        if response.status in self.statuses_of_missing:
            outcomes = ("missing",)
        elif response.status == 403 and wanted.by is not None:
            outcomes = ("blocked",)
        elif response.status != 200:
            outcomes = ("blocked" if response.status == 403 else "failed",)
            reason = f"HTTP {response.status}: {self.refusal(response)}"
            self.fail(f"{shown(response.url)} returned {reason}")
        elif response.body in MARKER_BODIES:
            outcomes = ("found",)
        else:
            try:
                entity = self.entity(response, wanted)
                records = [] if entity is None else list(self.entity_records(entity, wanted, number))
                outcomes = ("missing",) if entity is None else self.outcomes(entity, wanted)
            except ValueError as error:
                outcomes, reason = ("failed",), str(error)
                self.fail(f"{shown(response.url)}: {reason}")
        if outcomes == ("missing",) and wanted.by is None:
            reason = f"does not exist or is private (HTTP {response.status})"
            self.logger.warning("%s %s", wanted.name, reason)
        lookup = None
        if wanted.iri is not None and "failed" not in outcomes:
            found = None if entity is None else self.iri_of(entity, wanted) or wanted.iri
            lookup = Lookup(wanted.iri, found, fetched_at(response))
        later = () if entity is None else self.later_of_entity(entity, wanted)
        asked = Asked(wanted.by, outcomes, lookup, wanted.seed, reason)
        if entity is not None:
            yield from (each for each in self.named_by(entity, wanted) if not self.run.redactor.has(each.url))
        yield from self.records_of(response, records, later, number, self.cursor_after(number), asked)

    def entity_failed(self, failure: Failure) -> None:
        """Count a target that could not be fetched after all retries."""
        request: Request = failure.request  # type: ignore[attr-defined]
        wanted: Wanted = request.cb_kwargs["wanted"]
        self.page_failed(failure)
        if not isinstance(failure.value, Stopping):
            number = request.cb_kwargs["number"]
            page = Page(number, request.url, self.name, [], self.cursor_after(number))
            assert failure.value is not None
            reason = failure_message(failure.value)
            self.run.open_page(page, Asked(wanted.by, ("failed",), None, wanted.seed, reason))

    def cursor_after(self, number: int) -> dict[str, Any] | None:
        """Return the cursor of the run after the page of a target; None if it does not walk over a list."""
        return None

    # Records, including those that take a request of their own

    def records_of(
        self,
        response: Response,
        records: Iterable[RawTuple],
        later: Iterable[LaterTuple],
        number: int,
        cursor: dict[str, Any] | None,
        asked: Asked | None = None,
        owed: Iterable[Any] = (),
        walk: str | None = None,
        pays: Any = None,
    ) -> Iterator[Any]:
        """Announce a page, send on its records, and request those that take a request of their own.

        Args:
            response: the response that holds the page.
            records: kind, native id, API address and payload of each record in it.
            later: kind, native id and request of each record that takes a request of its own.
            number: the number of the page.
            cursor: the place from which an interrupted run continues after it.
            asked: the outcome of the target, if the page is that of a target.
            owed: what the same command has to request again.
            walk: the list that the page belongs to, if any.
            pays: what an earlier attempt owed and the page delivers.
        """
        records, later = list(records), list(later)
        if instance := self.instance:
            records = [(kind, f"{instance}/{key}", url, payload) for kind, key, url, payload in records]
            later = [(kind, f"{instance}/{key}", request) for kind, key, request in later]
        later = [each for each in later if not self.is_erased(each)]
        keys = [*((kind, key) for kind, key, _, _ in records), *((kind, key) for kind, key, _ in later)]
        page = Page(number, response.url, self.name, keys, cursor, list(owed), pays, walk, instance=instance)
        self.run.open_page(page, *([] if asked is None else [asked]))
        time = fetched_at(response)
        seed = asked.seed.metadata if asked is not None and asked.seed is not None else None
        allowed = True if response.request is not None and response.request.meta.get(WEB) else None
        for kind, key, api_url, payload in records:
            yield RawRecord(self.name, kind, key, api_url, payload, time, page, seed=seed, robots_allowed=allowed)
        for kind, key, request in later:
            yield self._later(request, kind, key, page)

    def _later(self, request: Request, kind: str, key: str, page: Page) -> Request:
        return request.replace(
            callback=self.parse_later,
            errback=self.later_failed,
            cb_kwargs={**request.cb_kwargs, "kind": kind, "key": key, "page": page},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def later_request(self, **known: Any) -> Request:
        """Return the request for a record that takes one of its own, once more.

        Args:
            known: the values that the first request had in ``cb_kwargs``.
        """
        raise NotImplementedError

    def owed_later(self, owed: dict[str, Any]) -> Request:
        """Return the request for such a record that an earlier attempt could not fetch, as a page of its own."""
        return self.lone_later(self.later_request(**owed["known"]), owed["kind"], owed["key"], pays=owed)

    def lone_later(self, request: Request, kind: str, key: str, pays: dict[str, Any] | None = None) -> Request:
        """Return the request for such a record as a page of its own, because the catalog has its entity already.

        Args:
            request: the request.
            kind: the kind of the record.
            key: the native id.
            pays: what an earlier attempt owed, if the record is requested because of that.
        """
        number = self.run.pages.reserve()
        page = Page(
            number,
            request.url,
            self.name,
            [(kind, key)],
            self.cursor_after(number) if pays is None else {"page": number + 1},
            pays=pays,
            is_counted=pays is not None and self.run.cursor.start is not None,
            instance=self.instance,
        )
        self.run.open_page(page)
        return self._later(request, kind, key, page)

    def is_erased(self, later: LaterTuple) -> bool:
        """Check whether such a record is of an erased entity."""
        _, key, request = later
        redactor = self.run.redactor
        return (self.name, key) in redactor.marks.keys or redactor.has(request.url)

    def later_records(self, entities: list[Any]) -> Iterable[LaterTuple]:
        """Return kind, native id and request of each record of listed items that takes a request of its own."""
        return ()

    def later_of_entity(self, entity: Any, wanted: Wanted) -> Iterable[LaterTuple]:
        """Return kind, native id and request of each record of a target that takes a request of its own."""
        return self.later_records([entity])

    def later_record(self, response: Response, **known: Any) -> tuple[str, Any | None]:
        """Return outcome and payload of such a record; no payload if the service lacks it or does not disclose it.

        Args:
            response: the response.
            known: the values that the request had in ``cb_kwargs``.

        Raises:
            ValueError: the response is not the requested record.
        """
        raise NotImplementedError

    def later_lookup(self, response: Response, **known: Any) -> Lookup | None:
        """Hook: return the entry for a record that the service lacks or does not disclose, if a look-up may ask again.

        Args:
            response: the response.
            known: the values that the request had in ``cb_kwargs``.
        """
        return None

    def public_address(self, url: str) -> str:
        """Return the address at the public service, which records state whichever copy of it the settings name."""
        return url

    def parse_later(self, response: Response, kind: str, key: str, page: Page, **known: Any) -> Iterator[Any]:
        """Send on a record that took a request of its own."""
        try:
            outcome, payload = self.later_record(response, **known)
        except ValueError as error:
            self.fail(f"{shown(response.url)}: {error}")
            self._later_lost(kind, key, page, known)
            return
        lookup = None if payload is not None else self.later_lookup(response, **known)
        self.run.pages.count_asked(page, Asked(f"{kind}s", (outcome,), lookup))
        if payload is None:
            self.run.pages.withdraw(page)
        else:
            address = self.public_address(response.url)
            yield RawRecord(self.name, kind, key, address, payload, fetched_at(response), page)

    def later_failed(self, failure: Failure) -> None:
        """Count a record that could not be fetched after all retries."""
        self.page_failed(failure)
        if isinstance(failure.value, Stopping):
            return
        request: Request = failure.request  # type: ignore[attr-defined]
        known = dict(request.cb_kwargs)
        kind, key, page = (known.pop(name) for name in ("kind", "key", "page"))
        self._later_lost(kind, key, page, known)

    def _later_lost(self, kind: str, key: str, page: Page, known: dict[str, Any]) -> None:
        page.owed.append({"kind": kind, "key": key, "known": known})
        self.run.pages.count_asked(page, Asked(f"{kind}s", ("failed",)))
        self.run.pages.fail(page, kind, key)
