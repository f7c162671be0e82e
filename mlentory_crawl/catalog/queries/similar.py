"""Models that are similar to another one: they share what they derive from, their data, their papers or their task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log2

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import among, array, elements

WEIGHTS = {
    "WAS_DERIVED_FROM": 3.0,
    "REFERENCE_PUBLICATION": 3.0,
    "TRAINED_ON": 2.0,
    "EVALUATED_ON": 1.0,
    "ML_TASK": 1.0,
}
"""Edges that count, and how much."""
PROPERTIES = {
    "WAS_DERIVED_FROM": "wasDerivedFrom",
    "REFERENCE_PUBLICATION": "referencePublication",
    "TRAINED_ON": "trainedOn",
    "EVALUATED_ON": "evaluatedOn",
    "ML_TASK": "mlTask",
}
MOST_SHARED = 500
"""The number of models up to which it says something of them that they share it."""
COMPARED = 400
"""The number of candidates, the best ones, among which a varied choice is made."""
AGAIN, SAME_OWNER = 0.6, 0.85
"""The factors of the score of a model for each one before it that shares the same, and for each one of its owner."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that models have in common.

    Attributes:
        property: the property that leads to it.
        iri, name: what it is.
        models: the number of models that have it.
    """

    property: str
    iri: str
    name: str
    models: int


@dataclass(frozen=True, slots=True)
class SimilarModel:
    """A similar model.

    Attributes:
        iri, name: the model.
        score: the sum over what is shared: more for what few models share.
        shared: the reasons.
    """

    iri: str
    name: str
    score: float
    shared: list[Shared]


@dataclass(frozen=True, slots=True)
class Similar:
    """Models that are similar to another one.

    Attributes:
        iri: the IRI of the other one.
        total: the number of models that share something with it.
        models: the most similar ones, varied: those that share the same, or have the same owner, follow later.
        too_common: what the model has, but so many others do that it says nothing; ``models`` counts up to a limit.
    """

    iri: str
    total: int
    models: list[SimilarModel]
    too_common: list[Shared]


Key = tuple[str, int]
"""The type of an edge and the row id of its target."""


def similar(reader: CatalogReader, iri: str, limit: int) -> Similar:
    """Return models that are similar to another one, with the reasons.

    Args:
        reader: the catalog.
        iri: the model.
        limit: the maximum number of models.
    """
    names = {"iris": array(reader.also_called([iri])), "types": array(WEIGHTS), "most": MOST_SHARED + 1}
    rows = reader._execute(
        f"""SELECT m.type, m.target, t.iri, coalesce(t.name, t.iri),
                   (SELECT count(*) FROM (
                       SELECT DISTINCT source FROM edge WHERE target = m.target AND type = m.type LIMIT :most))
            FROM (SELECT DISTINCT e.type, e.target FROM {elements("iris")} AS j JOIN entity AS s ON s.iri = j.value
                  JOIN edge AS e ON e.source = s.id WHERE e.type IN {among("types")}) AS m
            JOIN entity AS t ON t.id = m.target ORDER BY m.type, t.iri""",
        names,
    ).fetchall()
    known = {(type, target): Shared(PROPERTIES[type], of, name, models) for type, target, of, name, models in rows}
    telling = {key: each for key, each in known.items() if 1 < each.models <= MOST_SHARED}
    found = _candidates(reader, iri, telling)
    scored = sorted(((_score(keys, telling), of) for of, keys in found.items()), key=lambda each: (-each[0], each[1]))
    chosen = list(_varied(scored[:COMPARED], found, limit))
    called = _names(reader, [of for _, of in chosen])
    models = [
        SimilarModel(of, called.get(of, of), round(score, 3), [telling[key] for key in found[of]])
        for score, of in chosen
    ]
    return Similar(iri, len(found), models, [each for each in known.values() if each.models > MOST_SHARED])


def _candidates(reader: CatalogReader, iri: str, telling: Mapping[Key, Shared]) -> dict[str, list[Key]]:
    """Return the described models that share something, by their present IRIs, the most telling first."""
    found: dict[str, dict[Key, None]] = {}
    for key in sorted(telling, key=lambda key: (-_weight(key, telling), key)):
        type, target = key
        rows = reader._execute(
            """SELECT DISTINCT s.iri FROM edge AS e JOIN entity AS s ON s.id = e.source
               WHERE e.target = :target AND e.type = :type AND s.described AND s.class = 'MLModel'""",
            {"target": target, "type": type},
        )
        for (of,) in rows:
            found.setdefault(of, {})[key] = None
    now = reader.resolve_all(found)
    merged: dict[str, dict[Key, None]] = {}
    for of, keys in found.items():
        if now[of] != iri:
            merged.setdefault(now[of], {}).update(keys)
    return {of: list(keys) for of, keys in merged.items()}


def _weight(key: Key, telling: Mapping[Key, Shared]) -> float:
    return WEIGHTS[key[0]] / log2(1 + telling[key].models)


def _score(keys: list[Key], telling: Mapping[Key, Shared]) -> float:
    return sum(_weight(key, telling) for key in keys)


def _varied(scored: list[tuple[float, str]], found: Mapping[str, list[Key]], limit: int) -> Iterator[tuple[float, str]]:
    """Choose the best that is left, again and again; what is like those before it counts less."""
    left = dict.fromkeys(scored)
    reasons, owners = Counter[frozenset[Key]](), Counter[str]()
    for _ in range(min(limit, len(scored))):
        best = max(
            left,
            key=lambda each: (
                each[0] * AGAIN ** reasons[frozenset(found[each[1]])] * SAME_OWNER ** owners[_owner(each[1])]
            ),
        )
        del left[best]
        reasons[frozenset(found[best[1]])] += 1
        owners[_owner(best[1])] += 1
        yield best


def _owner(iri: str) -> str:
    return iri.rpartition("/")[0]


def _names(reader: CatalogReader, iris: list[str]) -> dict[str, str]:
    rows = reader._execute(f"SELECT iri, name FROM entity WHERE iri IN {among('iris')}", {"iris": array(iris)})
    return {iri: name for iri, name in rows if name}
