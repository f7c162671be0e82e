"""Why records end before they reach the catalog."""

from __future__ import annotations

from scrapy.exceptions import DropItem


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
