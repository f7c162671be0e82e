"""The catalog's graph in Neo4j."""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from fair4ml.entities import CLASSES
from fair4ml.property_graph import Edge, Graph, Node, graph
from mlentory_crawl.stores.protocols import Change, Position, Refusal, StoreError

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction, Session

OLDEST_MAJOR = 5
RETRY_SECONDS = 30.0
CLEAR_ROWS = 10_000

SCHEMA: tuple[str, ...] = (
    "CREATE CONSTRAINT entity_iri IF NOT EXISTS FOR (n:Entity) REQUIRE n.iri IS UNIQUE",
    "CREATE INDEX entity_record IF NOT EXISTS FOR (n:Entity) ON (n.record)",
    "CREATE INDEX model_name IF NOT EXISTS FOR (n:MLModel) ON (n.name)",
    "CREATE INDEX model_downloads IF NOT EXISTS FOR (n:MLModel) ON (n.downloads)",
    "CREATE INDEX model_created IF NOT EXISTS FOR (n:MLModel) ON (n.dateCreated)",
    "CREATE INDEX model_modified IF NOT EXISTS FOR (n:MLModel) ON (n.dateModified)",
    "CREATE INDEX term_name IF NOT EXISTS FOR (n:DefinedTerm) ON (n.name)",
    "CREATE INDEX dataset_name IF NOT EXISTS FOR (n:Dataset) ON (n.name)",
    "CREATE INDEX evaluation_metric IF NOT EXISTS FOR (n:MLModelEvaluation) ON (n.evaluationMetrics)",
)
"""What most questions begin at."""


class Neo4jStore:
    """A projection's store in a Neo4j database of its own.

    A thing's node and those of its parts carry the catalog key of the record that leads as ``record``, and so do the
    relationships that the record states. The thing's own node carries the hash of all of that: what is equal is not
    written again. Nodes without ``record`` are only named.

    Args:
        uri: where the server is, such as ``neo4j://localhost:7687``.
        user, password: the credentials; None where the server asks for none.
        database: its name; None for the server's default.
    """

    backend = "neo4j"
    batch_size = 1_000

    def __init__(self, uri: str, user: str | None, password: str | None, database: str | None) -> None:
        self._uri = uri
        self._auth = (user or "neo4j", password) if password else None
        self._database = database
        self._driver: Driver | None = None
        self._pending: Position | None = None
        self._durable: Position | None = None
        self.equal = 0
        self.changed: Counter[str] = Counter()
        """What the server says that the last `write` changed, by the names of its counters."""

    # Connecting

    def open(self) -> Position | None:
        """Connect, check that the database is this program's or empty, and prepare constraint and indexes."""
        with self._failures_told():
            self._check_version()
            self._durable = self._position()
            if self._durable is None and self._one("MATCH (n) RETURN count(n)"):
                raise StoreError(
                    f"the database at {self._uri} holds something else: mlentory_crawl needs one of its own"
                )
            for statement in SCHEMA:
                self._run(statement)
            self._run("CALL db.awaitIndexes(300)")
        return self._durable

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        with self._failures_told():
            return self._position(), self.counts()

    def counts(self) -> dict[str, int]:
        """Nodes, those that are only named among them, and relationships."""
        with self._failures_told():
            nodes = self._one("MATCH (n:Entity) RETURN count(n)")
            return {"nodes": nodes, "edges": self._one("MATCH ()-[r]->() RETURN count(r)")}

    def close(self) -> None:
        driver, self._driver, self._pending = self._driver, None, None
        if driver is not None:
            driver.close()

    def _connected(self) -> Driver:
        if self._driver is None:
            from neo4j import GraphDatabase  # takes a while, and most crawls do without

            self._driver = GraphDatabase.driver(
                self._uri,
                auth=self._auth,
                max_transaction_retry_time=RETRY_SECONDS,
                connection_acquisition_timeout=RETRY_SECONDS,
                notifications_min_severity="OFF",
            )
        return self._driver

    def _session(self) -> Session:
        return self._connected().session(database=self._database)

    def _check_version(self) -> None:
        rows = self._run("CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0]")
        version = str(rows[0][0]) if rows else "unknown"
        major = version.partition(".")[0]
        if not major.isdigit() or int(major) < OLDEST_MAJOR:
            raise StoreError(
                f"the Neo4j at {self._uri} is version {version}; {OLDEST_MAJOR} is the oldest that will do"
            )

    def _position(self) -> Position | None:
        rows = self._run("MATCH (p:MlentoryPosition) RETURN p.catalog, p.run, p.sequence")
        return Position(*rows[0]) if rows else None

    def _run(self, query: str, **parameters: Any) -> list[Any]:
        with self._session() as session:
            return [record.values() for record in session.run(query, parameters)]

    def _one(self, query: str) -> int:
        return int(self._run(query)[0][0])

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        from neo4j.exceptions import ConfigurationError, DriverError, Neo4jError

        try:
            yield
        except (Neo4jError, DriverError, ConfigurationError, OSError, ValueError) as error:
            told = " ".join(str(error).split()) or type(error).__name__
            raise StoreError(f"Neo4j at {self._uri}: {told[:500]}") from error

    # Writing

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        """Replace what the graph has of each change's record; one transaction, or as many as refusals take."""
        latest = {change.key: change for change in changes}
        graphs: dict[str, Graph | None] = {}
        refusals = []
        for key, change in latest.items():
            try:
                graphs[key] = None if change.state is None else graph_of(change)
            except (ValueError, KeyError, OverflowError) as error:
                refusals.append(Refusal(key, f"{type(error).__name__}: {error}"))
        with self._failures_told(), self._session() as session:
            self.changed = Counter()
            refusals += _write(session, [(latest[key], found) for key, found in graphs.items()], self.changed)
        self.equal = self.changed.pop(_EQUAL, 0)
        self._pending = position
        return refusals

    def flush(self) -> Position | None:
        """Note in the database up to where it is complete."""
        if self._pending is None:
            return self._durable
        position = asdict(self._pending)
        with self._failures_told(), self._session() as session:
            session.execute_write(
                lambda tx: tx.run("MERGE (p:MlentoryPosition) SET p += $position", position=position).consume()
            )
        self._durable, self._pending = self._pending, None
        return self._durable

    def clear(self) -> None:
        """Delete everything, in batches; refuse where the database never was this program's."""
        with self._failures_told():
            self._run(f"MATCH (n:Entity) CALL {{ WITH n DETACH DELETE n }} IN TRANSACTIONS OF {CLEAR_ROWS} ROWS")
            self._run("MATCH (p:MlentoryPosition) DELETE p")
        self._durable = self._pending = None

    def publish(self) -> None:
        """Nothing: a graph has no second version beside it."""


