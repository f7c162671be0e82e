"""Replacing in Neo4j what records state, in transactions that touch only what differs."""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from fair4ml.entities import CLASSES
from fair4ml.write.property_graph import Edge, Graph, Node
from mlentory_crawl.changes import Change, Refusal
from mlentory_crawl.stores.errors import error_message

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Session

Wanted = tuple[Change, Graph | None]
"""A change, and its graph where something is to be there."""

_COUNTED = (
    "nodes_created nodes_deleted relationships_created relationships_deleted properties_set labels_added labels_removed"
).split()


EQUAL = "equal"
"""Counted with them: changes that the graph had already."""


def _digest(change: Change, found: Graph) -> str:
    nodes = [(node.iri, node.labels, dict(node.properties), node.described) for node in found.nodes]
    edges = [(edge.source, edge.type, edge.target, dict(edge.properties)) for edge in found.edges]
    text = orjson.dumps([change.iri, nodes, edges], option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=16).hexdigest()


class _Transaction:
    """A transaction that sums up the server's counters."""

    def __init__(self, tx: ManagedTransaction) -> None:
        self._tx = tx
        self.changed: Counter[str] = Counter()

    def run(self, query: str, **parameters: Any) -> list[list[Any]]:
        """The rows that a query gives."""
        result = self._tx.run(query, parameters)
        rows = result.values()
        counters = result.consume().counters
        self.changed += Counter({name: getattr(counters, name) for name in _COUNTED})
        return rows


def write(session: Session, wanted: list[Wanted], changed: Counter[str]) -> list[Refusal]:
    """Replace what the graph has of each change's record.

    A batch that the server refuses is tried by halves: a bad change takes no neighbor with it.

    Args:
        session: of the database.
        wanted: one for each catalog key.
        changed: the server's counters are added to it, and how many changes the graph had already.
    """
    from neo4j.exceptions import ClientError, DatabaseError

    if not wanted:
        return []
    try:
        changed += session.execute_write(_replace, wanted)
    except (ClientError, DatabaseError, OverflowError, struct.error, TypeError, ValueError) as error:
        if isinstance(error, ClientError) and (error.code or "").startswith("Neo.ClientError.Security"):
            raise
        if len(wanted) == 1:
            return [Refusal(wanted[0][0].key, error_message(error))]
        middle = len(wanted) // 2
        return [*write(session, wanted[:middle], changed), *write(session, wanted[middle:], changed)]
    return []


def _replace(transaction: ManagedTransaction, wanted: list[Wanted]) -> Counter[str]:
    tx = _Transaction(transaction)
    digests = {change.key: _digest(change, found) for change, found in wanted if found is not None}
    before: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for key, iri, digest in tx.run(
        "MATCH (n:Entity) WHERE n.record IN $keys RETURN n.record, n.iri, n.hash",
        keys=[change.key for change, _ in wanted],
    ):
        before[key][iri] = digest
    differing = [
        (change, found)
        for change, found in wanted
        if (before[change.key] if found is None else before[change.key].get(change.iri) != digests[change.key])
    ]
    tx.changed[EQUAL] += len(wanted) - len(differing)
    left = _Leftovers(tx, {change.key: set(before[change.key]) for change, _ in differing})
    left.collect()
    _describe(tx, differing, digests)
    edges = [(change.key, edge) for change, found in differing if found is not None for edge in found.edges]
    left.delete(edges, {node.iri for _, found in differing if found for node in found.nodes if node.described})
    _relate(tx, [(key, edge) for key, edge in edges if (key, *edge[:3]) not in left.standing])
    left.sweep()
    return tx.changed


