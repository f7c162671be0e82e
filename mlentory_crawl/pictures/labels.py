"""Words about models, derivations and data, for trees and pictures."""

from __future__ import annotations

from dataclasses import replace

from fair4ml.identifiers import HUGGING_FACE
from mlentory_crawl.catalog.queries.derivations import Step
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict
from mlentory_crawl.catalog.queries.lineage import Lineage, Member, Use
from mlentory_crawl.printable import one_line

NO_LICENSE = "no license stated"
NAMED_ONLY = "named only"
USED = {
    "trainedOn": "trained on",
    "evaluatedOn": "evaluated on",
    "validatedOn": "validated on",
    "testedOn": "tested on",
}
"""The words for each property that names data."""


MAX_DATA = 4
"""The number of datasets that are shown for each model and property."""


def folded(found: Lineage) -> Lineage:
    """Return a lineage in which all but the first datasets of each model and property are one."""
    by_property: dict[tuple[str, str], list[Use]] = {}
    for use in found.uses:
        by_property.setdefault((use.model, use.property), []).append(use)
    uses: list[Use] = []
    datasets: dict[str, Member] = {}
    for (model, name), stated in by_property.items():
        shown, others = (stated, []) if len(stated) <= MAX_DATA + 1 else (stated[:MAX_DATA], stated[MAX_DATA:])
        datasets |= {use.dataset: found.datasets[use.dataset] for use in shown}
        uses += shown
        if others:
            together = f"{model}#{name}"
            uses.append(replace(others[0], dataset=together))
            datasets[together] = Member(
                together,
                f"{len(others):,} more datasets",
                generation=0,
                described=any(found.datasets[use.dataset].described for use in others),
                licenses={iri: text for use in others for iri, text in found.datasets[use.dataset].licenses.items()},
            )
    return replace(found, uses=uses, datasets=datasets)


def facts(member: Member) -> list[str]:
    """Return the licenses of a model or a dataset, its conditions of access, and whether its source still has it."""
    found = [*member.licenses.values()] or [NO_LICENSE] * member.described
    found += [member.access] if member.access else []
    if member.deleted_at:
        found.append(f"gone since {member.deleted_at[:10]}")
    elif not member.described:
        found.append(NAMED_ONLY)
    return [one_line(each) for each in found]


def recorded_by(stated: Step | Use) -> str:
    """Return the source and the kind of the record that states a derivation or a use of data."""
    platform, kind, _ = stated.record.split("/", 2)
    return one_line(f"{platform} {kind} record")


def stated_by(stated: Step | Use) -> tuple[str, str]:
    """Return the record that states a derivation or a use of data, and the field of its source."""
    how = f"{stated.how}, " if isinstance(stated, Step) else ""
    return f"{how}{recorded_by(stated)}", one_line(stated.field)


def conflicts_by_step(found: Lineage) -> dict[tuple[str, str], list[LicenseConflict]]:
    """Return the license conflicts of each derivation, by the IRIs of the child and the parent."""
    by_step: dict[tuple[str, str], list[LicenseConflict]] = {}
    for each in found.conflicts:
        by_step.setdefault((each.child, each.parent), []).append(each)
    return by_step


def inherited_by_model(found: Lineage) -> dict[str, list[LicenseConflict]]:
    """Return the conflicts that each model inherits, by its IRI."""
    by_model: dict[str, list[LicenseConflict]] = {}
    for each in found.inherited:
        by_model.setdefault(each.child, []).append(each)
    return by_model


def inheritance(each: LicenseConflict, found: Lineage) -> str:
    """Return an inherited license conflict in short."""
    return one_line(f"inherits the license conflict with {name_in(found, each.parent)}")


def name_in(found: Lineage, iri: str) -> str:
    """Return the name of a model; its id if it is not on this page of the lineage."""
    return found.members[iri].name if iri in found.members else iri.removeprefix(HUGGING_FACE)


def clause(each: LicenseConflict) -> str:
    """Return a license conflict in short."""
    return one_line(f"license conflict: {each.derived} under {each.original} ({each.rule})")
