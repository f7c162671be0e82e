"""Routes for programs that watch the service: whether it lives, whether it can answer, and its metrics."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder

from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.service.source import Source
from mlentory_crawl.service.watch.catalog_metrics import CatalogMetrics
from mlentory_crawl.service.watch.request_metrics import RequestMetrics

router = APIRouter()
disable_created_metrics()  # a series more for each, which nobody asks for

READY_SECONDS = 2.0
"""The number of seconds after which a source that has not answered is not ready."""
UNCACHED = {"Cache-Control": "no-store"}


class Watch:
    """Checks the source, and has the metrics of one application.

    Args:
        source: the source.
    """

    def __init__(self, source: Source) -> None:
        self.registry = CollectorRegistry()
        self.requests = RequestMetrics(self.registry)
        ProcessCollector(registry=self.registry)
        self.registry.register(CatalogMetrics(source))
        self._source = source
        # A thread of its own: it waits for no request.
        self._thread = ThreadPoolExecutor(1, "ready")

    async def is_ready(self) -> bool:
        """Return whether the catalog and the search index can be read."""
        checked = asyncio.get_running_loop().run_in_executor(self._thread, self._check)
        try:
            return await asyncio.wait_for(checked, READY_SECONDS)
        except TimeoutError:
            return False

    def _check(self) -> bool:
        try:
            self._source.check()
        except MlentoryError:
            return False
        return True

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)


@router.get("/healthz")
async def healthz() -> Response:
    """Say that the process answers."""
    return Response("ok\n", media_type="text/plain", headers=UNCACHED)


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Say whether there is something to answer from."""
    watch: Watch = request.app.state.watch
    is_ready = await watch.is_ready()
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return Response("ready\n" if is_ready else "not ready\n", status, media_type="text/plain", headers=UNCACHED)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Return the metrics of the service and of the catalog, in the format that Prometheus asks for."""
    watch: Watch = request.app.state.watch
    encode, media_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(watch.registry), headers={"Content-Type": media_type, **UNCACHED})
