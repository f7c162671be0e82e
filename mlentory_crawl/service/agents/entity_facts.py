"""The facts about an entity as agents read them, and apart from them the texts of its owner."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from fair4ml.document import forbids_ai
from fair4ml.entities import Kind, properties
from fair4ml.write.value_types import value_types
from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.catalog.queries.evaluated import names_in
from mlentory_crawl.catalog.queries.origins import Statement
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.service.agents.strangers_texts import name_of
from mlentory_crawl.suggestions import did_you_mean

LISTED, SAID_BY, MOST_RECORDS = 15, 3, 10
"""The values of a property, and the records that state it, that an answer shows; the latter of one property alone."""
SHOWN_ELSEWHERE = frozenset("iri class name hasEvaluation additionalProperty qualifiedDerivation".split())
"""Members of an entity that are shown apart from its properties, or that lead to what is shown apart."""
CODES = frozenset(
    "identifier languageTag conditionsOfAccess version developmentStatus termCode sha256 softwareVersion".split()
)
"""Properties whose texts are codes, no prose."""
FACTS, TEXTS = "facts", "stated_by_owner"
"""The lists of an answer: properties that state facts, and texts of strangers."""


class Stated(TypedDict):
    """A property with its values, and the records that state it."""

    property: str
    values: list[Any]
    total_values: int
    stated_by: NotRequired[list[str]]


Entry = tuple[str, Stated]
"""The name of a list of an answer, and an entry of it."""


def properties_stated(shown: Description) -> list[Entry]:
    """Return the properties of an entity, each with its first values: first facts, then texts.

    The texts of an entity whose page says that AI must not use it are left out.
    """
    statements = shown.statements()
    return [
        (in_list, _stated(name, values[:LISTED], len(values), statements.get(name, [])))
        for name, (in_list, values) in _by_property(shown).items()
    ]


def values_stated(shown: Description, name: str) -> tuple[list[Entry], list[str]]:
    """Return the values of a property of an entity, each as an entry of its own, and the records that state it.

    Args:
        shown: the entity.
        name: the property.

    Raises:
        WrongUsage: the entity does not have it.
    """
    known = _by_property(shown)
    if name not in known:
        hint = did_you_mean(name, known, f"there are {', '.join(known)}" if known else "it has no properties")
        raise WrongUsage(f"property: {shown.iri} states no {name}; {hint}")
    in_list, values = known[name]
    stated_by = [_said(each) for each in shown.statements().get(name, [])]
    return [(in_list, _stated(name, [value], len(values), [])) for value in values], stated_by[:MOST_RECORDS]


def _by_property(shown: Description) -> dict[str, tuple[str, list[Any]]]:
    """Return the values of each property, with the list that they belong to."""
    declared, types = properties(shown.root["class"]), value_types(shown.root["class"])
    found: dict[str, tuple[str, list[Any]]] = {}
    for name, each in declared.items():
        if name in shown.root and name not in SHOWN_ELSEWHERE:
            may_be_text = each.kind is Kind.LITERAL and str in types[name].types and not types[name].is_date
            found[name] = TEXTS if may_be_text and name not in CODES else FACTS, _values(shown, name)
    for name, values in _further(shown).items():
        found[name] = FACTS if all(isinstance(each, int | float) for each in values) else TEXTS, values
    kept = (FACTS,) if forbids_ai(shown.state) else (FACTS, TEXTS)
    return {name: found[name] for in_list in kept for name in found if found[name][0] == in_list}


def _stated(name: str, values: list[Any], total: int, statements: list[Statement]) -> Stated:
    told: Stated = {"property": name, "values": values, "total_values": total}
    if statements:
        told["stated_by"] = [_said(each) for each in statements[:SAID_BY]]
    return told


def _said(statement: Statement) -> str:
    differs = {"all": "", "some": ", differs in part", "none": ", differs"}[statement.agrees]
    return f"{statement.record}: {statement.field} ({statement.method}{differs})"


def _values(shown: Description, name: str) -> list[Any]:
    stated = shown.root[name]
    values = stated if isinstance(stated, list) else [stated]
    if name in CODES:
        return [name_of(each) for each in values]
    if properties(shown.root["class"])[name].kind is not Kind.REFERENCE:
        return values
    names = names_in(shown.state)
    return [{"iri": each, **({"name": name_of(names[each])} if each in names else {})} for each in values]


def _further(shown: Description) -> dict[str, list[Any]]:
    """Return the values that the vocabulary has no property for, by their names; numbers have none of their own."""
    stated = set(shown.root.get("additionalProperty", ()))
    found: dict[str, list[Any]] = {}
    for part in shown.state["parts"]:
        if part["iri"] in stated and "propertyID" in part and "value" in part:
            value = f"{part['name']}: {part['value']}" if "name" in part else part["value"]
            found.setdefault(name_of(part["propertyID"]), []).append(value)
    return found
