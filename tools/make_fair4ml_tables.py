"""Write the tables of docs/fair4ml.md: the terms of each class, and the source fields that give their values.

The text around the tables is written by hand and kept.

Usage: python tools/make_fair4ml_tables.py
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

# The packages of this checkout, not those that happen to be installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mapped_properties import Origin, origins

from fair4ml.entities import CLASSES, Kind, Property, properties
from fair4ml.meanings import MEANINGS
from fair4ml.vocabulary import NAMESPACES

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "fair4ml.md"

_VALUES = {Kind.LITERAL: "literal", Kind.URL: "address", Kind.REFERENCE: "entity"}
_BLOCK = re.compile(r"(<!-- (terms|sources|silent): (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _short(iri: str) -> str:
    return next(f"{each.prefix}:{iri.removeprefix(each.base)}" for each in NAMESPACES if iri.startswith(each.base))


@cache
def _profile() -> frozenset[str]:
    """The terms of other vocabularies that FAIR4ML 0.1.0 reuses."""
    context = json.loads((files("fair4ml") / "data" / "fair4ml.jsonld").read_bytes())["@context"]
    return frozenset(term["@id"] for term in context.values() if isinstance(term, dict))


def _origin_of_term(term: str) -> str:
    if term.startswith("fair4ml:"):
        return "FAIR4ML"
    return "reused" if term in _profile() else "added"


def _of_entities() -> dict[str, Property]:
    return {name: each for name, each in properties("CreativeWork").items() if name in properties("Agent")}


def _own(cls: str) -> Iterator[tuple[str, Property]]:
    """The properties of a class that no more general table has."""
    if cls == "Entity":
        yield from _of_entities().items()
        return
    is_work = "CreativeWork" in {base.__name__ for base in CLASSES[cls].__mro__}
    general = _of_entities() | (properties("CreativeWork") if is_work and cls != "CreativeWork" else {})
    yield from ((name, each) for name, each in properties(cls).items() if general.get(name) != each)


def terms(cls: str) -> str:
    """The table of the terms of a class: property, predicate, whose it is, its values and its meaning."""
    rows = ["| property | term | whose | value | meaning |", "|---|---|---|---|---|"]
    for name, declared in _own(cls):
        predicates = " ".join(f"[`{_short(iri)}`]({iri})" for iri in (declared.predicate, *declared.also))
        meaning = MEANINGS.get(f"{cls}.{name}") or MEANINGS[name]
        whose = _origin_of_term(_short(declared.predicate))
        rows.append(f"| `{name}` | {predicates} | {whose} | {_VALUES[declared.kind]} | {meaning} |")
    return "\n".join(rows)


@cache
def _title(platform: str) -> str:
    """A platform as its page calls it."""
    head, _, _ = (ROOT / "docs" / f"{platform}.md").read_text("utf-8").partition("\n")
    return head.removeprefix("# ").partition(":")[0]


def _fields(origin: Origin) -> str:
    given = ", ".join(f"`{field}`" for field in origin.fields)
    further = ", ".join(f"`{field}`" for field in origin.further)
    return f"{given}; also {further}" if further else given


def sources(cls: str) -> str:
    """The table of the source fields that give the properties of a class, by platform."""
    rows = ["| property | platform | source field | method |", "|---|---|---|---|"]
    for name in properties(cls):
        shown = f"`{name}`"
        for origin in origins().get((cls, name), ()):
            kinds = f" ({', '.join(origin.kinds)})" if origin.kinds else ""
            platform = f"[{_title(origin.platform)}]({origin.platform}.md){kinds}"
            rows.append(f"| {shown} | {platform} | {_fields(origin)} | {origin.method} |")
            shown = ""
    return "\n".join(rows)


def silent(cls: str) -> str:
    """The properties of a class that no platform gives, in a sentence."""
    found = [f"`{name}`" for name in properties(cls) if (cls, name) not in origins()]
    return f"No platform gives {', '.join(found)}."


def page(text: str) -> str:
    """A page with its tables written anew.

    Args:
        text: the page; ``<!-- terms: MLModel -->`` and ``<!-- end -->`` enclose a table.
    """
    tables = {"terms": terms, "sources": sources, "silent": silent}
    return _BLOCK.sub(lambda found: f"{found[1]}\n{tables[found[2]](found[3])}\n\n{found[4]}", text)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
