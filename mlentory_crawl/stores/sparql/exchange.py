"""Deletions and insertions after which the triples are those of the keys as they are now, and of nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pyoxigraph as ox

from mlentory_crawl.stores.sparql.notes import CHOICES, CHOSEN, Held, Notes
from mlentory_crawl.stores.sparql.stated import Stated, statements


class Name(NamedTuple):
    """A key's name for a subject; the smallest is shown, as in exports, which are sorted by entity."""

    iri: str
    graph: str
    lines: str


class Exchange:
    """The exchange of what keys hold for what they hold now.

    What several entities state is deleted only with the last of them. A name for an entity is shown where nobody
    describes it: that of the first entity that has one.

    Args:
        database: the database.
        said: what the keys hold from now on, by graph.
        held: what they hold in the database.
    """

    def __init__(self, database: ox.Store, said: Mapping[str, Stated], held: Mapping[str, Held]) -> None:
        self._notes = Notes(database, said)
        self._said = said
        self._held = held
        self._stating: dict[str, list[str]] = {}
        self._describes: set[str] = set()
        self._names: dict[str, list[Name]] = {}
        self._cleared: list[str] = []
        self._unchosen: list[str] = []
        self._dropped = [graph for graph, had in held.items() if had.exists]
        self._shown: list[str] = []
        self._noted: dict[str, list[str]] = {}
        self._sealed: dict[str, list[str]] = {}
        self._compare()

    def _compare(self) -> None:
        touched: set[str] = set()
        renamed: set[str] = set()
        for graph, now in self._said.items():
            had = self._held[graph]
            touched |= had.states | now.things.keys()
            if had.exists and had.digest is None:
                # A process ended while it was written: nobody knows how far it came.
                touched |= had.describes | had.names.keys()
            renamed |= had.describes ^ now.describes
            renamed |= {
                subject
                for subject in had.names.keys() | now.names.keys()
                if had.iri != now.iri or had.names.get(subject) != now.names.get(subject)
            }
            self._describes |= now.describes
            for subject in now.things:
                self._stating.setdefault(subject, []).append(graph)
            for subject, lines in now.names.items():
                self._names.setdefault(subject, []).append(Name(now.iri, graph, lines))
            if now.things or now.describes:
                self._noted.setdefault(graph, []).extend(now.notes())
                self._sealed[graph] = [now.seal()]
        for subject in sorted(touched | renamed):
            self._replace(subject, is_touched=subject in touched)

    def _replace(self, subject: str, *, is_touched: bool) -> None:
        notes = self._notes
        before = notes.chosen(subject)
        is_described = subject in self._describes or notes.is_described(subject)
        choice = None if is_described else self._choice(subject, before)
        if not is_touched and (choice and choice.graph) == before and not self._is_reworded(subject, choice):
            return
        others = notes.stating(subject)
        owners = {graph: notes.copied(subject, graph) or notes.shown(subject) for graph in others}
        owners |= {graph: self._said[graph].things[subject] for graph in self._stating.get(subject, ())}
        lines = [line for stated in owners.values() for line in stated]
        if choice is not None:
            lines += choice.lines.split("\n")
        self._shown += dict.fromkeys(lines)
        if len(owners) > 1 or (owners and choice):
            for graph, stated in owners.items():
                self._noted.setdefault(graph, []).extend(stated)
        if notes.is_shown(subject):
            self._cleared.append(subject)
        if before is not None and (choice is None or choice.graph != before):
            self._unchosen.append(subject)
        if choice is not None and choice.graph != before:
            self._sealed.setdefault(CHOICES, []).append(f"{subject} {CHOSEN} {choice.graph}")

    def _is_reworded(self, subject: str, choice: Name | None) -> bool:
        return (
            choice is not None
            and choice.graph in self._held
            and self._held[choice.graph].names.get(subject) != choice.lines
        )

    def _choice(self, subject: str, before: str | None) -> Name | None:
        """Return the name to show of those that there are."""
        notes, names = self._notes, list(self._names.get(subject, ()))
        if before is not None and before not in self._said:
            names.append(Name(notes.entity(before), before, notes.named_by(before, subject)))
        elif before is None or not names or min(names)[:2] > (self._held[before].iri, before):
            # Any name may be the next: those that were not chosen so far come behind the chosen one.
            names += (Name(*each) for each in notes.naming(subject))
        return min(names, default=None)

    @property
    def adds(self) -> int:
        """The number of lines that are inserted."""
        return len(self._shown) + sum(map(len, self._noted.values()))

    @property
    def replaces(self) -> bool:
        """True if a key had something before."""
        return bool(self._dropped)

    def update(self) -> str:
        """Return all of it as one update, which the database makes in one transaction."""
        steps = self._deletions()
        if self.adds or self._sealed:
            steps.append(f"INSERT DATA {{\n{statements(self._shown)}{_graphs(self._noted)}{_graphs(self._sealed)}}}")
        return " ;\n".join(steps)

    def _deletions(self) -> list[str]:
        steps = []
        if self._cleared:
            steps.append(f"DELETE {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {' '.join(self._cleared)} }} ?s ?p ?o }}")
        steps += [f"DROP SILENT GRAPH {graph}" for graph in self._dropped]
        if self._unchosen:
            inside = f"GRAPH {CHOICES} {{ ?s ?p ?o }}"
            steps.append(f"DELETE {{ {inside} }} WHERE {{ VALUES ?s {{ {' '.join(self._unchosen)} }} {inside} }}")
        return steps

    def load(self, database: ox.Store) -> None:
        """Make the same of keys that had nothing before, quicker, and so that it can be made again after a kill."""
        # The notes first: they say to whom that belongs which is there when it ends in between.
        noted = "".join(f"{line} {graph} .\n" for graph, lines in self._noted.items() for line in lines)
        database.bulk_load(noted, ox.RdfFormat.N_QUADS)
        if deletions := self._deletions():
            database.update(" ;\n".join(deletions))
        database.bulk_load(statements(self._shown), ox.RdfFormat.N_TRIPLES)
        database.update(f"INSERT DATA {{\n{_graphs(self._sealed)}}}")


def _graphs(lines: Mapping[str, list[str]]) -> str:
    return "".join(f"GRAPH {graph} {{\n{statements(some)}}}\n" for graph, some in lines.items())
