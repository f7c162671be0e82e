"""Writing to Neo4j: the store's `write` on prepared changes, against the bare driver writing the same rows.

`python -m benchmarks.neo4j [MODELS]` needs an empty database at ``NEO4J_URI`` and empties it again.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from typing import Any

from benchmarks.changes import prepared
from mlentory_crawl.changes import Change, Position
from mlentory_crawl.stores.factory import open_store
from mlentory_crawl.stores.neo4j.store import Neo4jStore, graph_of

MODELS = 20_000


def by_store(batches: list[list[Change]]) -> float:
    """Seconds that the store takes."""
    store = open_store("neo4j", os.environ)
    store.open()
    began = time.perf_counter()
    for changes in batches:
        store.write(changes, Position("benchmark", "benchmark", 1))
    store.flush()
    seconds = time.perf_counter() - began
    store.clear()
    store.close()
    return seconds


def by_driver(batches: list[list[Change]]) -> float:
    """Seconds that the driver takes for the same nodes and relationships, merged without asking what is there."""
    from neo4j import GraphDatabase

    password = os.environ.get("NEO4J_PASSWORD")
    auth = (os.environ.get("NEO4J_USERNAME", "neo4j"), password) if password else None
    with GraphDatabase.driver(os.environ["NEO4J_URI"], auth=auth) as driver:
        prepared_rows = [_rows(changes) for changes in batches]
        began = time.perf_counter()
        with driver.session() as session:
            for nodes, edges in prepared_rows:
                session.execute_write(_write, nodes, edges)
        seconds = time.perf_counter() - began
        with driver.session() as session:
            session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
    return seconds


Rows = dict[str, list[dict[str, Any]]]


def _rows(changes: list[Change]) -> tuple[Rows, Rows]:
    nodes: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    edges: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for change in changes:
        graph = graph_of(change)
        for node in graph.nodes:
            nodes[node.labels[1]][node.iri] = {"iri": node.iri, "own": {**node.properties, "iri": node.iri}}
        for edge in graph.edges:
            own = {**edge.properties, "record": change.key}
            edges[edge.type].append({"source": edge.source, "target": edge.target, "own": own})
    return {label: list(rows.values()) for label, rows in nodes.items()}, edges


def _write(tx: Any, nodes: Rows, edges: Rows) -> None:
    for label, rows in nodes.items():
        query = f"UNWIND $rows AS row MERGE (n:Entity {{iri: row.iri}}) SET n += row.own, n:{label}"
        tx.run(query, rows=rows).consume()
    for kind, rows in edges.items():
        tx.run(
            "UNWIND $rows AS row MATCH (a:Entity {iri: row.source}) MATCH (b:Entity {iri: row.target})"
            f" MERGE (a)-[r:{kind}]->(b) SET r = row.own",
            rows=rows,
        ).consume()


def main() -> None:
    """Measure, each twice in turn, and print the better of each."""
    models = int(sys.argv[1]) if len(sys.argv) > 1 else MODELS
    batches = prepared(models, Neo4jStore.batch_size)
    times = [(by_store(batches), by_driver(batches)) for _ in range(2)]
    store, driver = min(own for own, _ in times), min(bare for _, bare in times)
    sys.stdout.write(
        f"{models} models: store {store:.1f} s ({models / store:,.0f}/s), bare driver {driver:.1f} s"
        f" ({models / driver:,.0f}/s), {driver / store:.2f} of its rate\n"
    )


if __name__ == "__main__":
    main()
