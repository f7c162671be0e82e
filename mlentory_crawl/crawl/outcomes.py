"""The outcomes of records, targets and requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem, IgnoreRequest

from mlentory_crawl.catalog.commits import EndedSeed, Lookup

if TYPE_CHECKING:
    from mlentory_crawl.crawl.seed_list import Seed

OUTCOMES = ("new", "changed", "unchanged", "duplicate", "quarantined", "failed")
"""How a fetched record can end; together they are all fetched ones."""
REQUESTED = ("found", "missing", "blocked", "invalid", "duplicate", "failed")
"""What can become of a thing that was asked for by name; together they are all asked ones."""


class Quarantined(DropItem):
    """A record that cannot be used, kept in the quarantine.

    Args:
        field: the source's name of the field that is wrong; empty where it is the whole record.
        reason: what is wrong with it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason, log_level="WARNING")
        self.field = field
        self.reason = reason


class Duplicate(DropItem):
    """A record whose catalog key already ended in this run: the first one counts."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} was already seen in this run", log_level="DEBUG")


class Forgotten(DropItem):
    """A record of what is to be forgotten."""

    def __init__(self) -> None:
        # Not by name: logs are kept, too.
        super().__init__("a record of what was forgotten", log_level="DEBUG")


class Stopping(IgnoreRequest):
    """A request that was given up while it waited, since the crawl is to end."""


class QuotaGone(IgnoreRequest):
    """A service that was asked once more announces again that it will not be asked for longer than anybody waits."""


class PrivateAddress(IgnoreRequest):
    """A host that has an address inside a private network, which nobody has allowed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcome of a target: something that was asked for by name.

    Attributes:
        by: who asked: None for the user, else the name of what asks for things that records name.
        outcomes: one of `REQUESTED`, and what else is counted of it.
        lookup: for the catalog, where a record names it.
        seed: the seed that asks for it.
    """

    by: str | None
    outcomes: tuple[str, ...]
    lookup: Lookup | None = None
    seed: Seed | None = None

    def ended_seed(self, platform: str | None, reason: str | None = None) -> EndedSeed:
        """The line of the seed list that asks for it, as the catalog keeps it."""
        assert self.seed is not None
        return EndedSeed(self.seed.number, self.seed.place, self.seed.url, platform, self.outcomes[0], reason)
