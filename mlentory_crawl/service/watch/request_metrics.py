"""Metrics of requests: as many series as there are routes, whatever is asked."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CLASSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
"""Classes of statuses; the first is that of requests whose answer never began."""


class RequestMetrics:
    """Counts requests by route and class of status, and measures how long they took.

    Args:
        registry: the registry of the metrics.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "mlentory_http_requests", "Requests, by route and class of status.", ("route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "mlentory_http_request_seconds", "Time until an answer was sent, by route.", ("route",),
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._refused = Counter(
            "mlentory_http_refused", "Requests that the gateway refused, by the reason.", ("reason",), registry=registry
        )
        self._of_route: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            route: the template of its route, or one name for all paths that have none.
            status: the status of its answer; 0 if that never began.
            seconds: the time that it took.
        """
        key = route, status // 100
        if key not in self._of_route:
            found = self._requests.labels(route, CLASSES[status // 100]), self._seconds.labels(route)
            self._of_route[key] = found
        requests, histogram = self._of_route[key]
        requests.inc()
        histogram.observe(seconds)

    def count_refused(self, reason: str) -> None:
        """Count a request that was refused.

        Args:
            reason: the kind of refusal, one of a few words.
        """
        self._refused.labels(reason).inc()
