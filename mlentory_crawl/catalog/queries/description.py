"""The description of one entity, with everything that the catalog knows about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fair4ml.document import public
from fair4ml.merge import State
from fair4ml.write import rdf
from mlentory_crawl.catalog.queries.derivations import KIND_NOT_STATED, derivations, derived_by_kind
from mlentory_crawl.catalog.queries.evaluated import Evaluated, evaluated
from mlentory_crawl.catalog.queries.find import find
from mlentory_crawl.catalog.queries.mentions import MOST, Mentions, mentions
from mlentory_crawl.catalog.queries.origins import Origin, Statement, origins, statements
from mlentory_crawl.catalog.queries.writings import AlikeText, CodeOf, Writings, alike, code_of, writings
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored
from mlentory_crawl.data_directory import in_utc
from mlentory_crawl.notebooks.shown import Shown

if TYPE_CHECKING:
    import rdflib


DERIVED = 100
"""The number of models derived from an entity that its description has; its lineage has all."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A model that derives from another one.

    Attributes:
        iri: the IRI of the model.
        kind: ``finetune``, ``adapter``, ``quantized``, ``merge``, or None if it is not stated.
    """

    iri: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class Description(Shown):
    """The merged statements about an entity, and what other records state about it.

    Attributes:
        state: the merged state: ``root``, ``parts``, ``stubs``, ``counters`` and ``platforms``.
        records: the records that it comes from; none if the entity is only named.
        derived: models that derive from it, sorted by IRI; at most `DERIVED`.
        kinds: how many derive from it, by kind as people read it, the most frequent kind first.
        mentions: the records that name it.
        written: the texts and repositories that mention it or are about it.
        code_of: of a repository, the models whose code it is.
        alike: of a text, those that read nearly the same.
    """

    state: State
    records: list[Stored]
    derived: list[Derived]
    kinds: dict[str, int]
    mentions: Mentions
    written: Writings
    code_of: CodeOf
    alike: list[AlikeText]

    @property
    def root(self) -> dict[str, Any]:
        """The properties of the entity itself, by name."""
        root: dict[str, Any] = self.state["root"]
        return root

    @property
    def iri(self) -> str:
        """The IRI under which it is known now."""
        return str(self.root["iri"])

    @property
    def deleted_at(self) -> str | None:
        """The time at which its sources were found to have deleted it (UTC)."""
        return self.records[0].deleted_at if self.records else None

    def origins(self) -> dict[str, Origin]:
        """Return the record that states each property, and its place in the source."""
        return origins(self.records)

    def statements(self) -> dict[str, list[Statement]]:
        """Return all records that state each property, the one that leads first."""
        return statements(self.records, self.root)

    def evaluations(self) -> list[Evaluated]:
        """Return the results that its records state."""
        return list(evaluated(self.state))

    def turtle(self) -> str:
        """Return the state as Turtle."""
        return rdf.turtle_header() + rdf.turtle(self.state)

    def jsonld(self) -> dict[str, Any]:
        """Return the state as JSON-LD."""
        return rdf.jsonld(self.state)

    def graph(self) -> rdflib.Graph:
        """Return the state as a graph that can be queried and joined with others."""
        import rdflib  # takes longer to load than everything else, and is rarely needed

        return rdflib.Graph().parse(data=rdf.ntriples(self.state), format="nt")

    def to_dict(self) -> dict[str, Any]:
        """Return the description as JSON."""
        return {
            **public(self.state),
            "described": bool(self.records),
            **({"deletedAt": self.deleted_at} if self.deleted_at else {}),
            "sources": [{"key": r.key, "run": r.run, "modified": r.modified, **r.provenance} for r in self.records],
            "statements": {name: [asdict(each) for each in stated] for name, stated in self.statements().items()},
            "derived": [asdict(each) for each in self.derived],
            "derivedKinds": self.kinds,
            "named": asdict(self.mentions),
            "written": asdict(self.written),
            "codeOf": asdict(self.code_of),
            "alike": [asdict(each) for each in self.alike],
        }


def describe(
    reader: CatalogReader,
    name: str,
    at: datetime | None = None,
    *,
    most: int = MOST,
    offset: int = 0,
    read: int | None = None,
) -> Description:
    """Describe the entity that a name means.

    Args:
        reader: the catalog.
        name: its name, as `find` understands it.
        at: the time whose records are described, in UTC unless it has a time zone; None for now.
        most: the maximum number of entities per platform that name it.
        offset: the number of them to leave out first.
        read: the maximum number of statements that name it that are read; None for all.

    Raises:
        NotFound: there is no such entity, or there are several of this name.
    """
    found = find(reader, name, None if at is None else in_utc(at))
    iri = found.root["iri"]
    # One more than are shown: whether they are all.
    derived = [Derived(step.child, step.kind) for step in derivations(reader, [iri], up=False, most=DERIVED + 1)]
    kinds = Counter[str | None](each.kind for each in derived)
    if len(derived) > DERIVED:
        kinds = Counter(derived_by_kind(reader, iri))
    return Description(
        found.state,
        found.records,
        derived[:DERIVED],
        {kind or KIND_NOT_STATED: count for kind, count in kinds.most_common()},
        mentions(reader, iri, most, offset, read=read),
        writings(reader, iri),
        code_of(reader, iri),
        alike(reader, found.state),
    )
