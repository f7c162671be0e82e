"""The page of an entity: what is known of it, who says so, and what it is connected with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from mlentory_crawl.catalog.queries.derivations import KIND_NOT_STATED
from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.catalog.queries.evaluated import Evaluated, names_in
from mlentory_crawl.catalog.queries.lineage import Lineage
from mlentory_crawl.catalog.queries.similar import SimilarModel, similar
from mlentory_crawl.catalog.queries.usage import CLASSES, Subject
from mlentory_crawl.console import magnitude
from mlentory_crawl.service.api.named import Name, Segment
from mlentory_crawl.service.api.representations import data_instead
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.facts import Fact, Value, facts_of, groups_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.parameters import MOST_READ, Moment

router = APIRouter()

CHILDREN = 12
"""The number of models derived from one that its page shows; its lineage has all."""
NEAR = 3
"""The number of generations above a model in which its page looks for conflicts of licenses."""
ALIKE = 6
"""The number of similar models that its page shows."""
GLANCE = ("parameterCount", "contextLength")


@dataclass(frozen=True, slots=True)
class Parent:
    """An entity that another derives from or that derives from it, and how."""

    iri: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """An entity as its page shows it.

    Attributes:
        shown: its description.
        title: its name without its owner, where it has one.
        owner: the owner's name.
        licenses: its licenses.
        glance: numbers and dates, each with its label.
        facts: the other facts.
        groups: further values, by what they are of.
        parents: what it derives from.
        children: the first models that derive from it.
        kinds: how many derive from it, by kind.
        above: the lineage above it, if it is a model with parents.
        results: the results of its evaluations, by where they were published.
        users: where the page of the models that use it is, if models use its kind.
        alike: models that share data, bases, papers or the task with it.
    """

    shown: Description
    title: str
    owner: str | None
    licenses: list[Value]
    glance: list[tuple[str, str]]
    facts: list[Fact]
    groups: list[Fact]
    parents: list[Parent]
    children: list[Parent]
    kinds: dict[str, int]
    above: Lineage | None
    results: dict[tuple[str, ...], list[Evaluated]]
    users: Subject | None
    alike: list[SimilarModel]


@router.get("/models/{owner}/{name}")
def model(request: Request, owner: Segment, name: Segment, at: Moment | None = None) -> Response:
    """Show a model on the Hub."""
    return _shown(request, f"{owner}/{name}", at)


@router.get("/entity")
def entity(request: Request, name: Name, at: Moment | None = None) -> Response:
    """Show any entity."""
    return _shown(request, name, at)


def _shown(request: Request, name: str, at: datetime | None) -> Response:
    if (data := data_instead(request, name, at)) is not None:
        return data
    catalog = source_of(request).catalog
    shown = catalog.model(name, at, mentions_read=MOST_READ)
    has_parents = bool(shown.root.get("wasDerivedFrom")) and at is None
    above = catalog.lineage(shown.iri, depth=NEAR, limit=50, most=MOST_READ) if has_parents else None
    is_model = shown.root["class"] == "MLModel" and at is None
    alike = catalog.ask(similar, shown.iri, ALIKE).models if is_model else []
    return page(request, "entity", sheet=_sheet(shown, above, alike), at=at)


def _sheet(shown: Description, above: Lineage | None, alike: list[SimilarModel]) -> Sheet:
    root, names = shown.root, names_in(shown.state)
    name = str(root.get("name") or shown.iri)
    owner, _, title = name.rpartition("/") if "://" not in name else ("", "", name)
    facts = {fact.name: fact for fact in facts_of(shown)}
    licenses = facts.pop("license").values if "license" in facts else []
    results: dict[tuple[str, ...], list[Evaluated]] = {}
    for result in shown.evaluations():
        results.setdefault(tuple(result.sources), []).append(result)
    kinds = {part["entity"]: part["type"] for part in shown.state["parts"] if _has_kind(part)}
    return Sheet(
        shown=shown,
        title=title,
        owner=owner or None,
        licenses=licenses,
        glance=list(_glance(shown)),
        facts=list(facts.values()),
        groups=groups_of(shown),
        parents=[
            Parent(iri, names.get(iri, iri), kinds.get(iri, KIND_NOT_STATED)) for iri in root.get("wasDerivedFrom", ())
        ],
        children=[Parent(each.iri, each.iri, each.kind or KIND_NOT_STATED) for each in shown.derived[:CHILDREN]],
        kinds=shown.kinds,
        above=above,
        results=results,
        users=next((subject for subject, classes in CLASSES.items() if root["class"] in classes), None),
        alike=alike,
    )


def _has_kind(part: dict[str, Any]) -> bool:
    return part["class"] == "Derivation" and "type" in part


def _glance(shown: Description) -> Iterator[tuple[str, str]]:
    """Yield the numbers and dates that are looked for first, each with its label."""
    stated = set(shown.root.get("additionalProperty", ()))
    for part in shown.state["parts"]:
        if part["iri"] in stated and part.get("propertyID") in GLANCE and "name" not in part:
            label = {"parameterCount": "parameters", "contextLength": "context"}[part["propertyID"]]
            value = part.get("value")
            yield label, magnitude(value) if isinstance(value, int) else str(value)
    for name in ("downloads", "likes"):
        if name in shown.state["counters"]:
            yield name, magnitude(shown.state["counters"][name])
    for name, label in (("datePublished", "published"), ("dateCreated", "created"), ("dateModified", "modified")):
        if name in shown.root:
            yield label, str(shown.root[name])[: len("2026-11-20")]
