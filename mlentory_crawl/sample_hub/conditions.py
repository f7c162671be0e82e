"""How the sample hub behaves toward its clients, beyond what it knows: quotas, faults, and what it counts."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from mlentory_crawl.sample_hub.api import EXPANDABLE
from mlentory_crawl.sample_hub.datasets import EXPANDABLE as OF_DATASETS
from mlentory_crawl.sample_hub.messages import RESOLVERS, Answer

# As with the real quotas: 500 and 3,000 for those who do not say who they are.
_QUOTA_FACTORS = {"api": 1, RESOLVERS: 6}


@dataclass(slots=True)
class Conditions:
    """How the server behaves; may change while it runs.

    Attributes:
        quota: API requests per window; six times as many for files. 0: no quota, and no headers about one.
        window: seconds.
        fail: share of answers that are broken, one way or another.
        latency: milliseconds before each answer.
        refuse: fields that are refused although the Hub knows them.
        deny: routes (``models``, ``model``, ``readme``, ``datasets``, ``dataset``, ``croissant``, ``owner``) that
            answer as to a token that is none.
        gzip: compress for clients that accept it.
        seed: of the faults.

    Raises:
        ValueError: a value is out of its range.
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
    """What was asked, and what was answered.

    Attributes:
        requests: how often, by route and by status (``cut`` and ``drop`` in place of one where an answer broke off).
        faults: how many answers were broken on purpose, by way.
    """

    def __init__(self) -> None:
        self.requests: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.faults: Counter[str] = Counter()

    def reset(self) -> None:
        """Count from zero."""
        self.requests.clear()
        self.faults.clear()


class Quota:
    """Counts requests by bucket in fixed windows, and tells clients what is left."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._used: Counter[str] = Counter()
        self._start = time.monotonic()

    def restart(self) -> None:
        """A new window begins."""
        self._used.clear()
        self._start = time.monotonic()

    def spend(self, answer: Answer) -> Answer:
        """The answer with the headers of its quota; or in its place the one that the quota is gone."""
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
        # Whole seconds, rounded down: who waits no longer than that may come too early.
        left = max(0, allowed - self._used[bucket])
        answer.headers["RateLimit"] = f'"{bucket}";r={left};t={int(window - passed)}'
        answer.headers["RateLimit-Policy"] = f'"fixed window";"{bucket}";q={allowed};w={window}'
        return answer
