"""The tools that follow derivations between models: what derives from what, and whether the licenses go together."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.derivations import KIND_NOT_STATED
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict, LicenseSummary
from mlentory_crawl.catalog.queries.lineage import Lineage, Member
from mlentory_crawl.service.agents.arguments import Arguments, AsNumber, Name, Offset
from mlentory_crawl.service.agents.fitting import Answer, fitted
from mlentory_crawl.service.agents.offer import STRANGERS, Offer, following
from mlentory_crawl.service.agents.strangers_texts import name_of
from mlentory_crawl.service.api.lineage import NO_PERMISSION
from mlentory_crawl.service.parameters import MOST_READ, DerivationKind, Direction
from mlentory_crawl.service.source import Source

LINEAGE, LICENSE_CONFLICTS = "lineage", "license_conflicts"
PAGE, STEPS, LICENSES = 100, 10, 20


class LineageArguments(Arguments):
    """A model by its name, and the way to walk from it."""

    name: Annotated[Name, Field(min_length=1, description="The model: id such as `owner/name`, IRI or name.")]
    direction: Annotated[
        Direction,
        Field(
            description="`up`: what it derives from (bases). `down`: what derives from it (fine-tunes, quantizations)."
        ),
    ] = "up"
    depth: Annotated[int, AsNumber, Field(ge=1, le=20, description="The maximum number of generations.")] = 10
    kind: Annotated[
        DerivationKind | None,
        Field(description="Only derivations of this kind; leave out for all."),
    ] = None
    offset: Offset = 0


class Parent(TypedDict):
    """A derivation, and the record that states it."""

    child: str
    parent: str
    kind: str
    stated_by: str
    how: Annotated[str, Field(description="`resolved` by the platform, or `declared` by the owner")]


class Relative(TypedDict):
    """A model of the lineage; `generation` counts the steps from the first one."""

    iri: str
    name: str
    generation: int
    licenses: list[str]
    derivations: list[Parent]
    more_derivations: NotRequired[int]
    access: NotRequired[str | None]
    deleted_at: NotRequired[str | None]
    described: bool


class LicenseCount(TypedDict):
    """A license, and the number of models under it."""

    license: str
    models: int


class Licenses(TypedDict):
    """The licenses of all models of the lineage."""

    models: int
    by_license: list[LicenseCount]
    more_licenses: int
    license_not_named: int
    no_license_stated: int
    not_described: int
    conflicts: int
    inherited_conflicts: int
    may_inherit_conflicts: int


class Walked(Answer):
    """Models of a lineage, the nearest first."""

    root: str
    root_licenses: list[str]
    direction: str
    models: list[Relative]
    licenses: Licenses


class Conflict(TypedDict):
    """Two licenses that do not go together."""

    child: str
    child_license: str
    parent: str
    parent_license: str
    inherited: Annotated[
        bool, Field(description="true: from further up, through models that are in conflict themselves")
    ]
    rule: str
    why: str
    source: str


class Conflicts(Answer):
    """Conflicts of licenses along a lineage."""

    root: str
    direction: str
    conflicts: list[Conflict]
    licenses: Licenses


def lineage(source: Source, asked: LineageArguments) -> dict[str, Any]:
    """List the models that a model derives from, or that derive from it.

    Args:
        source: the catalog.
        asked: the model, and the way to walk.

    Raises:
        NotFound: there is no such model.
    """
    version = source.version()
    found = source.catalog.lineage(
        asked.name, up=asked.direction == "up", depth=asked.depth, kind=asked.kind, limit=PAGE,
        offset=asked.offset, most=MOST_READ,
    )  # fmt: skip
    root = found.members[found.root]
    page = [each for each in found.members.values() if each is not root and not each.context]
    total = asked.offset + len(page) + found.left_out if page else max(found.left_out, found.summary.models)
    frame = {
        "total": total,
        "root": found.root,
        "root_licenses": _names(root),
        "direction": asked.direction,
        "models": [],
        "licenses": _licenses(found.summary),
        "as_of": version,
        "note": f"{STRANGERS} A derivation is what records state; what none states is unknown.{_part(found)}",
    }
    entries = (("models", _relative(found, each, is_up=asked.direction == "up")) for each in page)
    return fitted(frame, entries, following(LINEAGE, asked, asked.offset, total))


def license_conflicts(source: Source, asked: LineageArguments) -> dict[str, Any]:
    """List the licenses along a lineage that do not go together.

    Args:
        source: the catalog.
        asked: the model, and the way to walk.

    Raises:
        NotFound: there is no such model.
    """
    version = source.version()
    found = source.catalog.lineage(
        asked.name, up=asked.direction == "up", depth=asked.depth, kind=asked.kind, most=MOST_READ
    )
    told = [*(_conflict(each) for each in found.conflicts), *(_conflict(each, True) for each in found.inherited)]
    frame = {
        "total": len(told),
        "root": found.root,
        "direction": asked.direction,
        "conflicts": [],
        "licenses": _licenses(found.summary),
        "as_of": version,
        "note": f"{NO_PERMISSION} This is no legal advice. {STRANGERS}{_part(found)}",
    }
    page = told[asked.offset : asked.offset + PAGE]
    further = following(LICENSE_CONFLICTS, asked, asked.offset, len(told))
    return fitted(frame, (("conflicts", each) for each in page), further)


def _part(found: Lineage) -> str:
    return "" if found.complete else f" Only {MOST_READ:,} derivations were read, the nearest first; there are more."


def _names(member: Member) -> list[str]:
    return [name_of(each) for each in list(member.licenses.values())[:LICENSES]]


def _relative(found: Lineage, member: Member, *, is_up: bool) -> Relative:
    """Return a model with the derivations by which it was reached."""
    steps = [each for each in found.steps if (each.parent if is_up else each.child) == member.iri]
    told: Relative = {
        "iri": member.iri,
        "name": name_of(member.name),
        "generation": member.generation,
        "licenses": _names(member),
        "derivations": [
            {
                "child": each.child,
                "parent": each.parent,
                "kind": each.kind or KIND_NOT_STATED,
                "stated_by": f"{each.record}: {each.field}",
                "how": each.how,
            }
            for each in steps[:STEPS]
        ],
        "described": member.described,
    }
    if len(steps) > STEPS:
        told["more_derivations"] = len(steps) - STEPS
    if member.access is not None:
        told["access"] = name_of(member.access)
    if member.deleted_at is not None:
        told["deleted_at"] = member.deleted_at
    return told


def _licenses(summary: LicenseSummary) -> Licenses:
    return {
        "models": summary.models,
        "by_license": [{"license": name_of(each.name), "models": each.models} for each in summary.licenses[:LICENSES]],
        "more_licenses": max(len(summary.licenses) - LICENSES, 0),
        "license_not_named": summary.not_named,
        "no_license_stated": summary.none_stated,
        "not_described": summary.named_only,
        "conflicts": summary.conflicts,
        "inherited_conflicts": summary.inheriting,
        "may_inherit_conflicts": summary.unjudged,
    }


def _conflict(each: LicenseConflict, is_inherited: bool = False) -> Conflict:
    return {
        "child": each.child,
        "child_license": name_of(each.derived),
        "parent": each.parent,
        "parent_license": name_of(each.original),
        "inherited": is_inherited,
        "rule": each.rule,
        "why": each.why,
        "source": each.source,
    }


OFFERS = (
    Offer(
        LINEAGE,
        "Lineage of a model",
        "What a model derives from (`up`) or what derives from it (`down`), over all generations, with the kind of each"
        " derivation, the record that states it, and the licenses. `total` counts all of them.",
        LineageArguments,
        Walked,
        lineage,
    ),
    Offer(
        LICENSE_CONFLICTS,
        "License conflicts",
        "Licenses that do not go together along the lineage of a model, with the rule and its source. Use `up` to ask"
        " whether a model respects the licenses above it, `down` for models derived from it. No conflict found is no"
        " permission.",
        LineageArguments,
        Conflicts,
        license_conflicts,
    ),
)
