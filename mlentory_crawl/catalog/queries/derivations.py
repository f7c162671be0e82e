"""Derivations between models, as the catalog's records state them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from fair4ml.identifiers import hashed
from fair4ml.platforms import declared_sources, precedence
from mlentory_crawl.catalog.reader import CatalogReader

KIND_NOT_STATED = "kind not stated"
"""The text for people if the kind of a derivation is not stated."""

FOUND_BY_THE_PLATFORM = frozenset({"baseModels"})
"""Source fields that the platform determined itself, rather than the author."""


@dataclass(frozen=True, slots=True)
class Step:
    """One derivation; there is only one between two models, whoever states it.

    Attributes:
        child, parent: the IRIs of the models.
        kind: ``finetune``, ``adapter``, ``quantized``, ``merge``, or None if it is not stated.
        record: the catalog key of the record that states it.
        field: the field of the source that it comes from.
        how: ``resolved`` by the platform, or ``declared`` by the author.
    """

    child: str
    parent: str
    kind: str | None
    record: str
    field: str
    how: str

    @property
    def kind_for_people(self) -> str:
        """The kind, or that none is stated."""
        return self.kind or KIND_NOT_STATED


def derivations(reader: CatalogReader, iris: Iterable[str], *, up: bool, most: int | None = None) -> list[Step]:
    """Return the derivations of models from others, or else of others from them; sorted by child and parent.

    As in the merged state of a model, parents from second-hand records only count if no other record states any.

    Args:
        reader: the catalog.
        iris: the models.
        up: from others; else of others from them.
        most: the maximum number of statements that are read; None for all.
    """
    rows = reader._execute(
        f"""SELECT s.iri, t.iri, stated.kind, r.platform || '/' || r.kind || '/' || r.key, r.provenance,
                   EXISTS (SELECT 1 FROM edge AS o JOIN record AS q ON q.id = o.record
                           WHERE o.source = stated.source AND o.type = stated.type
                           AND q.platform || '/' || q.kind NOT IN (SELECT value FROM json_each(?2)))
            FROM (SELECT e.source, e.type, e.target, e.record, e.kind {_stated(up)} LIMIT ?3) AS stated
            JOIN entity AS s ON s.id = stated.source JOIN entity AS t ON t.id = stated.target
            JOIN record AS r ON r.id = stated.record""",
        (orjson.dumps(reader.also_called(iris)), orjson.dumps(list(_REPEATING)), -1 if most is None else most),
    ).fetchall()
    now = reader.resolve_all(iri for child, parent, *_ in rows for iri in (child, parent))
    is_known_better = {now[child] for child, *_, first_hand in rows if first_hand}
    by_pair: dict[tuple[str, str], list[Step]] = {}
    for child, parent, kind, record, provenance, _ in rows:
        place = _place(record, orjson.loads(provenance), parent)
        how = "resolved" if place.partition(".")[0] in FOUND_BY_THE_PLATFORM and ", " not in place else "declared"
        step = Step(now[child], now[parent], kind, record, place, how)
        if step.child != step.parent:
            by_pair.setdefault((step.child, step.parent), []).append(step)
    return [
        _strongest(steps)
        for (child, _), steps in sorted(by_pair.items())
        if child not in is_known_better or not all(map(_is_at_second_hand, steps))
    ]


def are_more(reader: CatalogReader, iris: Iterable[str], *, up: bool, most: int) -> bool:
    """Check whether there are more statements of derivations than a number; arguments as in `derivations`."""
    ((count,),) = reader._execute(
        f"SELECT count(*) FROM (SELECT 1 {_stated(up)} LIMIT ?2)",
        (orjson.dumps(reader.also_called(iris)), most + 1),
    ).fetchall()
    return bool(count > most)


def derived_by_kind(reader: CatalogReader, iri: str) -> dict[str | None, int]:
    """Count the models that are stated to derive from one, by kind; each counts once for each kind.

    Args:
        reader: the catalog.
        iri: the model.
    """
    names = reader.also_called([iri])
    # Of one target, edges are counted in the order of their index; those of several have to be sorted first.
    same = "=" if len(names) == 1 else "IN"
    rows = reader._execute(
        f"""SELECT kind, count(DISTINCT source) FROM edge WHERE type = 'WAS_DERIVED_FROM' AND target {same}
                (SELECT e.id FROM json_each(?) AS j JOIN entity AS e ON e.iri = j.value)
            GROUP BY 1 ORDER BY 2 DESC, 1""",
        (orjson.dumps(names),),
    )
    return dict(rows.fetchall())


def _stated(up: bool) -> str:
    """Return the SQL of the edges between models and what they derive from, or what derives from them."""
    return f"""FROM json_each(?1) AS j JOIN entity AS n ON n.iri = j.value
        JOIN edge AS e ON e.{"source" if up else "target"} = n.id AND e.type = 'WAS_DERIVED_FROM'"""


_REPEATING = precedence().second_hand("wasDerivedFrom")


def _is_at_second_hand(step: Step) -> bool:
    return "/".join(step.record.split("/")[:2]) in _REPEATING


def _place(record: str, provenance: dict[str, Any], parent: str) -> str:
    """Return the field of the source that names a parent."""
    exceptions = provenance.get("exceptions", {})
    declared, _ = declared_sources(*record.split("/")[:2]).get("wasDerivedFrom", ("", ""))
    of_property = exceptions.get("wasDerivedFrom", declared)
    return str(exceptions.get(f"derivation-{hashed(parent)}.entity", of_property))


def _strongest(steps: list[Step]) -> Step:
    """Return the platform's own statement among several of the same derivation, with a kind if any has one."""
    first, *others = sorted(
        steps, key=lambda step: (_is_at_second_hand(step), step.how != "resolved", step.kind is None, step.record)
    )
    return replace(first, kind=first.kind or next((step.kind for step in others if step.kind), None))