def _describe(tx: _Transaction, wanted: list[Wanted], digests: Mapping[str, str]) -> None:
    described: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    named: dict[str, Node] = {}
    for change, found in wanted:
        for node in found.nodes if found is not None else ():
            if not node.described:
                named[node.iri] = node
                continue
            own: dict[str, Any] = {**node.properties, "iri": node.iri, "record": change.key}
            if node.iri == change.iri:
                own["hash"] = digests[change.key]
            described[node.labels[1]].append(own)
    for label, rows in sorted(described.items()):
        rows.sort(key=lambda row: row["iri"])
        mislabeled = tx.run(
            f"UNWIND $rows AS row MERGE (n:Entity {{iri: row.iri}}) SET n = row, n:{label}"
            f" WITH n WHERE size(labels(n)) > 2 RETURN n.iri",
            rows=rows,
        )
        if iris := [iri for (iri,) in mislabeled]:
            others = "".join(f":{name}" for name in CLASSES if name != label)
            tx.run(f"MATCH (n:Entity) WHERE n.iri IN $iris REMOVE n{others}", iris=iris)
    stubs: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for iri, node in sorted(named.items()):
        stubs[node.labels[1]].append({"iri": iri, "name": node.properties.get("name")})
    for label, rows in sorted(stubs.items()):
        tx.run(
            f"UNWIND $rows AS row MERGE (n:Entity {{iri: row.iri}}) ON CREATE SET n.name = row.name, n:{label}",
            rows=rows,
        )


def _relate(tx: _Transaction, stated: Iterable[tuple[str, Edge]]) -> None:
    by_type: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, edge in stated:
        own = {**edge.properties, "record": key}
        by_type[edge.type].append({"source": edge.source, "target": edge.target, "record": key, "own": own})
    for kind, rows in sorted(by_type.items()):
        rows.sort(key=lambda row: (row["source"], row["target"]))
        tx.run(
            "UNWIND $rows AS row MATCH (a:Entity {iri: row.source}) MATCH (b:Entity {iri: row.target})"
            f" MERGE (a)-[r:{kind} {{record: row.record}}]->(b) SET r = row.own",
            rows=rows,
        )


class _Leftovers:
    """Nodes and relationships that records stated before and may state no more.

    Args:
        tx: the transaction.
        described: the nodes that each record described, by catalog key.
    """

    def __init__(self, tx: _Transaction, described: Mapping[str, set[str]]) -> None:
        self._tx = tx
        self._described = {iri: key for key, iris in described.items() for iri in iris}
        self._stated: dict[str, tuple[str, str, str, str, dict[str, Any]]] = {}
        self.standing: set[tuple[str, str, str, str]] = set()
        """Relationships that are stated again as they are: record, source, type and target."""

    def collect(self) -> None:
        """Read the relationships that the records stated."""
        if not self._described:
            return
        rows = self._tx.run(
            """UNWIND $rows AS row MATCH (n:Entity {iri: row.iri})-[r]-() WHERE r.record = row.record
               RETURN DISTINCT elementId(r), r.record, startNode(r).iri, type(r), endNode(r).iri, properties(r)""",
            rows=[{"iri": iri, "record": key} for iri, key in sorted(self._described.items())],
        )
        self._stated = {id: (key, source, kind, target, own) for id, key, source, kind, target, own in rows}

    def delete(self, edges: Iterable[tuple[str, Edge]], described: set[str]) -> None:
        """Delete the relationships that no record states any more, and what only they kept.

        Args:
            edges: what the records state now.
            described: the nodes that they describe now.
        """
        now = {(key, *edge[:3]): {**edge.properties, "record": key} for key, edge in edges}
        stale = []
        for id, (*stated, own) in self._stated.items():
            again = now.get((stated[0], stated[1], stated[2], stated[3]))
            if again is None:
                stale.append(id)
            elif again == own:
                self.standing.add((stated[0], stated[1], stated[2], stated[3]))
        if stale:
            self._tx.run("MATCH ()-[r]->() WHERE elementId(r) IN $ids DELETE r", ids=stale)
        left = sorted(self._described.keys() - described)
        if left:
            # Others may still name it: then it stays as what they name.
            self._tx.run("MATCH (n:Entity) WHERE n.iri IN $iris SET n = {iri: n.iri, name: n.name}", iris=left)

    def sweep(self) -> None:
        """Delete the nodes that no record names any more."""
        touched = {iri for _, source, _, target, _ in self._stated.values() for iri in (source, target)}
        touched |= self._described.keys()
        if touched:
            self._tx.run(
                "MATCH (n:Entity) WHERE n.iri IN $iris AND n.record IS NULL AND NOT (n)--() DELETE n",
                iris=sorted(touched),
            )
