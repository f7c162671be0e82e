"""The behavior of the sample hub toward its clients, apart from its content: quotas, faults, and statistics."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from mlentory_crawl.sample_hub.api import EXPANDABLE
from mlentory_crawl.sample_hub.datasets import EXPANDABLE as OF_DATASETS
from mlentory_crawl.sample_hub.messages import RESOLVERS, Answer

# As with the real quotas: 500 and 3,000 for anonymous clients.
_QUOTA_FACTORS = {"api": 1, RESOLVERS: 6}


@dataclass(slots=True)
class Conditions:
    """The behavior of the server; may change while it runs.

    Attributes:
        quota: API requests per window; six times as many for files. With 0 there is no quota, and no headers about one.
        window: seconds.
        fail: share of answers that are broken in some way.
        latency: milliseconds before each answer.
        refuse: fields that are refused although the Hub knows them.
        deny: routes (``models``, ``model``, ``readme``, ``datasets``, ``dataset``, ``croissant``, ``owner``) that
            answer as if the token was invalid.
        gzip: compress for clients that accept it.
        seed: the seed of the faults.

    Raises:
        ValueError: a value is out of range.
    """

    quota: int = 0
    window: int = 300
    fail: float = 0.0
    latency: float = 0.0
    refuse: list[str] = field(default_factory=list)
    deny: list[str] = field(default_factory=list)
    gzip: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        if self.quota < 0 or self.window <= 0 or not 0 <= self.fail <= 1 or self.latency < 0:
            raise ValueError("quota and latency are 0 or more, window is more, fail is a share from 0 to 1")
        if unknown := set(self.refuse) - {*EXPANDABLE, *OF_DATASETS}:
            raise ValueError(f"not a field of the Hub: {', '.join(sorted(unknown))}")


class Statistics:
    """Counts of requests and of broken answers.

    Attributes:
        requests: by route and by status (``cut`` and ``drop`` in place of a status if an answer broke off).
        faults: answers that were broken on purpose, by kind of fault.
    """

    def __init__(self) -> None:
        self.requests: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.faults: Counter[str] = Counter()

    def reset(self) -> None:
        """Count from zero."""
        self.requests.clear()
        self.faults.clear()


class Quota:
    """Counts requests by bucket in fixed windows, and announces to clients how many are left."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._used: Counter[str] = Counter()
        self._start = time.monotonic()

    def restart(self) -> None:
        """Begin a new window."""
        self._used.clear()
        self._start = time.monotonic()

    def spend(self, answer: Answer) -> Answer:
        """The answer with the headers of its quota, or a 429 in its place if the quota is exceeded."""
        quota, window, bucket = self._conditions.quota, self._conditions.window, answer.bucket
        if not quota or bucket is None:
            return answer
        passed = time.monotonic() - self._start
        if passed >= window:
            self._start += passed // window * window
            passed %= window
            self._used.clear()
        allowed = quota * _QUOTA_FACTORS[bucket]
        self._used[bucket] += 1
        if self._used[bucket] > allowed:
            answer = Answer.error(answer.route, 429, "You have reached the rate limit of your plan.", bucket=bucket)
        # Whole seconds, rounded down: clients that wait no longer than that may be too early.
        left = max(0, allowed - self._used[bucket])
        answer.headers["RateLimit"] = f'"{bucket}";r={left};t={int(window - passed)}'
        answer.headers["RateLimit-Policy"] = f'"fixed window";"{bucket}";q={allowed};w={window}'
        return answer
