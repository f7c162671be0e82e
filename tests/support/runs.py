"""Runs without a crawler: how they are opened, and how their records end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from fair4ml.entities import FieldIssue
from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.commits import Entry
from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.crawl.run_settings import RunSettings
from mlentory_crawl.exceptions import CatalogError
from mlentory_crawl.items import Page, RawRecord
from support.small_catalog import BSD, document

HUB = "https://huggingface.co/"


def opened(data_dir: Path, *, ordered: bool = True, settings: RunSettings | None = None) -> Run:
    plan = CrawlPlan(
        "huggingface", "census", "census", {}, {"mode": "census"},
        resumable=True, ordered=ordered, settings=settings or RunSettings(),
    )  # fmt: skip
    return Run(data_dir, lambda catalog: plan)


def page(number: int, *keys: str) -> Page:
    return Page(number, "x", "huggingface", [("model", key) for key in keys], {"page": number + 1})


def record(of: Page, key: str, payload: Any = None) -> RawRecord:
    return RawRecord(
        platform="huggingface", kind="model", key=key, url=f"{HUB}api/models", payload=payload,
        fetched_at="2026-01-01T00:00:00Z", page=of,
    )  # fmt: skip


def store(run: Run, of: Page, key: str, *issues: FieldIssue) -> None:
    text, digest = encode(stated := document(f"acme/{key}"))
    entry = Entry(
        platform="huggingface", kind="model", key=key, iri=stated["root"]["iri"], hash=digest, modified=None,
        known=run.pages.known(record(of, key)), document=stated, text=text,
        provenance={"source": "x", "fetched_at": "2026-01-01T00:00:00Z"}, counters={},
    )  # fmt: skip
    run.pages.store(record(of, key), entry, issues)


def store_again(run: Run, of: Page, key: str, *, changed: bool = False) -> None:
    known = run.pages.known(record(of, key))
    assert known is not None
    entry = Entry.unchanged("huggingface", "model", key, known, {})
    if changed:
        text, digest = encode(stated := document(f"acme/{key}", BSD))
        entry = replace(entry, document=stated, text=text, hash=digest, provenance={"source": "x"})
    run.pages.store(record(of, key), entry, [])


def stored(run: Run) -> list[str]:
    return run.catalog.keys("huggingface", "model")


def refuse(*given: object, **named: object) -> None:
    raise CatalogError("the disk is full")
