"""How records end before they reach the catalog, and requests before they are made."""

from __future__ import annotations

from scrapy.exceptions import DropItem, IgnoreRequest


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
