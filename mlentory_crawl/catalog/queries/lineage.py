"""Derivations between models, as the catalog's records state them, and the data that the models rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import orjson

from fair4ml.normalize.licenses import license_stub
from mlentory_crawl.catalog.queries.derivations import Step, are_more, derivations
from mlentory_crawl.catalog.queries.inherited_conflicts import inherited
from mlentory_crawl.catalog.queries.license_summary import (
    LicenseConflict,
    Licenses,
    LicenseSummary,
    conflicts,
    licenses,
    summary,
)
from mlentory_crawl.catalog.queries.origins import origins_of_items
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored, live, merged
from mlentory_crawl.notebooks.shown import Shown

Data = Literal["training", "evaluation", "all"]
_EVALUATION = ("evaluatedOn", "validatedOn", "testedOn")
USES: dict[Data, tuple[str, ...]] = {
    "training": ("trainedOn",),
    "evaluation": _EVALUATION,
    "all": ("trainedOn", *_EVALUATION),
}
"""The properties that name data of a model."""


@dataclass(frozen=True, slots=True)
class Use:
    """A dataset that a model was trained or evaluated on.

    Attributes:
        model, dataset: their IRIs.
        property: ``trainedOn``, ``evaluatedOn``, ``validatedOn`` or ``testedOn``.
        record: the catalog key of the record that states it.
        field: the field of the source that it comes from.
    """

    model: str
    dataset: str
    property: str
    record: str
    field: str


@dataclass(slots=True)
class Member:
    """One model of a lineage, or a dataset of one.

    Attributes:
        iri, name: the IRI and the name.
        generation: the number of steps from the model at which the walk began.
        described: whether a record describes it.
        licenses: IRI and name of each license.
        access: the conditions of access, if there are any.
        deleted_at: the time since which its source no longer has it.
        context: whether it was not asked for or belongs to another page, and is there only because models of this page
            derive through it.
    """

    iri: str
    name: str
    generation: int
    described: bool = False
    licenses: dict[str, str] = field(default_factory=dict)
    access: str | None = None
    deleted_at: str | None = None
    context: bool = False


@dataclass(slots=True)
class Lineage(Shown):
    """The ancestors or the descendants of a model, itself included, or a page of them.

    Attributes:
        root: the IRI of the model.
        members: the models by IRI, nearest generation first.
        steps: the derivations among them, in the order of the walk; a cycle is closed, and not walked again.
        datasets: the datasets of the members by IRI, if they were asked for.
        uses: which member was trained or evaluated on which dataset.
        offset: the number of models before this page.
        left_out: the number of models after it.
        summary: the licenses of all models, on this page or not.
        conflicts: the incompatible licenses along the steps, as far as rules are known; an empty list is no permission.
        inherited: the conflicts of models of this page with licenses further up, through models that are in conflict.
        complete: whether all models were read; else all counts are of those that were.
    """

    root: str
    members: dict[str, Member] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    datasets: dict[str, Member] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    offset: int = 0
    left_out: int = 0
    summary: LicenseSummary = field(default_factory=LicenseSummary)
    conflicts: list[LicenseConflict] = field(default_factory=list)
    inherited: list[LicenseConflict] = field(default_factory=list)
    complete: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the lineage as JSON."""
        return {
            "root": self.root,
            "members": [asdict(member) for member in self.members.values()],
            "steps": [asdict(step) for step in self.steps],
            "datasets": [asdict(member) for member in self.datasets.values()],
            "uses": [asdict(use) for use in self.uses],
            "offset": self.offset,
            "left_out": self.left_out,
            "conflicts": [asdict(each) for each in self.conflicts],
            "inherited_conflicts": [asdict(each) for each in self.inherited],
            "summary": asdict(self.summary),
            "complete": self.complete,
        }


