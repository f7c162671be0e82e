"""Metrics of the catalog: read seldom, however often they are asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from mlentory_crawl.catalog.queries.measures import Measure, projection_measures
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.service.source import Source

EVERY = 15.0
"""The number of seconds for which the figures are kept; those of an unchanged catalog are kept for longer."""


class CatalogMetrics(Collector):
    """Collects the figures of the catalog, of its last runs and of its projections.

    Args:
        source: the source.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._read_at = -EVERY
        self._version = ""
        self._of_catalog: list[Measure] = []
        self._known: list[Measure] = []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures, and whether the catalog can be read."""
        # Who comes while another reads gets the former ones: a store that does not answer holds up one request.
        if time.monotonic() - self._read_at >= EVERY and self._lock.acquire(blocking=not self._known):
            try:
                self._read()
            finally:
                self._lock.release()
        for measure in self._known:
            yield _family(measure)

    def _read(self) -> None:
        if time.monotonic() - self._read_at < EVERY:  # another request has read them while this one waited
            return
        readable = Measure("mlentory_catalog_readable", "1 if the catalog can be read, else 0.")
        try:
            catalog = self._source.catalog
            version = self._source.version()
            if version != self._version:
                self._of_catalog = catalog.measures()
                self._version = version
            projections = projection_measures(catalog.projections())
        except MlentoryError:
            readable.add(0)
            self._known = [readable]
            self._version = ""
        else:
            readable.add(1)
            # Positions as they are take the place of those at the end of the last run.
            named = {measure.name: measure for measure in (*self._of_catalog, *projections)}
            self._known = [readable, *named.values()]
        self._read_at = time.monotonic()


def _family(measure: Measure) -> GaugeMetricFamily:
    labels = next(iter(measure.samples), ())
    family = GaugeMetricFamily(measure.name, measure.meaning, labels=[name for name, _ in labels])
    for each, value in measure.samples.items():
        family.add_metric([text for _, text in each], value)
    return family
