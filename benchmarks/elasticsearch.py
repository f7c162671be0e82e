"""Writing to Elasticsearch: the store's `write` on prepared changes, against the bare client writing the same ones.

`python -m benchmarks.elasticsearch [MODELS]` makes indices of its own at ``ELASTICSEARCH_URL`` and deletes them again.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections import deque
from typing import Any

import orjson
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk, parallel_bulk

from benchmarks.changes import prepared
from mlentory_crawl.changes import Change, Position
from mlentory_crawl.stores.search.elasticsearch.bulk import REQUESTS_AT_ONCE
from mlentory_crawl.stores.search.elasticsearch.index import mappings, operation, settings
from mlentory_crawl.stores.search.elasticsearch.store import ElasticsearchStore

MODELS = 20_000
ROUNDS = 3


def by_store(url: str, prefix: str, batches: list[list[Change]]) -> tuple[float, float]:
    """Seconds that the store takes into an empty index, and again for what is there already."""
    store = ElasticsearchStore(url, prefix)
    seconds = []
    for _ in range(2):
        store.open()  # only what was there then is looked up
        began = time.perf_counter()
        for changes in batches:
            store.write(changes, Position("benchmark", "benchmark", 1))
        store.flush()
        seconds.append(time.perf_counter() - began)
        store.close()
    return seconds[0], seconds[1]


def by_client(url: str, index: str, batches: list[list[Change]], *, at_once: int = 1) -> float:
    """Seconds that the client's own helpers take for the same documents, which are there as dictionaries already.

    Args:
        url: where the server is.
        index: the name of the index, which is made.
        batches: the changes.
        at_once: how many requests are under way at a time.
    """
    with Elasticsearch(url, request_timeout=60) as client:
        client.indices.create(index=index, mappings=mappings(), settings=settings())
        actions = [_action(index, change) for changes in batches for change in changes if change.state is not None]
        began = time.perf_counter()
        if at_once == 1:
            bulk(client, actions, refresh=False)
        else:
            deque(parallel_bulk(client, actions, thread_count=at_once), maxlen=0)
        client.indices.refresh(index=index)
        return time.perf_counter() - began


def _action(index: str, change: Change) -> dict[str, Any]:
    return {"_index": index, "_id": change.key, "_source": orjson.loads(operation(change)[0][1])}


def main() -> None:
    """Measure, each several times in turn, and print the best of each."""
    models = int(sys.argv[1]) if len(sys.argv) > 1 else MODELS
    url = os.environ["ELASTICSEARCH_URL"]
    prefix = f"mlentory-bench-{uuid.uuid4().hex}"
    batches = prepared(models, ElasticsearchStore.batch_size)
    stores, clients, parallel = [], [], []
    try:
        for turn in range(ROUNDS):
            clients.append(by_client(url, f"{prefix}-bare-{turn}", batches))
            parallel.append(by_client(url, f"{prefix}-parallel-{turn}", batches, at_once=REQUESTS_AT_ONCE))
            stores.append(by_store(url, f"{prefix}-{turn}", batches))
    finally:
        with Elasticsearch(url) as client:
            for index in client.indices.get(index=f"{prefix}*"):
                client.indices.delete(index=index)
    first, again = min(one for one, _ in stores), min(two for _, two in stores)
    sys.stdout.write(f"{models} models: store {first:.1f} s ({models / first:,.0f}/s), the same again {again:.1f} s\n")
    for at_once, bare in ((1, min(clients)), (REQUESTS_AT_ONCE, min(parallel))):
        sys.stdout.write(
            f"bare client, {at_once} at once: {bare:.1f} s ({models / bare:,.0f}/s): {bare / first:.2f} of its rate\n"
        )


if __name__ == "__main__":
    main()
