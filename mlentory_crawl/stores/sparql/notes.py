"""Notes beside the triples: to which catalog key each of them belongs.

The default graph has what queries see. Beside it each catalog key has a graph, with the subjects that it states,
describes and names. Where several keys state one subject, their graphs have its triples, too: else it would not be
known which of them go when one of the keys goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from mlentory_crawl.stores.sparql.stated import BURIED, DIGEST, ENTITY, HOLDS, NAMES, OWN, STATED, TOMBSTONE

CHOSEN = f"<{OWN}chosen>"
"""The key whose name for a subject is shown; in a graph of its own."""
CHOICES = f"<{OWN}choices>"
NOTED = frozenset(ox.NamedNode(name[1:-1]) for name in (ENTITY, DIGEST, TOMBSTONE, HOLDS, NAMES))


def node(text: str) -> ox.NamedNode:
    """Return an IRI that is written as N-Triples does."""
    return ox.NamedNode(text[1:-1])


def text_of(quad: ox.Quad) -> str:
    """Return the text of a note."""
    assert isinstance(quad.object, ox.Literal)
    return str(quad.object.value)


class Held:
    """Content of a catalog key in the database.

    Args:
        database: the database.
        graph: the graph of the key.
    """

    def __init__(self, database: ox.Store, graph: str) -> None:
        self.exists = False
        self.digest: str | None = None
        self.iri = ""
        self.states: set[str] = set()
        self.describes: set[str] = set()
        self.names: dict[str, str] = {}
        for quad in database.quads_for_pattern(None, None, None, node(graph)):
            self.exists = True
            subject, predicate = str(quad.subject), str(quad.predicate)
            if predicate == ENTITY:
                self.iri = text_of(quad)
            elif predicate in (DIGEST, TOMBSTONE):
                self.digest = text_of(quad)
            elif predicate == HOLDS:
                if str(quad.object) != BURIED:
                    self.states.add(subject)
                if str(quad.object) != STATED:
                    self.describes.add(subject)
            elif predicate == NAMES:
                self.names[subject] = text_of(quad)


class Notes:
    """The notes of a database, without those of the keys that are being replaced.

    Args:
        database: the database.
        replaced: the graphs of these keys.
    """

    def __init__(self, database: ox.Store, replaced: Iterable[str]) -> None:
        self._database = database
        self._replaced = frozenset(replaced)

    def _graphs(self, subject: str, predicate: str) -> Iterator[tuple[str, ox.Quad]]:
        for quad in self._database.quads_for_pattern(node(subject), node(predicate), None, None):
            graph = str(quad.graph_name)
            if graph not in self._replaced:
                yield graph, quad

    def stating(self, subject: str) -> list[str]:
        """Return the graphs of the keys that state a subject."""
        return [graph for graph, quad in self._graphs(subject, HOLDS) if str(quad.object) != BURIED]

    def is_described(self, subject: str) -> bool:
        """Check whether a key describes a subject."""
        return any(str(quad.object) != STATED for _, quad in self._graphs(subject, HOLDS))

    def naming(self, subject: str) -> Iterator[tuple[str, str, str]]:
        """Return entity, graph and lines of each key that names a subject."""
        for graph, quad in self._graphs(subject, NAMES):
            yield self.entity(graph), graph, text_of(quad)

    def entity(self, graph: str) -> str:
        """Return the entity of a key."""
        found = self._database.quads_for_pattern(node(graph), node(ENTITY), None, node(graph))
        return next((text_of(quad) for quad in found), "")

    def named_by(self, graph: str, subject: str) -> str:
        """Return the lines by which a key names a subject."""
        found = self._database.quads_for_pattern(node(subject), node(NAMES), None, node(graph))
        return next(text_of(quad) for quad in found)

    def chosen(self, subject: str) -> str | None:
        """Return the graph of the key whose name for a subject is shown."""
        found = self._database.quads_for_pattern(node(subject), node(CHOSEN), None, node(CHOICES))
        return next((str(quad.object) for quad in found), None)

    def copied(self, subject: str, graph: str) -> list[str]:
        """Return the lines of a subject that a key has a copy of."""
        found = self._database.quads_for_pattern(node(subject), None, None, node(graph))
        return [str(quad.triple) for quad in found if quad.predicate not in NOTED]

    def is_shown(self, subject: str) -> bool:
        """Check whether queries see a subject."""
        found = self._database.quads_for_pattern(node(subject), None, None, ox.DefaultGraph())
        return next(found, None) is not None

    def shown(self, subject: str) -> list[str]:
        """Return the lines of a subject that queries see."""
        found = self._database.quads_for_pattern(node(subject), None, None, ox.DefaultGraph())
        return [str(quad.triple) for quad in found]
