"""The catalog's graph in Neo4j."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Self

from fair4ml.write.property_graph import Graph, Node, graph
from mlentory_crawl.changes import Change, Position, Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.extras import install_command
from mlentory_crawl.stores.errors import error_message
from mlentory_crawl.stores.neo4j.write import EQUAL, write

if TYPE_CHECKING:
    from neo4j import Driver, Session

OLDEST_MAJOR = 5
RETRY_SECONDS = 30.0
CLEAR_ROWS = 10_000
INDEX_BYTES = 8_000
"""Bytes of an indexed value; Neo4j refuses what takes more than 8,164 in an index, lists as a whole."""
ENTRY_OVERHEAD = 8
"""Bytes beside its text that each entry of a list takes there, and some to spare."""

INDEXED: dict[str, tuple[str, str]] = {
    "model_name": ("MLModel", "name"),
    "model_downloads": ("MLModel", "downloads"),
    "model_created": ("MLModel", "dateCreated"),
    "model_modified": ("MLModel", "dateModified"),
    "term_name": ("DefinedTerm", "name"),
    "dataset_name": ("Dataset", "name"),
    "evaluation_metric": ("MLModelEvaluation", "evaluationMetrics"),
}
"""Label and property of each index: most questions begin there."""

SCHEMA = (
    "CREATE CONSTRAINT entity_iri IF NOT EXISTS FOR (n:Entity) REQUIRE n.iri IS UNIQUE",
    "CREATE INDEX entity_record IF NOT EXISTS FOR (n:Entity) ON (n.record)",
    *(f"CREATE INDEX {index} IF NOT EXISTS FOR (n:{label}) ON (n.{name})" for index, (label, name) in INDEXED.items()),
)


class Neo4jStore:
    """A projection's store in a Neo4j database of its own.

    An entity's node and those of its parts carry the catalog key of the record that leads as ``record``, and so do the
    relationships that the record states. The entity's own node carries the hash of all of that: what is equal is not
    written again. Nodes without ``record`` are only named.

    Args:
        uri: where the server is, such as ``neo4j://localhost:7687``.
        user, password: the credentials; None where the server asks for none.
        database: its name; None for the server's default.
    """

    backend = "neo4j"
    batch_size = 1_000
    kinds: frozenset[str] | None = None

    def __init__(self, uri: str, user: str | None, password: str | None, database: str | None) -> None:
        self._uri = uri
        self._auth = (user or "neo4j", password) if password else None
        self._database = database
        self._driver: Driver | None = None
        self._pending: Position | None = None
        self._durable: Position | None = None
        self.equal = 0
        self.changed: Counter[str] = Counter()
        """Counters of what the last `write` changed, by the names that the server has for them."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The store that the settings describe.

        Raises:
            StoreError: its driver is not installed.
        """
        if find_spec("neo4j") is None:
            raise StoreError(f"NEO4J_URI needs the Neo4j driver: {install_command('neo4j')}")
        user, password, database = (settings.get(f"NEO4J_{name}") for name in ("USERNAME", "PASSWORD", "DATABASE"))
        return cls(settings["NEO4J_URI"], user, password, database)

    # Connecting

    def open(self) -> Position | None:
        """Connect, check that the database is this program's or empty, and prepare constraint and indexes."""
        with self._store_errors():
            self._check_version()
            self._durable = self._position()
            if self._durable is None and self._one("MATCH (n) RETURN count(n)"):
                raise StoreError(
                    f"the database at {self._uri} contains other data; mlentory needs its own (see NEO4J_DATABASE)"
                )
            for statement in SCHEMA:
                self._run(statement)
            self._run("CALL db.awaitIndexes(300)")
        return self._durable

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        with self._store_errors():
            return self._position(), self.counts()

    def counts(self) -> dict[str, int]:
        """Nodes, those that are only named among them, and relationships."""
        with self._store_errors():
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
            raise StoreError(f"expected Neo4j {OLDEST_MAJOR} or newer at {self._uri}, got version {version}")

    def _position(self) -> Position | None:
        rows = self._run("MATCH (p:MlentoryPosition) RETURN p.catalog, p.run, p.sequence")
        return Position(*rows[0]) if rows else None

    def _run(self, query: str, **parameters: Any) -> list[Any]:
        with self._session() as session:
            return [record.values() for record in session.run(query, parameters)]

    def _one(self, query: str) -> int:
        return int(self._run(query)[0][0])

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        from neo4j.exceptions import ConfigurationError, DriverError, Neo4jError

        try:
            yield
        except (Neo4jError, DriverError, ConfigurationError, OSError, ValueError) as error:
            raise StoreError(f"Neo4j at {self._uri}: {error_message(error)}") from error

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
        with self._store_errors(), self._session() as session:
            self.changed = Counter()
            refusals += write(session, [(latest[key], found) for key, found in graphs.items()], self.changed)
        self.equal = self.changed.pop(EQUAL, 0)
        self._pending = position
        return refusals

    def flush(self) -> Position | None:
        """Note in the database up to where it is complete."""
        if self._pending is None:
            return self._durable
        position = asdict(self._pending)
        with self._store_errors(), self._session() as session:
            session.execute_write(
                lambda tx: tx.run("MERGE (p:MlentoryPosition) SET p += $position", position=position).consume()
            )
        self._durable, self._pending = self._pending, None
        return self._durable

    def clear(self) -> None:
        """Delete everything, in batches; refuse where the database never was this program's."""
        with self._store_errors():
            self._run(f"MATCH (n:Entity) CALL {{ WITH n DETACH DELETE n }} IN TRANSACTIONS OF {CLEAR_ROWS} ROWS")
            self._run("MATCH (p:MlentoryPosition) DELETE p")
        self._durable = self._pending = None

    def publish(self) -> None:
        """Nothing: a graph has no second version beside it."""


def graph_of(change: Change) -> Graph:
    """The graph of a change's state, with counters and the mark of a tombstone on the entity's own node."""
    assert change.state is not None
    nodes, edges = graph(change.state)
    more: dict[str, Any] = dict(change.state.get("counters", {}))
    if change.deleted_at is not None:
        more["deletedAt"] = change.deleted_at
    nodes = [
        Node(node.iri, node.labels, {**node.properties, **more}, node.described) if node.iri == change.iri else node
        for node in nodes
    ]
    nodes = [node._replace(properties=_indexable(node.labels[1], node.properties)) for node in nodes]
    known = {node.iri for node in nodes}
    # An edge of an entity that is neither described nor named has no node to hang on.
    return Graph(nodes, [edge for edge in edges if edge.source in known and edge.target in known])


def _indexable(label: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties, with what is too long for an index cut; the whole of it is beside it, as ``<name>_whole``."""
    whole: dict[str, Any] = {}
    cut: dict[str, Any] = {}
    for indexed, name in INDEXED.values():
        value = properties.get(name) if indexed == label else None
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        if sum(len(str(text).encode()) + ENTRY_OVERHEAD for text in texts) > INDEX_BYTES:
            whole[f"{name}_whole"] = value
            kept = _cut(texts)
            cut[name] = kept[0] if isinstance(value, str) else kept
    return {**properties, **cut, **whole} if cut else properties


def _cut(texts: list[str]) -> list[str]:
    """The first texts, the last of them in part: as many bytes as an index takes."""
    left, kept = INDEX_BYTES, []
    for text in texts:
        left -= ENTRY_OVERHEAD
        if left <= 0:
            break
        kept.append(text.encode()[:left].decode(errors="ignore"))
        left -= len(kept[-1].encode())
    return kept
