"""The outcomes of records, targets and requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem, IgnoreRequest

from fair4ml.read.secrets import masked_values
from mlentory_crawl.catalog.commits import EndedSeed, Lookup

if TYPE_CHECKING:
    from mlentory_crawl.crawl.seed_list import Seed

OUTCOMES = ("new", "changed", "unchanged", "duplicate", "quarantined", "failed")
"""The outcomes of fetched records; their counts add up to the number of fetched records."""
REQUESTED = ("found", "missing", "blocked", "invalid", "duplicate", "failed")
"""The outcomes of targets; their counts add up to the number of targets."""
REASONS = {
    "missing": "does not exist or is private",
    "blocked": "the platform refuses it",
    "duplicate": "an earlier line leads to the same",
    "failed": "could not be fetched: the log says why",
}
"""The reasons of outcomes of seeds for which the platform gives none."""


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


class RefusedAddress(IgnoreRequest):
    """An address that no request is sent to."""


class PrivateAddress(RefusedAddress):
    """A host with an address in a private network that is not allowed."""


class RobotsRefused(IgnoreRequest):
    """A page that its host's robots.txt forbids."""


class RobotsUnknown(RobotsRefused):
    """A page of a host whose robots.txt could not be read: nothing is requested from the host in this run."""


class HostLeft(IgnoreRequest):
    """A page of a host that is left for the next run."""


class HostFull(HostLeft):
    """A page of a host of which this run has requested as many as it may; the same command goes on with it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The outcome of a target for which no request is made.

    Attributes:
        outcome: one of `REQUESTED`.
        reason: the reason.
        state: the state, if it says more than the outcome.
    """

    outcome: str
    reason: str
    state: str | None = None

    def of(self, seed: Seed) -> Asked:
        """Return the outcome of a seed."""
        states = (self.state,) if self.state else ()
        return Asked(None, (self.outcome, *states), seed=seed, reason=self.reason)


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcome of a target, an entity that was asked for by name.

    Attributes:
        by: None if the user asked for it, else the name of the look-up of entities named by records.
        outcomes: one of `REQUESTED`, and what else is counted of it.
        lookup: the entry for the catalog, if a record names it.
        seed: the seed that asks for it.
        reason: the reason for the outcome, if the outcome does not state it.
    """

    by: str | None
    outcomes: tuple[str, ...]
    lookup: Lookup | None = None
    seed: Seed | None = None
    reason: str | None = None

    def ended_seed(self, platform: str | None, ended: str | None = None) -> EndedSeed:
        """Return the line of the seed list that asks for it, as the catalog keeps it, in a state and with a reason.

        Args:
            platform: the platform that was asked, if any.
            ended: what became of the target's records, if it has any.
        """
        assert self.seed is not None
        outcome, *states = self.outcomes
        state = ended or (states[-1] if states else outcome)
        url, reason = masked_values(self.seed.url), masked_values(self.reason) or REASONS.get(outcome)
        return EndedSeed(self.seed.number, self.seed.place, url, platform, outcome, reason, state)
