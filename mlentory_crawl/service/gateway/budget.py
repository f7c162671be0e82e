"""Rate limits: units that a client may use in a minute."""

from __future__ import annotations

import math
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from mlentory_crawl.service.gateway.units import TENTHS

WINDOW = 60
BONUS = 2
"""The factor of the limit for a client that says whom to write to."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a client after a request.

    Attributes:
        is_allowed: whether the request may be answered.
        limit: the number of units in a minute.
        left: the number of units left.
        wait: the number of seconds until there are more, or enough for the request that was refused.
    """

    is_allowed: bool
    limit: int
    left: int
    wait: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return what the client is told of it."""
        told = [
            (b"ratelimit-policy", b'"units";q=%d;w=%d' % (self.limit, WINDOW)),
            (b"ratelimit", b'"units";r=%d;t=%d' % (self.left, self.wait)),
        ]
        return told if self.is_allowed else [*told, (b"retry-after", b"%d" % self.wait)]


class Budget:
    """Counts what each client has used in the last minute.

    Args:
        rate: the number of units in a minute.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        # One account for a client, with its contact or without: without it, everything costs twice as much.
        self._item = RateLimitItemPerMinute(rate * TENTHS * BONUS)
        self._storage = MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)

    def charge(self, client: str, cost: int, *, has_contact: bool = False) -> Account:
        """Charge a client for a request.

        Args:
            client: its name in the accounts.
            cost: the cost in tenths of a unit.
            has_contact: whether it says whom to write to.
        """
        each = 1 if has_contact else BONUS
        limit = self._rate * BONUS // each
        # Even a request that costs more than there is in a minute is answered once in a while.
        charged = min(cost * each, self._item.amount)
        is_allowed = self._limiter.hit(self._item, client, cost=charged)
        before, _, now, expires = self._storage.get_sliding_window(self._item.key_for(client), WINDOW)
        ends = expires - WINDOW
        used = before * ends / WINDOW + now
        left = max(0, int((self._item.amount - used) // (TENTHS * each)))
        wait = ends if is_allowed else _until(used + charged - self._item.amount, before, now, ends)
        return Account(is_allowed, limit, left, max(1, math.ceil(wait)))


def _until(too_much: float, before: int, now: int, ends: float) -> float:
    """Return the seconds in which what was used falls by a number.

    Args:
        too_much: the number.
        before: the number used in the window before this one, of which less and less counts.
        now: the number used in this window, all of which counts until it ends.
        ends: the number of seconds until then.
    """
    fading = before * ends / WINDOW
    if too_much <= fading:
        return too_much * WINDOW / before
    return ends + (too_much - fading) * WINDOW / now