def graph_of(change: Change) -> Graph:
    """The graph of a change's state, with counters and the mark of a tombstone on the thing's own node."""
    assert change.state is not None
    nodes, edges = graph(change.state)
    more: dict[str, Any] = dict(change.state.get("counters", {}))
    if change.deleted_at is not None:
        more["deletedAt"] = change.deleted_at
    nodes = [
        Node(node.iri, node.labels, {**node.properties, **more}, node.described) if node.iri == change.iri else node
        for node in nodes
    ]
    known = {node.iri for node in nodes}
    # An edge of something that is neither described nor named has no node to hang on.
    return Graph(nodes, [edge for edge in edges if edge.source in known and edge.target in known])


def _digest(change: Change, found: Graph) -> str:
    nodes = [(node.iri, node.labels, dict(node.properties), node.described) for node in found.nodes]
    edges = [(edge.source, edge.type, edge.target, dict(edge.properties)) for edge in found.edges]
    text = orjson.dumps([change.iri, nodes, edges], option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=16).hexdigest()


Wanted = tuple[Change, Graph | None]

_COUNTED = (
    "nodes_created nodes_deleted relationships_created relationships_deleted properties_set labels_added labels_removed"
).split()


_EQUAL = "equal"
"""Counted with them: changes that the graph had already."""


class _Transaction:
    """A transaction that sums up what the server says that it changed."""

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


def _write(session: Session, wanted: list[Wanted], changed: Counter[str]) -> list[Refusal]:
    """Write changes; where the server refuses them, by halves, so that a bad one takes no neighbor with it."""
    from neo4j.exceptions import ClientError, DatabaseError

    if not wanted:
        return []
    try:
        changed += session.execute_write(_replace, wanted)
    except (ClientError, DatabaseError, OverflowError, struct.error, TypeError, ValueError) as error:
        if isinstance(error, ClientError) and (error.code or "").startswith("Neo.ClientError.Security"):
            raise
        if len(wanted) == 1:
            return [Refusal(wanted[0][0].key, " ".join(str(error).split())[:500])]
        middle = len(wanted) // 2
        return [*_write(session, wanted[:middle], changed), *_write(session, wanted[middle:], changed)]
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
    tx.changed[_EQUAL] += len(wanted) - len(differing)
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
    """What records stated before and may state no more.

    Args:
        tx: the transaction.
        described: the nodes that each record described, by catalog key.
    """

    def __init__(self, tx: _Transaction, described: Mapping[str, set[str]]) -> None:
        self._tx = tx
        self._described = {iri: key for key, iris in described.items() for iri in iris}
        self._stated: dict[str, tuple[str, str, str, str, dict[str, Any]]] = {}
        self.standing: set[tuple[str, str, str, str]] = set()
        """What is stated again, as it stands: record, source, type and target."""

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
        forgotten = sorted(self._described.keys() - described)
        if forgotten:
            # Others may still name it: then it stays as what they name.
            self._tx.run("MATCH (n:Entity) WHERE n.iri IN $iris SET n = {iri: n.iri, name: n.name}", iris=forgotten)

    def sweep(self) -> None:
        """Delete what nobody names any more."""
        touched = {iri for _, source, _, target, _ in self._stated.values() for iri in (source, target)}
        touched |= self._described.keys()
        if touched:
            self._tx.run(
                "MATCH (n:Entity) WHERE n.iri IN $iris AND n.record IS NULL AND NOT (n)--() DELETE n",
                iris=sorted(touched),
            )
