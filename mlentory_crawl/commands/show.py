"""``mlentory show``: one entity, with everything the catalog knows of it."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from fair4ml.describe.text_values import TEXT_SIMILARITY
from fair4ml.entities import Kind, properties
from fair4ml.identifiers import HUGGING_FACE
from mlentory_crawl.catalog.queries.comparison import METRIC, PARAMETER
from mlentory_crawl.catalog.queries.derivations import KIND_NOT_STATED
from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.catalog.queries.evaluated import names_in
from mlentory_crawl.catalog.queries.mentions import MOST, Mention, Mentions
from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.commands.text_sheet import FIRST, TOLD_APART, is_text, print_mentioned, print_written
from mlentory_crawl.console import console, counted, number, print_json, print_text, shorten, styled, table
from mlentory_crawl.console.tables import GAP, Facts
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog
from mlentory_crawl.printable import one_line

MAX_CHILDREN, MAX_RESULTS = 10, 40

LICENSED = frozenset({"MLModel", "Dataset"})
"""The classes of entities for which a missing license is shown."""
NONE_STATED = "none stated"
AS_WRITTEN = frozenset({"codeSampleSnippet"})
"""The properties whose line breaks are shown."""
AGREEMENT = {"all": "", "some": ", in part", "none": ", another value"}
TOLD_ELSEWHERE = frozenset({"name", "hasEvaluation", "additionalProperty", "qualifiedDerivation", "wasDerivedFrom"})
"""The properties that are shown apart from the others."""
HEADINGS = {
    PARAMETER: "hyperparameters",
    METRIC: "metrics",
    "parameter_without_default": "hyperparameters without a default",
    "parameterCount": "parameters by type",
    "elementCount": "elements by type",
    "component": "components",
    "alias": "aliases",
    "tag": "tags",
}
"""The headings of values with names of their own; others stand below the name of their property."""


class Command(ProjectCommand):
    """Shows the facts about one entity, the records they come from, what it derives from and what derives from it."""

    syntax = "ID|IRI|CATALOG_KEY [--at DATE] [--why] [--limit N] [--offset N] [--format text|json|ttl|jsonld]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--at", metavar="DATE", help="as the catalog knew it then (ISO 8601; a day means its end)")
        parser.add_argument(
            "--why", action="store_true", help="say which records state each fact, in which field, and what names it"
        )
        parser.add_argument(
            "--limit",
            type=int,
            default=MOST,
            metavar="N",
            help=f"of what names it, N entities of each platform (default: {MOST})",
        )
        parser.add_argument("--offset", type=int, default=0, metavar="N", help="leave out the first N of them")
        parser.add_argument("--format", choices=("text", "json", "ttl", "jsonld"), default="text")
        parser.add_argument(
            "--json", action="store_const", const="json", dest="format", help="the same as --format json"
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1:
            raise WrongUsage("name one entity: an id, an IRI, an address, a catalog key")
        if opts.limit < 1 or opts.offset < 0:
            raise WrongUsage("--limit is 1 or more, --offset 0 or more")
        with Catalog(self.settings) as catalog:
            shown = catalog.model(args[0], _moment(opts.at), mentions_limit=opts.limit, mentions_offset=opts.offset)
        if opts.format == "json":
            print_json(shown.to_dict())
        elif opts.format == "ttl":
            print_text(shown.turtle())
        elif opts.format == "jsonld":
            print_json(shown.jsonld())
        else:
            _print(console(), shown, why=opts.why)
        return 0


def _moment(at: str | None) -> datetime | None:
    if at is None:
        return None
    try:
        parsed = datetime.fromisoformat(at)
    except ValueError as error:
        raise WrongUsage(f"--at {at!r}: expected a date such as 2026-11-20") from error
    return parsed.replace(hour=23, minute=59, second=59) if len(at) <= len("2026-11-20") else parsed


def _print(out: Console, shown: Description, *, why: bool) -> None:
    root, records = shown.root, shown.records
    out.print(styled((one_line(str(root.get("name") or root["iri"])), "bold")))
    out.print(styled(f"{root['class']}  {one_line(root['iri'])}\n"))
    if not records:
        out.print("Named only. No record describes it.\n")
    elif shown.deleted_at:
        out.print(styled((f"Gone since {shown.deleted_at}", "red"), ": what is kept of it.\n"))
    _print_facts(out, shown, why=why)
    print_mentioned(out, shown)
    _print_evaluations(out, shown)
    _print_lineage(out, shown)
    print_written(out, shown)
    if records:
        out.print(styled(("records", "bold")))
    for record in records:
        out.print(f"  {record.key}")
        facts = Facts(2 * GAP)
        facts.add("source", record.provenance["source"])
        facts.add("fetched", f"{record.provenance['fetched_at']}, run {record.run}")
        out.print(facts, style="dim")
    if why or not records:
        _print_mentions(out, shown.mentions)


def _section(out: Console, heading: str, facts: Facts) -> None:
    """Print facts below a heading, if there are any."""
    if len(facts):
        out.print(styled((one_line(heading), "bold")))
        out.print(facts)
        out.print("")


def _print_facts(out: Console, shown: Description, *, why: bool) -> None:
    root, names = shown.root, names_in(shown.state)
    reasons = _reasons(shown) if why else {}
    facts = Facts()
    declared = properties(root["class"])
    told_apart = TOLD_ELSEWHERE | (TOLD_APART if is_text(root) else {"mentions"})
    for name in dict.fromkeys((*(FIRST if is_text(root) else ()), *declared)):
        prop, value = declared[name], root.get(name)
        if name == "license" and value is None and root["class"] in LICENSED and shown.records:
            facts.add(name, NONE_STATED)
        if value is None or name in told_apart:
            continue
        values = value if isinstance(value, list) else [value]
        told = [names.get(each) or each if prop.kind is Kind.REFERENCE else number(each) for each in values]
        text: str | Text = shorten(", ".join(told))
        if name in AS_WRITTEN:
            text = styled("\n\n".join(shorten(each.strip("\n")) for each in told))
        facts.add(name, text, *reasons.get(name, ()))
    groups: dict[str, Facts] = {}
    stated = set(root.get("additionalProperty", ()))
    for part in shown.state["parts"]:
        if part["iri"] not in stated or "propertyID" not in part or "value" not in part:
            continue
        if part["propertyID"] == TEXT_SIMILARITY:
            continue
        of, value = part["propertyID"], part["value"]
        if "name" in part:
            # A parameter is what somebody chose, and no measurement.
            shown_value = str(value) if of == PARAMETER else "" if value == part["name"] else _value(part)
            groups.setdefault(of, Facts(GAP)).add(part["name"], shown_value)
        else:
            facts.add(of, _value(part))
    if len(facts):
        out.print(facts)
        out.print("")
    for of, group in groups.items():
        _section(out, HEADINGS.get(of, of), group)
    counters = Facts(GAP)
    for name, count in shown.state["counters"].items():
        counters.add(name, number(count))
    _section(out, "counters", counters)


def _reasons(shown: Description) -> dict[str, list[str]]:
    """Return the records that state each property, by their kind where there is only one of it, and the field."""
    kinds = Counter(_kind(record.key) for record in shown.records)
    told: dict[str, list[str]] = {}
    for name, statements in shown.statements().items():
        for each in statements:
            record = _kind(each.record) if kinds[_kind(each.record)] == 1 else each.record
            told.setdefault(name, []).append(f"{record}: {each.field} ({each.method}){AGREEMENT[each.agrees]}")
    return told


def _kind(key: str) -> str:
    return "/".join(key.split("/", 2)[:2])


def _value(part: Mapping[str, Any]) -> str:
    unit = part.get("unitText") or ""
    is_told = unit.removesuffix("s").lower() in part["propertyID"].lower()
    return shorten(number(part["value"])) + ("" if is_told else f" {unit}")


def _print_evaluations(out: Console, shown: Description) -> None:
    results = shown.evaluations()
    if not results:
        return
    names = names_in(shown.state)
    out.print(styled((f"evaluations ({len(results):,})", "bold")))
    for sources in dict.fromkeys(tuple(each.sources) for each in results[:MAX_RESULTS]):
        alike = table("on", "metric", "value", right=("value",))
        for each in results[:MAX_RESULTS]:
            if tuple(each.sources) == sources:
                on = ", ".join(each.on) + (f" ({each.settings})" if each.settings else "")
                others = ", ".join(names.get(iri, iri) for iri in each.models if iri != shown.iri)
                value = "" if each.value is None else number(each.value, each.stated)
                alike.add_row(f"{on} (of {others})" if others else on, each.metric or "", value)
        if sources:
            published = Facts()
            published.add("published in", ", ".join(sources))
            out.print(published, style="dim")
        out.print(alike)
        out.print("")
    if (more := len(results) - MAX_RESULTS) > 0:
        out.print(f"... and {more:,} more: --json\n")


def _print_lineage(out: Console, shown: Description) -> None:
    # A record under a former name may state the same parent again, without its kind.
    kinds = {p["entity"]: p["type"] for p in shown.state["parts"] if p["class"] == "Derivation" and "type" in p}
    names = names_in(shown.state)
    parents = Facts()
    for iri in shown.root.get("wasDerivedFrom", []):
        parents.add("derives from", f"{names.get(iri, iri)} ({kinds.get(iri, KIND_NOT_STATED)})")
    if len(parents):
        out.print(parents)
        out.print("")
    if not shown.derived:
        return
    told = ", ".join(f"{count:,} {kind}" for kind, count in shown.kinds.items())
    out.print(styled((f"parent of {counted(sum(shown.kinds.values()), 'model')}", "bold"), f" ({told})"))
    children = Facts(GAP)
    for child in shown.derived[:MAX_CHILDREN]:
        children.add(child.kind or KIND_NOT_STATED, child.iri)
    out.print(children)
    if (more := sum(shown.kinds.values()) - MAX_CHILDREN) > 0:
        out.print(f"  ... and {more:,} more: mlentory lineage {_id(shown.iri)} --down")
    out.print("")


def _print_mentions(out: Console, mentions: Mentions) -> None:
    if mentions.by:
        by_entity: dict[str, list[Mention]] = {}
        for each in mentions.by:
            by_entity.setdefault(each.entity, []).append(each)
        out.print(styled("\n", ("named by", "bold")))
        for entity, stated in by_entity.items():
            roles = dict.fromkeys(each.property for each in stated)
            out.print(styled(f"  {one_line(_id(entity))}  as its {', '.join(roles)}"))
            for place in dict.fromkeys(_place(each) for each in stated):
                out.print(f"    {one_line(place)}", style="dim")
    here = Counter(platform for platform, _ in {(each.record.partition("/")[0], each.entity) for each in mentions.by})
    for platform, count in mentions.entities.items():
        last = mentions.offset + here[platform]
        told = f"{here[platform]:,} of {count:,} shown" if here[platform] < count else f"all {count:,} shown"
        more = f"; --offset {last} shows the next, --limit more at once" if last < count else ""
        records = counted(mentions.records[platform], "record")
        out.print(f"named by entities of {platform}: {told}, with {records} that name it{more}", style="dim")


def _place(mention: Mention) -> str:
    field = f": {mention.field} ({mention.method})" if mention.field else ""
    return f"{_kind(mention.record)}{field}"


def _id(iri: str) -> str:
    """Return the shortest name of an entity that commands understand."""
    return iri.removeprefix(HUGGING_FACE)
