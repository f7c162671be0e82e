"""Texts on a terminal: those that are written about an entity, and what a text is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.catalog.queries.evaluated import names_in
from mlentory_crawl.catalog.queries.writings import TEXTS
from mlentory_crawl.commands.option_types import NAMES
from mlentory_crawl.console import counted, shorten, styled, table
from mlentory_crawl.console.tables import GAP, Facts
from mlentory_crawl.printable import one_line

FIRST = ("author", "datePublished", "dateModified")
"""The properties of a text that are shown before the others."""
TOLD_APART = frozenset({"mentions", "about", "relation"})
"""The properties of a text that have sections of their own."""
_NOUNS = {class_name: noun for noun, class_name in NAMES.items()}


def is_text(root: Mapping[str, Any]) -> bool:
    """Check whether an entity is an article or a post."""
    return root["class"] in TEXTS


def print_mentioned(out: Console, shown: Description) -> None:
    """Print what a text or a repository is about and mentions, and the texts that read nearly the same."""
    names = names_in(shown.state)
    classes = {each["iri"]: each["class"] for each in (*shown.state["stubs"], *shown.state["parts"])}
    about = shown.root.get("about", ()) if is_text(shown.root) else ()
    others = [iri for iri in shown.root.get("mentions", ()) if iri not in about]
    for heading, iris in (("about", about), ("mentions", others)):
        if iris:
            facts = Facts(GAP)
            for iri in iris:
                noun = _NOUNS.get(classes.get(iri, ""), "entity")
                facts.add(noun, names.get(iri, iri), *([iri] if iri in names else []))
            out.print(styled((f"{heading} ({len(iris):,})", "bold")))
            out.print(facts)
            out.print("")
    if shown.alike:
        alike = table("alike", "", right=("alike",))
        for each in shown.alike:
            share = "" if each.likeness is None else f"{each.likeness:.0%}"
            alike.add_row(share, each.name or each.iri, below=[Text(one_line(each.iri), "dim")] if each.name else [])
        alike.show_header = False
        out.print(styled((f"nearly the same text ({len(shown.alike):,})", "bold"), ", by the runs of words they share"))
        out.print(alike)
        out.print("")


def print_written(out: Console, shown: Description) -> None:
    """Print what is written about an entity, and the models whose code it is."""
    written, code = shown.written, shown.code_of
    if written.count:
        out.print(styled((f"written about it ({written.count:,})", "bold")))
        newest = table("date", "title", "by")
        for each in written.newest:
            who = ", ".join(dict.fromkeys([*each.authors, *([each.site] if each.site else [])]))
            how = {"about": "about it", "mentions": "mentions it"}[each.how]
            below = Text(one_line(f"{each.iri} ({_NOUNS[each.type]}, {how})"), "dim")
            newest.add_row((each.date or "")[: len("2026-11-20")], shorten(each.name or ""), who, below=[below])
        out.print(newest)
        if (more := written.count - len(written.newest)) > 0:
            out.print(f"  ... and {more:,} more")
        out.print("")
    if code.count:
        out.print(styled((f"the code of {counted(code.count, 'model')}", "bold")))
        models = Facts(GAP)
        for iri, name in code.models:
            models.add("model", name, *([iri] if iri != name else []))
        out.print(models)
        if (more := code.count - len(code.models)) > 0:
            out.print(f"  ... and {more:,} more")
        out.print("")