def lineage(
    reader: CatalogReader,
    iri: str,
    *,
    up: bool,
    depth: int,
    kind: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    data: Data | None = None,
    under: Sequence[str] = (),
    most: int | None = None,
) -> Lineage:
    """Follow the derivations from a model.

    Args:
        reader: the catalog.
        iri: the model.
        up: go to what it derives from; else to what derives from it.
        depth: the maximum number of generations.
        kind: follow derivations of this kind only.
        limit: the number of models to return beside it, the nearest first; the others are counted.
        offset: the number of models to leave out first.
        data: return the datasets that the models were trained or evaluated on, too, or one of the two.
        under: return only models under one of these licenses, by name or address; all if there are none.
        most: the maximum number of derivations that are read, the nearest first; None for all.
    """
    found = Lineage(iri, offset=offset)
    generations, here = {iri: 0}, [iri]
    reached_from: dict[str, str] = {}
    read = 0
    for generation in range(1, depth + 1):
        left = None if most is None else most - read
        read_now = derivations(reader, here, up=up, most=left)
        found.complete = left is None or not are_more(reader, here, up=up, most=left)
        read += len(read_now)
        steps = [step for step in read_now if kind is None or kind in _kinds(step)]
        found.steps += steps
        for step in steps:
            near, far = (step.child, step.parent) if up else (step.parent, step.child)
            if far not in generations:
                reached_from.setdefault(far, near)
        here = [each for each in reached_from if each not in generations]
        generations |= dict.fromkeys(here, generation)
        if not here or not found.complete:
            break
    others = [each for each in generations if each != iri]
    known: Licenses = licenses(reader, generations)
    asked = [each for each in others if _is_under(known.get(each, {}), under)] if under else others
    page = asked[offset : None if limit is None else offset + limit]
    found.left_out = max(len(asked) - offset - len(page), 0)
    pairs = [(step.child, step.parent) for step in found.steps]
    along, further_up = conflicts(pairs, known), inherited(pairs, known)
    found.summary = replace(
        summary(reader, others, along, known),
        inheriting=len({each.child for each in further_up.conflicts}),
        unjudged=len(further_up.unjudged),
    )
    wanted = {iri, *page}
    shown = set(wanted)
    for each in page:
        while (each := reached_from[each]) not in shown:
            shown.add(each)
    # A derivation is on the page of the model that comes later: one whose models are on two pages is on one of them.
    place = {each: number for number, each in enumerate(generations)}
    for child, parent in pairs:
        later, earlier = (child, parent) if place[child] > place[parent] else (parent, child)
        if later in wanted:
            shown.add(earlier)
    found.members = {
        each: Member(each, each, generation, licenses=dict(known.get(each, {})), context=each not in wanted)
        for each, generation in generations.items()
        if each in shown
    }
    found.steps = [each for each in found.steps if each.child in shown and each.parent in shown]
    found.conflicts = [each for each in along if each.child in shown and each.parent in shown]
    found.inherited = [each for each in further_up.conflicts if each.child in wanted]
    _describe(reader, found, data)
    return found


def _is_under(licenses: Mapping[str, str], asked: Sequence[str]) -> bool:
    names = {each.casefold() for of in licenses.items() for each in of}
    stubs = [stub for each in asked if (stub := license_stub(each)) is not None]
    return any(each.casefold() in names for each in asked) or any(stub.iri in licenses for stub in stubs)


def _kinds(step: Step) -> list[str]:
    return (step.kind or "").split(", ")


def _describe(reader: CatalogReader, found: Lineage, data: Data | None) -> None:
    about = _details(reader, found.members)
    if data is None:
        return
    for iri in found.members:
        records = about.get(iri, [])
        root = merged(records)[0]["root"] if records else {}
        for name in USES[data]:
            for dataset, origin in origins_of_items(records, name, root.get(name, ())).items():
                found.uses.append(Use(iri, dataset, name, origin.record, origin.field))
    now = reader.resolve_all(use.dataset for use in found.uses)
    found.uses = [replace(use, dataset=now[use.dataset]) for use in found.uses]
    known = licenses(reader, now.values())
    found.datasets = {
        use.dataset: Member(use.dataset, use.dataset, 0, licenses=dict(known.get(use.dataset, {})))
        for use in found.uses
    }
    _details(reader, found.datasets)


def _details(reader: CatalogReader, members: dict[str, Member]) -> dict[str, list[Stored]]:
    """Complete members from their records, and return those that are live, by IRI."""
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
        member.described = True
        member.deleted_at = None if live(about) else about[0].deleted_at
        member.access = state["root"].get("conditionsOfAccess")
    return {iri: live(about) for iri, about in records.items()}
