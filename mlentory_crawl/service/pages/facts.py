"""The facts about an entity as a page shows them: each with its values, and the records that state it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fair4ml.describe.text_values import TEXT_SIMILARITY
from fair4ml.entities import Kind, properties
from mlentory_crawl.catalog.queries.comparison import METRIC, PARAMETER
from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.catalog.queries.evaluated import names_in
from mlentory_crawl.catalog.queries.origins import Statement, statements_of_values
from mlentory_crawl.console import number

ELSEWHERE = frozenset({
    "name", "description", "hasEvaluation", "additionalProperty", "qualifiedDerivation", "wasDerivedFrom",
    "dateCreated", "dateModified", "datePublished", "relation",
})  # fmt: skip
"""The properties that the page shows apart from the others."""
FIRST = (
    "license", "mlTask", "modelCategory", "softwareRequirements", "inLanguage", "trainedOn", "fineTunedFrom",
    "evaluatedOn", "validatedOn", "testedOn", "referencePublication", "author", "sharedBy", "about",
    "conditionsOfAccess",
)  # fmt: skip
"""The properties that are looked for first, in this order."""
LAST = ("url", "identifier", "version", "archivedAt", "readme", "discussionUrl", "issueTracker", "languageTag")
"""Those that are looked for last: addresses, and names for programs."""
CODE = ("codeSampleSnippet", "citation")
"""Those whose line breaks matter."""
LONG = 360
"""The number of characters from which on a text is opened by who wants to read it."""
LABELS = {
    PARAMETER: "Hyperparameters",
    METRIC: "Metrics",
    "parameterCount": "Parameters",
    "elementCount": "Elements",
    "mlTask": "Task",
    "inLanguage": "Language",
    "modelCategory": "Architecture",
    "softwareRequirements": "Libraries",
    "conditionsOfAccess": "Access",
    "codeRepository": "Code",
    "archivedAt": "This version",
    "discussionUrl": "Discussions",
    "referencePublication": "Papers",
    "languageTag": "Language tags",
    "url": "Address",
    "contentUrl": "Download",
    "fineTunedFrom": "Fine-tuned from",
    "wasDerivedFrom": "Derived from",
    "qualifiedDerivation": "Kind of derivation",
    "hasEvaluation": "Evaluations",
    "hasCO2eEmissions": "CO\u2082e emissions",
    "modelRisksBiasLimitations": "Risks, bias, limitations",
    "ethicalSocial": "Ethical and social",
    "additionalProperty": "Further values",
    "sha256": "SHA-256",
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a fact.

    Attributes:
        text: the value as it is shown.
        iri: the entity that it is, if it is one.
    """

    text: str
    iri: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """The values of an entity under one property.

    Attributes:
        name: the property, or what the values are of.
        label: its name for people.
        values: the values.
        statements: the records that state it, the one that leads first.
    """

    name: str
    label: str
    values: list[Value]
    statements: list[Statement] = field(default_factory=list)

    @property
    def is_last(self) -> bool:
        """Check whether it is an address or a name for programs."""
        return self.name in LAST

    @property
    def is_code(self) -> bool:
        """Check whether the line breaks of its texts matter."""
        return self.name in CODE

    @property
    def is_long(self) -> bool:
        """Check whether its texts are too long to be read in passing."""
        return sum(len(value.text) for value in self.values if value.iri is None) > LONG


def facts_of(shown: Description) -> list[Fact]:
    """Return the facts about an entity, what is looked for first first."""
    names, statements = names_in(shown.state), shown.statements()
    found = []
    for name, prop in properties(shown.root["class"]).items():
        stated = shown.root.get(name)
        if stated is None or name in ELSEWHERE:
            continue
        values = stated if isinstance(stated, list) else [stated]
        is_entity = prop.kind is Kind.REFERENCE
        told = [_value(each, names, is_entity=is_entity) for each in values]
        found.append(Fact(name, label_of(name), told, statements.get(name, [])))
    return sorted(found, key=_rank)


def _rank(fact: Fact) -> tuple[int, int]:
    """Return where a fact stands; others stay as they are between what is first and last."""
    if fact.name in FIRST:
        return 0, FIRST.index(fact.name)
    return (2, LAST.index(fact.name)) if fact.name in LAST else (1, 0)


def groups_of(shown: Description) -> list[Fact]:
    """Return the values that an entity has beside its properties, by what they are of."""
    stated = set(shown.root.get("additionalProperty", ()))
    parts = [part for part in shown.state["parts"] if part["iri"] in stated]
    groups: dict[str, list[Value]] = {}
    for part in parts:
        if "propertyID" not in part or "value" not in part:
            continue
        if part["propertyID"] == TEXT_SIMILARITY:
            continue
        unit = f" {part['unitText']}" if part.get("unitText") else ""
        value = "" if part["value"] == part.get("name") else f"{number(part['value'])}{unit}"
        text = f"{part['name']}: {value}".removesuffix(": ") if "name" in part else value
        groups.setdefault(part["propertyID"], []).append(Value(text))
    told = statements_of_values(shown.records, parts)
    return [Fact(name, label_of(name), values, told.get(name, [])) for name, values in groups.items()]


def label_of(name: str) -> str:
    """Return the name of a property for people: known ones as they are called, others as words."""
    if name in LABELS:
        return LABELS[name]
    first, space, rest = name.partition(" ")
    if space:
        return f"{label_of(first)} {rest}"
    words = " ".join(each.lower() for each in _WORD.findall(name)) or name
    return words[:1].upper() + words[1:]


def _value(value: Any, names: dict[str, str], *, is_entity: bool) -> Value:
    return Value(names.get(value) or value, value) if is_entity else Value(number(value))
