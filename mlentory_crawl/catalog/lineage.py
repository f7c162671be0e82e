"""What derives from what, as the catalog's records state it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from fair4ml.platforms import declared_sources
from mlentory_crawl.catalog.reader import CatalogReader

FOUND_BY_THE_PLATFORM = frozenset({"baseModels"})
"""Source fields that are the platform's own finding, not what the author has written."""


@dataclass(frozen=True, slots=True)
class Step:
    """One derivation.

    Attributes:
        child, parent: the IRIs of the models.
        kind: ``finetune``, ``adapter``, ``quantized``, ``merge``, or None where nobody says.
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
        iri, name: of the model.
        generation: how many steps away from where the walk began.
        described: whether a record describes it.
        licenses: IRI and name of each license.
        access: the conditions of access, if there are any.
        deleted_at: since when its source has it no more.
    """

    iri: str
    name: str
    generation: int
    described: bool = False
    licenses: dict[str, str] = field(default_factory=dict)
    access: str | None = None
    deleted_at: str | None = None


@dataclass(slots=True)
class Lineage:
    """The ancestors or the descendants of a model, itself included.

    Attributes:
        root: the IRI of the model.
        members: by IRI, nearest generation first.
        steps: the derivations among them, in the order of the walk; cycles close, they do not go on.
    """

    root: str
    members: dict[str, Member] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


def lineage(reader: CatalogReader, iri: str, *, up: bool, depth: int) -> Lineage:
    """Walk the derivations from a model.

    Args:
        reader: the catalog.
        iri: the model.
        up: to what it derives from; else to what derives from it.
        depth: generations to go at the most.
    """
    found = Lineage(iri)
    generation, here = 0, [iri]
    while here:
        for each in here:
            found.members[each] = Member(each, each, generation)
        steps = sorted(_steps(reader, here, up=up), key=lambda step: (step.child, step.parent, step.record))
        if generation < depth:
            found.steps += [step for step in steps if step.child != step.parent]
        nexts = dict.fromkeys(step.parent if up else step.child for step in steps)
        here = [each for each in nexts if each not in found.members] if generation < depth else []
        generation += 1
    _describe(reader, found.members)
    return found


def _steps(reader: CatalogReader, iris: list[str], *, up: bool) -> Iterator[Step]:
    near, far = ("s", "t") if up else ("t", "s")
    names = {iri: reader.resolve(iri) for iri in iris}
    names |= {
        former: target
        for former, target in reader.execute("SELECT iri, target FROM alias") if reader.resolve(target) in names
    }  # fmt: skip
    rows = reader.execute(
        f"""SELECT s.iri, t.iri, e.kind, r.platform || '/' || r.kind || '/' || r.key, r.provenance
            FROM json_each(?) AS j JOIN entity AS {near} ON {near}.iri = j.value
            JOIN edge AS e ON e.{"source" if up else "target"} = {near}.id AND e.type = 'WAS_DERIVED_FROM'
            JOIN entity AS {far} ON {far}.id = e.{"target" if up else "source"}
            JOIN record AS r ON r.id = e.record""",
        (orjson.dumps(list(names)),),
    )
    for child, parent, kind, record, provenance in rows:
        exceptions = orjson.loads(provenance).get("exceptions", {})
        declared = declared_sources(*record.split("/")[:2]).get("wasDerivedFrom", ("", ""))[0]
        place = exceptions.get("wasDerivedFrom", declared)
        how = "resolved" if place.partition(".")[0] in FOUND_BY_THE_PLATFORM else "declared"
        yield Step(reader.resolve(child), reader.resolve(parent), kind, record, place, how)


def _describe(reader: CatalogReader, members: dict[str, Member]) -> None:
    rows = reader.execute(
        "SELECT iri, name FROM entity WHERE iri IN (SELECT value FROM json_each(?))", (orjson.dumps(list(members)),)
    )
    for iri, name in rows:
        members[iri].name = name or iri
    for stored in (*reader.tombstones(list(members)), *reader.about(list(members))):
        member, root = members[stored.iri], stored.document["root"]
        names = {each["iri"]: each.get("name") for each in (*stored.document["stubs"], *stored.document["parts"])}
        member.described = True
        member.deleted_at = stored.deleted_at
        member.licenses |= {license: names.get(license) or license for license in root.get("license", ())}
        member.access = root.get("conditionsOfAccess", member.access)


def by_child(steps: Iterable[Step]) -> dict[str, list[Step]]:
    """The derivations of each model, strongest statement first: one for each parent."""
    found: dict[str, dict[str, Step]] = {}
    for step in sorted(steps, key=lambda step: (step.kind is None, step.how != "resolved")):
        found.setdefault(step.child, {}).setdefault(step.parent, step)
    return {child: list(parents.values()) for child, parents in found.items()}


def told(found: Lineage) -> dict[str, Any]:
    """A lineage as JSON."""
    from dataclasses import asdict

    return {
        "root": found.root,
        "members": [asdict(member) for member in found.members.values()],
        "steps": [asdict(step) for step in found.steps],
    }
