"""Records as RDF: Turtle, N-Triples and JSON-LD, made from stored documents and the predicates that entities declare.

The same record gives the same bytes: types come first, predicates and objects are sorted, and there are no blank nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

import orjson

from fair4ml.entities import CLASSES, Kind, properties
from fair4ml.identifiers import part_iri
from fair4ml.vocabulary import DCTERMS, PROV, SCHEMA
from fair4ml.write.rdf_syntax import PREFIXES, JsonLd, NTriples, Statements, Terms, Turtle, date_type, jsonld_context
from fair4ml.write.value_types import value_types

__all__ = [
    "INTERACTIONS",
    "Resource",
    "counters",
    "jsonld",
    "jsonld_context",
    "jsonld_nodes",
    "ntriples",
    "provenance",
    "triples",
    "turtle",
    "turtle_header",
]

INTERACTIONS = {
    "downloads": SCHEMA.DownloadAction,
    "downloadsAllTime": SCHEMA.DownloadAction,
    "likes": SCHEMA.LikeAction,
}
"""The action of each counter, by its name; a counter of no action, such as a trending score, is no interaction."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Statements that are not part of a record: about the record, or about what changes without the entity changing.

    Attributes:
        iri: the subject of the statements.
        types: the IRIs of its classes.
        links: pairs of predicate and IRI.
        values: pairs of predicate and literal.
    """

    iri: str
    types: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str | int | float | bool | datetime | date], ...] = ()


def counters(iri: str, counts: Mapping[str, int]) -> list[Resource]:
    """Published counters as interaction statistics (http://schema.org/interactionStatistic).

    Args:
        iri: the entity that was downloaded or liked.
        counts: counter -> value; counters of no action in `INTERACTIONS` are left out.
    """
    counted = [
        Resource(
            part_iri(iri, "counter", name),
            (SCHEMA.InteractionCounter,),
            ((SCHEMA.interactionType, INTERACTIONS[name]),),
            ((SCHEMA.name, name), (SCHEMA.userInteractionCount, count)),
        )
        for name, count in counts.items()
        if name in INTERACTIONS
    ]
    counted.sort(key=lambda counter: counter.iri)
    links = tuple((SCHEMA.interactionStatistic, counter.iri) for counter in counted)
    return [Resource(iri, links=links), *counted] if counted else []


def provenance(
    iri: str,
    key: str,
    *,
    run: str | None = None,
    source: str | None = None,
    license: str | None = None,
    generated_at: datetime | None = None,
    invalidated_at: datetime | None = None,
) -> Resource:
    """The provenance of the description of an entity (https://www.w3.org/TR/prov-o/), attached to the description.

    Args:
        iri: the described entity.
        key: the catalog key of the record that describes it.
        run: the IRI of the run that fetched it.
        source: the API address that returned it.
        license: the IRI of the license of the description, if it has one.
        generated_at: when it was fetched.
        invalidated_at: when the entity was found to be gone.
    """
    links = (
        (SCHEMA.about, iri),
        (PROV.wasGeneratedBy, run),
        (PROV.hadPrimarySource, source),
        (DCTERMS.license, license),
    )
    times = ((PROV.generatedAtTime, generated_at), (PROV.invalidatedAtTime, invalidated_at))
    return Resource(
        part_iri(iri, "record", key),
        (PROV.Entity,),
        tuple((predicate, target) for predicate, target in links if target is not None),
        tuple((predicate, time) for predicate, time in times if time is not None),
    )


def turtle_header() -> str:
    """The prefixes that Turtle texts need before them, once."""
    return "".join(f"@prefix {prefix}: <{base}> .\n" for prefix, base in sorted(PREFIXES.items())) + "\n"


def turtle(document: Mapping[str, Any], extra: Iterable[Resource] = ()) -> str:
    """A record as Turtle, without the header so that many can be joined; arguments as for `triples`."""
    return "".join(_blocks(document, extra, _TURTLE))


def triples(document: Mapping[str, Any], extra: Iterable[Resource] = ()) -> Iterator[tuple[str, str, str]]:
    """The triples of a record, each term as N-Triples writes it.

    Args:
        document: a stored record (``root``, ``parts`` and ``stubs``), or an empty one.
        extra: further statements, such as `counters` or `provenance`.

    Raises:
        KeyError: a class or property that `fair4ml.entities` does not declare.
    """
    return chain.from_iterable(_blocks(document, extra, _TERMS))


def ntriples(document: Mapping[str, Any], extra: Iterable[Resource] = ()) -> str:
    """A record as N-Triples, one line a triple; arguments as for `triples`."""
    return "".join(_blocks(document, extra, _NTRIPLES))


def jsonld(document: Mapping[str, Any], extra: Iterable[Resource] = ()) -> dict[str, Any]:
    """A record as a JSON-LD document of its own; arguments as for `triples`."""
    return {"@context": jsonld_context(), "@graph": jsonld_nodes(document, extra)}


def jsonld_nodes(document: Mapping[str, Any], extra: Iterable[Resource] = ()) -> list[dict[str, Any]]:
    """The node objects of a record under the project's context; arguments as for `triples`."""
    nodes = _blocks(document, extra, _JSONLD)
    # The nodes of stubs are shared between calls.
    return [{key: value.copy() if isinstance(value, list) else value for key, value in n.items()} for n in nodes]


_NTRIPLES, _TERMS, _TURTLE, _JSONLD = NTriples(), Terms(), Turtle(), JsonLd()
_iri = itemgetter("iri")


def _blocks(document: Mapping[str, Any], extra: Iterable[Resource], syntax: NTriples) -> Iterator[Any]:
    if "root" in document:
        yield _thing(document["root"], syntax)
    for part in sorted(document.get("parts", ()), key=_iri):
        yield _thing(part, syntax)
    for stub in sorted(document.get("stubs", ()), key=_iri):
        yield _stub(stub["iri"], stub["class"], stub.get("name"), syntax)
    for resource in extra:
        yield _resource(resource, syntax)


def _thing(entity: Mapping[str, Any], syntax: NTriples) -> Any:
    types, plan = _plan(entity["class"], tuple(entity), syntax)
    statements: Statements = [(syntax.type, types)]
    for predicate, sources in plan:
        objects: list[Any] = []
        for key, write in sources:
            value = entity[key]
            if type(value) is list:
                objects += map(write, value)
            elif value is not None:
                objects.append(write(value))
        if objects:
            statements.append((predicate, objects if len(objects) == 1 else syntax.ordered(objects)))
    return syntax.block(syntax.subject(entity["iri"]), statements)


@lru_cache(maxsize=16_384)
def _stub(iri: str, class_name: str, name: str | None, syntax: NTriples) -> Any:
    # The same licenses, tasks and languages are named by nearly every record.
    return _thing({"iri": iri, "class": class_name, "name": name}, syntax)


@lru_cache(maxsize=16_384)
def _plan(
    class_name: str, keys: tuple[str, ...], syntax: NTriples
) -> tuple[list[str], list[tuple[str, list[tuple[str, Callable[[Any], Any]]]]]]:
    """The types of an entity; and for each predicate the keys that hold its objects, each with their writer.

    It depends on the keys that the entity has: the same combinations recur all the time.
    """
    declared = properties(class_name)
    types = value_types(class_name)
    plan: dict[str, list[tuple[str, Callable[[Any], Any]]]] = {}
    for key in keys:
        if key not in ("iri", "class"):
            write: Callable[[Any], Any] = syntax.reference
            if declared[key].kind is Kind.LITERAL:
                write = syntax.time if types[key].is_date else syntax.literal
            for predicate in (declared[key].predicate, *declared[key].also):
                plan.setdefault(syntax.key(declared[key], predicate), []).append((key, write))
    return [syntax.name(iri) for iri in CLASSES[class_name].types], sorted(plan.items())


def _resource(resource: Resource, syntax: NTriples) -> Any:
    found: dict[str, list[Any]] = {}
    for predicate, target in resource.links:
        found.setdefault(syntax.name(predicate), []).append(syntax.link(target))
    for predicate, value in resource.values:
        if isinstance(value, date):
            text = orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS).decode()[1:-1]
            term = syntax.typed(text, date_type(text))
        else:
            term = syntax.literal(value)
        found.setdefault(syntax.name(predicate), []).append(term)
    types = [(syntax.type, [syntax.name(iri) for iri in resource.types])] if resource.types else []
    statements = [(predicate, syntax.ordered(objects)) for predicate, objects in sorted(found.items())]
    return syntax.block(syntax.subject(resource.iri), types + statements)
