"""Derivations between models, as the catalog's records state them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import orjson

from fair4ml.identifiers import hashed
from fair4ml.normalize.license_compatibility import conflict
from fair4ml.platforms import declared_sources, precedence
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored, live, merged

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


@dataclass(slots=True)
class Member:
    """One model of a lineage.

    Attributes:
        iri, name: the IRI and the name of the model.
        generation: the number of steps from the model at which the walk began.
        described: whether a record describes it.
        licenses: IRI and name of each license.
        access: the conditions of access, if there are any.
        deleted_at: the time since which its source no longer has it.
    """

    iri: str
    name: str
    generation: int
    described: bool = False
    licenses: dict[str, str] = field(default_factory=dict)
    access: str | None = None
    deleted_at: str | None = None


@dataclass(frozen=True, slots=True)
class LicenseConflict:
    """Two incompatible licenses, of a model and of one from which it derives.

    Attributes:
        child, parent: the IRIs of the models.
        original: the name of the parent's license.
        derived: the name of the child's license.
        rule: the name of the rule that they violate.
        why: the text of the rule.
        source: the address at which the rule is written.
    """

    child: str
    parent: str
    original: str
    derived: str
    rule: str
    why: str
    source: str


@dataclass(slots=True)
class Lineage:
    """The ancestors or the descendants of a model, itself included.

    Attributes:
        root: the IRI of the model.
        members: the models by IRI, nearest generation first.
        steps: the derivations among them, in the order of the walk; a cycle is closed, and not walked again.
        left_out: the number of further models beyond the limit.
    """

    root: str
    members: dict[str, Member] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    left_out: int = 0

    @property
    def conflicts(self) -> list[LicenseConflict]:
        """The incompatible licenses along the steps, as far as rules are known; an empty list is no permission."""
        return [
            LicenseConflict(step.child, step.parent, original_name, derived_name, rule.rule, rule.why, rule.source)
            for step in self.steps
            for original, original_name in self.members[step.parent].licenses.items()
            for derived, derived_name in self.members[step.child].licenses.items()
            if (rule := conflict(original, derived)) is not None
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the lineage as JSON."""
        return {
            "root": self.root,
            "members": [asdict(member) for member in self.members.values()],
            "steps": [asdict(step) for step in self.steps],
            "left_out": self.left_out,
            "conflicts": [asdict(each) for each in self.conflicts],
        }


def lineage(
    reader: CatalogReader, iri: str, *, up: bool, depth: int, kind: str | None = None, limit: int | None = None
) -> Lineage:
    """Follow the derivations from a model.

    Args:
        reader: the catalog.
        iri: the model.
        up: go to what it derives from; else to what derives from it.
        depth: the maximum number of generations.
        kind: follow derivations of this kind only.
        limit: the number of models to return beside it, the nearest first; the others are counted.
    """
    found = Lineage(iri)
    generations, here = {iri: 0}, [iri]
    for generation in range(1, depth + 1):
        steps = [step for step in derivations(reader, here, up=up) if kind is None or kind in _kinds(step)]
        found.steps += steps
        nexts = dict.fromkeys(step.parent if up else step.child for step in steps)
        here = [each for each in nexts if each not in generations]
        generations |= dict.fromkeys(here, generation)
    shown = list(generations.items())[: None if limit is None else limit + 1]
    found.members = {each: Member(each, each, generation) for each, generation in shown}
    found.left_out = len(generations) - len(shown)
    found.steps = [each for each in found.steps if each.child in found.members and each.parent in found.members]
    _describe(reader, found.members)
    return found


def _kinds(step: Step) -> list[str]:
    return (step.kind or "").split(", ")


def derivations(reader: CatalogReader, iris: Iterable[str], *, up: bool) -> list[Step]:
    """Return the derivations of models from others, or else of others from them; sorted by child and parent.

    As in the merged state of a model, parents from second-hand records only count if no other record states any.
    """
    near, far = ("s", "t") if up else ("t", "s")
    rows = reader._execute(
        f"""SELECT s.iri, t.iri, e.kind, r.platform || '/' || r.kind || '/' || r.key, r.provenance,
                   EXISTS (SELECT 1 FROM edge AS o JOIN record AS q ON q.id = o.record
                           WHERE o.source = e.source AND o.type = e.type
                           AND q.platform || '/' || q.kind NOT IN (SELECT value FROM json_each(?2)))
            FROM json_each(?1) AS j JOIN entity AS {near} ON {near}.iri = j.value
            JOIN edge AS e ON e.{"source" if up else "target"} = {near}.id AND e.type = 'WAS_DERIVED_FROM'
            JOIN entity AS {far} ON {far}.id = e.{"target" if up else "source"}
            JOIN record AS r ON r.id = e.record""",
        (orjson.dumps(reader.also_called(iris)), orjson.dumps(list(_REPEATING))),
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
    return first if first.kind else replace(first, kind=next((step.kind for step in others if step.kind), None))


def _describe(reader: CatalogReader, members: dict[str, Member]) -> None:
    rows = reader._execute(
        "SELECT iri, name FROM entity WHERE iri IN (SELECT value FROM json_each(?))", (orjson.dumps(list(members)),)
    )
    for iri, name in rows:
        members[iri].name = name or iri
    records: dict[str, list[Stored]] = {}
    for stored in (*reader.about(list(members)), *reader.tombstones(list(members))):
        records.setdefault(stored.iri, []).append(stored)
    for iri, about in records.items():
        member, state = members[iri], merged(live(about) or about)[0]
        names = {each["iri"]: each.get("name") for each in (*state["stubs"], *state["parts"])}
        member.described = True
        member.deleted_at = None if live(about) else about[0].deleted_at
        member.licenses = {license: names.get(license) or license for license in state["root"].get("license", ())}
        member.access = state["root"].get("conditionsOfAccess")
