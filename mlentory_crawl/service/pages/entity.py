"""The page of an entity: what is known of it, who says so, and what it is connected with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from mlentory_crawl.catalog.queries.derivations import KIND_NOT_STATED
from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.catalog.queries.evaluated import Evaluated, names_in
from mlentory_crawl.catalog.queries.find import NotFound
from mlentory_crawl.catalog.queries.lineage import Lineage
from mlentory_crawl.catalog.queries.origins import Statement
from mlentory_crawl.catalog.queries.similar import SimilarModel, similar
from mlentory_crawl.catalog.queries.usage import CLASSES, Subject, Users, users
from mlentory_crawl.console import magnitude
from mlentory_crawl.face import Catalog
from mlentory_crawl.pictures.svg import svg
from mlentory_crawl.service.api.named import Name, Segment
from mlentory_crawl.service.api.representations import data_instead
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.addresses import link_to
from mlentory_crawl.service.pages.card import ShownCard, shown_card
from mlentory_crawl.service.pages.compare import comparison_of
from mlentory_crawl.service.pages.facts import Fact, Value, facts_of, groups_of
from mlentory_crawl.service.pages.filters import MODELS
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.parameters import MOST_MENTIONS, MOST_READ, Moment

router = APIRouter()

CHILDREN = 12
"""The number of models derived from one that its page shows; its lineage has all."""
NEAR = 3
"""The number of generations above a model in which its page looks for conflicts of licenses."""
ALIKE = 6
"""The number of similar models that its page shows."""
DRAWN, WIDEST = 4, 640.0
"""The number of models, and the width, up to which a page has a picture of its lineage: it is drawn smaller."""
USERS = 8
"""The number of models on the page of what they use."""
_WIDTH = re.compile(r' width="([0-9.]+)"')
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
        told: the records that state what it derives from.
        children: the first models that derive from it.
        compared: the address of the comparison of the first of them.
        kinds: how many derive from it, by kind.
        above: the lineage above it, if it is a model with parents.
        results: the results of its evaluations, by where they were published.
        subject: where the page of the models that use it is, if models use its kind.
        users: the first of these models.
        alike: models that share data, bases, papers or the task with it.
        card: its card, if the archive has it.
        picture: the picture of what it derives from, if that is small.
    """

    shown: Description
    title: str
    owner: str | None
    licenses: list[Value]
    glance: list[tuple[str, str]]
    facts: list[Fact]
    groups: list[Fact]
    parents: list[Parent]
    told: list[Statement]
    children: list[Parent]
    compared: str | None
    kinds: dict[str, int]
    above: Lineage | None
    results: dict[tuple[str, ...], list[Evaluated]]
    subject: Subject | None
    users: Users | None
    alike: list[SimilarModel]
    card: ShownCard | None
    picture: Markup | None

    @property
    def sections(self) -> list[tuple[str, str, int | None]]:
        """The parts of the page that it has: the anchor of each, its name, and how much there is."""
        shown = self.shown
        has_conflicts = self.above is not None and bool(self.above.conflicts or self.above.inherited)
        parts = (
            ("models", "Models", self.users.total if self.users else 0, self.users and self.users.models),
            ("card", "Card", None, self.card),
            ("lineage", "Lineage", len(self.parents) + len(shown.derived), self.parents or self.children),
            ("licenses", "License conflicts", None, has_conflicts),
            ("evaluations", "Evaluations", sum(map(len, self.results.values())), self.results),
            ("facts", "Facts", None, self.facts or self.groups),
            ("written", "Written about it", shown.written.count, shown.written.count),
            ("alike", "Similar", None, self.alike),
        )
        return [(anchor, name, number) for anchor, name, number, there in parts if there]


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
    shown = catalog.model(name, at, mentions_read=MOST_MENTIONS)
    has_parents = bool(shown.root.get("wasDerivedFrom")) and at is None
    above = catalog.lineage(shown.iri, depth=NEAR, limit=50, most=MOST_READ) if has_parents else None
    is_model = shown.root["class"] == MODELS and at is None
    alike = catalog.ask(similar, shown.iri, ALIKE).models if is_model else []
    card = shown_card(catalog.card(shown.iri)) if is_model and shown.records and not shown.deleted_at else None
    subject = next((each for each, classes in CLASSES.items() if shown.root["class"] in classes), None)
    using = None if subject is None or at is not None else _users(catalog, subject, shown.iri)
    return page(request, "entity", sheet=_sheet(shown, above, alike, card, subject, using), at=at)


def _users(catalog: Catalog, subject: Subject, iri: str) -> Users | None:
    try:
        return catalog.ask(users, subject, iri, USERS, 0)
    except NotFound:
        return None


def _sheet(
    shown: Description,
    above: Lineage | None,
    alike: list[SimilarModel],
    card: ShownCard | None,
    subject: Subject | None,
    using: Users | None,
) -> Sheet:
    root, names = shown.root, names_in(shown.state)
    name = str(root.get("name") or shown.iri)
    owner, _, title = name.rpartition("/") if "://" not in name else ("", "", name)
    facts = {fact.name: fact for fact in facts_of(shown)}
    licenses = facts["license"].values if "license" in facts else []
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
        told=shown.statements().get("wasDerivedFrom", []),
        children=[Parent(each.iri, each.iri, each.kind or KIND_NOT_STATED) for each in shown.derived[:CHILDREN]],
        compared=comparison_of(each.iri for each in shown.derived),
        kinds=shown.kinds,
        above=above,
        results=results,
        subject=subject,
        users=using,
        alike=alike,
        card=card,
        picture=None if above is None else _picture(above),
    )


def _picture(above: Lineage) -> Markup | None:
    """Return the picture of a lineage that has few models; larger ones are on a page of their own."""
    if not 1 < len(above.members) <= DRAWN or above.left_out:
        return None
    drawn = svg(above, down=False, style="", address=link_to)
    width = _WIDTH.search(drawn)
    # Its texts are escaped where it is drawn.
    return Markup(drawn) if width is not None and float(width[1]) <= WIDEST else None  # noqa: S704


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
