"""Datasets, licenses, tasks and owners, with the models that use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fair4ml.platforms import meant
from mlentory_crawl.catalog.queries.derivations import derivations
from mlentory_crawl.catalog.queries.find import ENDS, NotFound, literal
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict, conflicts, licenses
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import among, array, elements
from mlentory_crawl.suggestions import did_you_mean

Subject = Literal["datasets", "licenses", "tasks", "owners"]
EDGES: dict[Subject, dict[str, str]] = {
    "datasets": {
        "TRAINED_ON": "trainedOn",
        "EVALUATED_ON": "evaluatedOn",
        "VALIDATED_ON": "validatedOn",
        "TESTED_ON": "testedOn",
    },
    "licenses": {"LICENSE": "license"},
    "tasks": {"ML_TASK": "mlTask"},
    "owners": {"SHARED_BY": "sharedBy"},
}
"""The edges from models to what they use, and their properties."""
CLASSES: dict[Subject, tuple[str, ...]] = {
    "datasets": ("Dataset",),
    "licenses": ("License",),
    "tasks": ("DefinedTerm",),
    "owners": ("Agent", "Person", "Organization"),
}
MOST_USERS = 1_000
"""The number of models up to which all users of something are found and sorted."""
RANKED = 1_000
"""The number of entities of one name that are compared to find which is meant, and of the statements that count."""


@dataclass(frozen=True, slots=True)
class Used:
    """Something that models use.

    Attributes:
        iri, name: what it is.
        described: whether a record describes it.
        models: the number of models that use it.
    """

    iri: str
    name: str
    described: bool
    models: int


@dataclass(frozen=True, slots=True)
class User:
    """A model that uses something.

    Attributes:
        iri, name: the model.
        properties: the properties by which it names what it uses.
    """

    iri: str
    name: str
    properties: list[str]


@dataclass(frozen=True, slots=True)
class Users:
    """A part of the models that use something, by name.

    Attributes:
        iri, name: what they use.
        total: the number of all of them, or of those that were found first unless `complete`.
        models: the models.
        conflicts: of a license, those of these models in which it does not go together with the license of the
            model that they derive from; an empty list is no permission.
        complete: whether there are no others than were found first.
    """

    iri: str
    name: str
    total: int
    models: list[User]
    conflicts: list[LicenseConflict]
    complete: bool


def used(reader: CatalogReader, subject: Subject) -> list[Used]:
    """Return everything of a kind that models use, what most of them use first; parts of models are left out.

    Args:
        reader: the catalog.
        subject: the kind.
    """
    rows = reader._execute(
        f"""SELECT t.iri, coalesce(t.name, t.iri), t.described, u.models
            FROM (SELECT target, count(DISTINCT source) AS models FROM edge WHERE type IN {among("types")}
                  GROUP BY target) AS u JOIN entity AS t ON t.id = u.target
            WHERE instr(t.iri, '#') = 0 OR t.class <> 'Dataset'
            ORDER BY u.models DESC, 2, 1""",
        {"types": array(EDGES[subject])},
    )
    return [Used(iri, name, bool(described), models) for iri, name, described, models in rows]


def users(reader: CatalogReader, subject: Subject, name: str, limit: int, offset: int = 0) -> Users:
    """Return the models that use something.

    Args:
        reader: the catalog.
        subject: its kind.
        name: its name, its id, or an address of it.
        limit: the maximum number of models.
        offset: the number of models to leave out.

    Raises:
        NotFound: nothing of this kind has the name.
    """
    iri, called = _named(reader, subject, name)
    given = {"iris": array(reader.also_called([iri])), "types": array(EDGES[subject]), "most": MOST_USERS + 1}
    targets = f"SELECT t.id FROM {elements('iris')} AS j JOIN entity AS t ON t.iri = j.value"
    found = f"SELECT DISTINCT source FROM edge WHERE target IN ({targets}) AND type IN {among('types')} LIMIT :most"
    ((total,),) = reader._execute(f"SELECT count(*) FROM ({found})", given).fetchall()
    given |= {"most": MOST_USERS, "limit": limit, "offset": offset}
    rows = reader._execute(
        f"""SELECT iri, label, (
                SELECT group_concat(DISTINCT type) FROM edge
                WHERE source = s.id AND type IN {among("types")} AND target IN ({targets}))
            FROM (SELECT e.id, iri, coalesce(name, iri) AS label FROM ({found}) JOIN entity AS e ON e.id = source
                  ORDER BY label, iri LIMIT :limit OFFSET :offset) AS s ORDER BY label, iri""",
        given,
    )
    models = [
        User(iri, label, [EDGES[subject][each] for each in sorted(types.split(","))]) for iri, label, types in rows
    ]
    against = _conflicts(reader, called, models) if subject == "licenses" else []
    return Users(iri, called, min(total, MOST_USERS), models, against, total <= MOST_USERS)


def _conflicts(reader: CatalogReader, license: str, models: list[User]) -> list[LicenseConflict]:
    steps = [(step.child, step.parent) for step in derivations(reader, [each.iri for each in models], up=True)]
    known = licenses(reader, {iri for pair in steps for iri in pair})
    return [each for each in conflicts(steps, known) if each.derived == license]


def _named(reader: CatalogReader, subject: Subject, name: str) -> tuple[str, str]:
    classes = array(CLASSES[subject])
    iris = array(reader.resolve(iri) for iri in (name, *meant(name)))
    # Without a plus, SQLite would read all entities of the classes.
    for where in (
        f"iri IN {among('iris')} AND +class IN {among('classes')}",
        f"class IN {among('classes')} AND lower(name) = lower(:name)",
        f"{ENDS} = lower(:last) AND iri LIKE '%/' || :ending ESCAPE '\\' AND +class IN {among('classes')}",
    ):
        rows = reader._execute(
            f"""SELECT iri, coalesce(name, iri)
                FROM (SELECT id, iri, name FROM entity WHERE {where} LIMIT {RANKED}) AS e
                ORDER BY (SELECT count(*) FROM (SELECT 1 FROM edge WHERE target = e.id LIMIT {RANKED})) DESC, iri
                LIMIT 1""",
            {
                "classes": classes, "iris": iris, "name": name, "ending": literal(name),
                "last": name.rpartition("/")[2],
            },
        ).fetchall()  # fmt: skip
        if rows:
            iri, called = rows[0]
            return iri, called
    raise NotFound(_unknown(reader, subject, name))


def _unknown(reader: CatalogReader, subject: Subject, name: str) -> str:
    rows = reader._execute(
        f"SELECT DISTINCT name FROM entity WHERE class IN {among('classes')} AND name IS NOT NULL LIMIT 5000",
        {"classes": array(CLASSES[subject])},
    )
    hint = did_you_mean(name, [each for (each,) in rows])
    return f"none of the {subject} is {name}" + (f"; {hint}" if hint else "")
