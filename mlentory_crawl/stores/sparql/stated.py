"""Changes in triples: the lines of each subject, and what belongs to it in the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import quote

import orjson
import pyoxigraph as ox

from fair4ml.identifiers import inside
from fair4ml.write.rdf import counters, triples
from fair4ml.write.safe_iris import safe_iri
from mlentory_crawl.changes import Change

OWN = "urn:mlentory:"
"""The beginning of all IRIs that the store adds for itself, outside of what queries see."""
ENTITY, DIGEST, TOMBSTONE, NAMES, HOLDS, DESCRIBED, STATED, BURIED = (
    f"<{OWN}{name}>" for name in ("entity", "digest", "tombstone", "names", "holds", "described", "stated", "buried")
)
"""The predicates of notes; and how a key holds a subject: it states and describes it, it only states something of it,
or it describes it by saying that it is gone."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Content of one catalog key. Subjects are written as in N-Triples; so are lines, without an end of line.

    Attributes:
        graph: the graph in which the store notes what belongs to the key.
        iri: the entity.
        things: the lines of each subject that the entity's own triples are about: it, and its parts.
        names: the lines of each subject that it only names, as one text.
        describes: the subjects of which it says all there is, so that nobody's name for them is shown.
    """

    graph: str
    iri: str
    things: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    describes: frozenset[str] = frozenset()

    @property
    def is_live(self) -> bool:
        """True if it has triples."""
        return bool(self.things)

    def digest(self) -> str:
        """Return what is equal where everything is."""
        content = [self.iri, self.things, self.names, sorted(self.describes)]
        return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()

    def notes(self) -> Iterable[str]:
        """Return the lines that the store keeps in the graph of the key, without that of the digest."""
        yield f"{self.graph} {ENTITY} {literal(self.iri)}"
        for subject in self.things:
            yield f"{subject} {HOLDS} {DESCRIBED if subject in self.describes else STATED}"
        for subject in self.describes - self.things.keys():
            yield f"{subject} {HOLDS} {BURIED}"
        for subject, lines in self.names.items():
            yield f"{subject} {NAMES} {literal(lines)}"

    def seal(self) -> str:
        """Return the line of the digest: with it, the key is complete."""
        return f"{self.graph} {DIGEST if self.is_live else TOMBSTONE} {literal(self.digest())}"


def literal(text: str) -> str:
    """Return a text as a literal."""
    return orjson.dumps(text).decode()


def graph_of(key: str) -> str:
    """Return the graph of a catalog key."""
    return f"<{OWN}key:{quote(key, safe='', errors='surrogatepass')}>"


def stated(change: Change) -> Stated:
    """Return what a change says.

    Raises:
        SyntaxError: it says something that is no RDF.
        Exception: its state is none.
    """
    graph, state = graph_of(change.key), change.state
    if state is None:
        return Stated(graph, change.iri)
    root, within = state["root"]["iri"], inside(state["root"]["iri"])
    iris = [root, *(part["iri"] for part in state["parts"] if part["iri"].startswith(within))]
    describes = frozenset(f"<{safe_iri(iri)}>" for iri in iris)
    if change.deleted_at is not None:
        return Stated(graph, root, describes=describes)
    things: dict[str, list[str]] = {}
    entity = {"root": state["root"], "parts": state["parts"]}
    for subject, predicate, term in triples(entity, counters(root, state["counters"])):
        things.setdefault(subject, []).append(f"{subject} {predicate} {term}")
    names: dict[str, set[str]] = {}
    for stub in state["stubs"]:
        names.setdefault(f"<{safe_iri(stub['iri'])}>", set()).update(
            f"{subject} {predicate} {term}" for subject, predicate, term in triples({"stubs": [stub]})
        )
    said = Stated(
        graph, root, things, {subject: "\n".join(sorted(lines)) for subject, lines in names.items()}, describes
    )
    lines = [line for block in (*things.values(), *names.values()) for line in block]
    for _ in ox.parse(statements(lines), ox.RdfFormat.N_TRIPLES):
        pass
    return said


def statements(lines: Iterable[str]) -> str:
    """Return lines as a document."""
    return "".join(f"{line} .\n" for line in lines)
