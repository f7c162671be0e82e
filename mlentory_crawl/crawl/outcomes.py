"""The outcomes of records, targets and requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem, IgnoreRequest

from mlentory_crawl.catalog.commits import EndedSeed, Lookup

if TYPE_CHECKING:
    from mlentory_crawl.crawl.seed_list import Seed

OUTCOMES = ("new", "changed", "unchanged", "duplicate", "quarantined", "failed")
"""The outcomes of fetched records; their counts add up to the number of fetched records."""
REQUESTED = ("found", "missing", "blocked", "invalid", "duplicate", "failed")
"""The outcomes of targets; their counts add up to the number of targets."""


class Quarantined(DropItem):
    """A record that cannot be used, kept in the quarantine.

    Args:
        field: the source's name of the invalid field; empty if the whole record is invalid.
        reason: the reason why it is invalid.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason, log_level="WARNING")
        self.field = field
        self.reason = reason


class Duplicate(DropItem):
    """A record whose catalog key already occurred in this run: the first one counts."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} was already seen in this run", log_level="DEBUG")


class Erased(DropItem):
    """A record of an erased entity."""

    def __init__(self) -> None:
        # Without its name: logs are kept, too.
        super().__init__("a record of an erased entity", log_level="DEBUG")


class Stopping(IgnoreRequest):
    """A request that was given up while it waited, because the crawl is stopping."""


class QuotaGone(IgnoreRequest):
    """A service announces, also to a second request, a longer wait than is acceptable."""


class PrivateAddress(IgnoreRequest):
    """A host with an address in a private network that is not allowed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcome of a target, an entity that was asked for by name.

    Attributes:
        by: None if the user asked for it, else the name of the look-up of entities named by records.
        outcomes: one of `REQUESTED`, and what else is counted of it.
        lookup: the entry for the catalog, if a record names it.
        seed: the seed that asks for it.
    """

    by: str | None
    outcomes: tuple[str, ...]
    lookup: Lookup | None = None
    seed: Seed | None = None

    def ended_seed(self, platform: str | None, reason: str | None = None) -> EndedSeed:
        """Return the line of the seed list that asks for it, as the catalog keeps it."""
        assert self.seed is not None
        return EndedSeed(self.seed.number, self.seed.place, self.seed.url, platform, self.outcomes[0], reason)
