"""The routes of the API, subject by subject."""

from __future__ import annotations

from mlentory_crawl.service.api import (
    audit,
    boards,
    changes,
    comparison,
    drift,
    dumps,
    entities,
    history,
    lineage,
    search,
    search_table,
    similar,
    state,
    texts,
    used,
)

PARTS = (
    search, search_table, entities, lineage, history, similar, comparison, boards, texts, changes, drift, state, dumps,
    audit, used,
)  # fmt: skip
ROUTERS = tuple(part.router for part in PARTS)
"""In the order in which they are tried: the last one takes whatever name is left."""
