"""Writing to MongoDB: the store's `write` on made-up articles, against the bare driver replacing the same documents.

`python -m benchmarks.mongodb [ARTICLES]` works in a database of its own at ``MONGODB_URI``, which it removes again.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pymongo import MongoClient, ReplaceOne

from fair4ml.merge import State
from mlentory_crawl.changes import Change, Position
from mlentory_crawl.stores.mongodb.store import MongoStore
from mlentory_crawl.stores.mongodb.stored_form import prepared

ARTICLES = 20_000
WORDS = 1_000
"""The words of a text, in the mean."""
AUTHORS = 2_000
DATABASE = "mlentory-benchmark"
BATCHES = (100, 250, 500, 1_000, 2_000)


def articles(count: int) -> Iterator[Change]:
    """Made-up articles, the same for the same count."""
    chance = random.Random(count)
    words = [f"word{number}" for number in range(5_000)]
    for number in range(count):
        iri, author = f"https://blog.example/{number}", f"https://blog.example/people/{chance.randrange(AUTHORS)}"
        text = " ".join(chance.choices(words, k=chance.randrange(2 * WORDS)))
        root = {
            "iri": iri,
            "class": "Article",
            "name": f"Article {number}",
            "url": iri,
            "description": text[:300],
            "author": [author],
            "datePublished": f"2026-01-{number % 28 + 1:02}",
            "keywords": chance.sample(words, 5),
            "languageTag": ["en"],
            "mentions": [f"https://huggingface.co/acme/model-{chance.randrange(count)}" for _ in range(3)],
        }
        stubs = [{"iri": author, "class": "Agent", "name": f"Author {author.rpartition('/')[2]}"}]
        key = f"article/article/{iri}"
        state: State = {
            "root": root, "parts": [], "stubs": stubs, "text": text,
            "key": key, "counters": {}, "platforms": ["article"], "conflicts": {},
        }  # fmt: skip
        yield Change(key, iri, state, provenance={"fetched_at": "2026-11-20T10:11:12Z"})


def by_store(changes: list[Change], size: int) -> tuple[float, float, float, float]:
    """Seconds and processor seconds of the store for all of it, then the same for the same again."""
    settings = {**os.environ, "MONGODB_DATABASE": DATABASE}
    times: list[float] = []
    for _ in range(2):
        store = MongoStore.from_settings(settings)
        store.open()
        began, used = time.perf_counter(), time.process_time()
        batches = iter(changes)
        while batch := list(islice(batches, size)):
            assert not store.write(batch, Position("benchmark", "benchmark", 1))
        store.flush()
        times += [time.perf_counter() - began, time.process_time() - used]
        store.close()
    return times[0], times[1], times[2], times[3]


def by_driver(changes: list[Change], size: int) -> tuple[float, float]:
    """Seconds and processor seconds of the driver for the same documents, prepared beforehand, without indexes."""
    documents = [found.stored for change in changes if (found := prepared(change))]
    with MongoClient[dict[str, Any]](os.environ["MONGODB_URI"]) as client:
        collection = client[DATABASE]["bare"]
        began, used = time.perf_counter(), time.process_time()
        batches = iter(documents)
        while batch := list(islice(batches, size)):
            collection.bulk_write([ReplaceOne({"_id": d["_id"]}, d, upsert=True) for d in batch], ordered=False)
        return time.perf_counter() - began, time.process_time() - used


def main() -> None:
    """Measure each size of a batch, and print it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES
    changes = list(articles(count))
    for size in BATCHES:
        with MongoClient[dict[str, Any]](os.environ["MONGODB_URI"]) as client:
            client.drop_database(DATABASE)
            took, used, again, used_again = by_store(changes, size)
            bare, used_bare = by_driver(changes, size)
            client.drop_database(DATABASE)
        sys.stdout.write(
            f"batches of {size}: {count / took:,.0f} documents/s ({used / count * 1e6:.0f} us of processor time each),"
            f" the same again {count / again:,.0f}/s ({used_again / count * 1e6:.0f} us),"
            f" bare driver {count / bare:,.0f}/s ({used_bare / count * 1e6:.0f} us)\n"
        )


if __name__ == "__main__":
    main()
