"""``mlentory show``: one thing, with everything the catalog knows of it."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from rich.console import Console

from fair4ml.entities import Kind, properties
from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.catalog.queries.lineage import KIND_NOT_STATED
from mlentory_crawl.catalog.queries.mentions import Mentions
from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.console import console, print_json, print_text, shorten, styled, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog
from mlentory_crawl.printable import one_line

MAX_CHILDREN = 10

LICENSED = frozenset({"MLModel", "Dataset"})
"""The classes of entities for which a missing license is shown."""
NONE_STATED = "none stated"


class Command(ProjectCommand):
    """Shows the facts about one thing, the records they come from, what it derives from and what derives from it."""

    syntax = "ID|IRI|CATALOG_KEY [--at DATE] [--why] [--format text|json|ttl|jsonld]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--at", metavar="DATE", help="as the catalog knew it then (ISO 8601; a day means its end)")
        parser.add_argument(
            "--why", action="store_true", help="say which record and which field of it states each fact"
        )
        parser.add_argument("--format", choices=("text", "json", "ttl", "jsonld"), default="text")
        parser.add_argument(
            "--json", action="store_const", const="json", dest="format", help="the same as --format json"
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1:
            raise WrongUsage("name one thing")
        with Catalog(self.settings) as catalog:
            shown = catalog.model(args[0], _moment(opts.at))
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
        raise WrongUsage(f"--at {at!r}: a date such as 2026-11-20 is due") from error
    return parsed.replace(hour=23, minute=59, second=59) if len(at) <= len("2026-11-20") else parsed


def _print(out: Console, shown: Description, *, why: bool) -> None:
    root = shown.root
    named = {entity["iri"]: entity for entity in [*shown.state["stubs"], *shown.state["parts"]]}
    name = one_line(str(root.get("name") or root["iri"]))
    out.print(styled((name, "bold"), f"  {root['class']}  <{root['iri']}>\n"))
    if not shown.records:
        out.print("Named only. No record describes it.\n")
    elif shown.deleted_at:
        out.print(styled((f"Gone since {shown.deleted_at}", "red"), ": what is kept of it.\n"))
    facts = table("property", "value", *(("stated by",) if why else ()))
    origins = {name: f"{o.record} {o.field} ({o.method})" for name, o in shown.origins().items()} if why else {}
    for name, prop in properties(root["class"]).items():
        value = root.get(name)
        if name == "license" and value is None and root["class"] in LICENSED and shown.records:
            facts.add_row(name, NONE_STATED, *(("",) if why else ()))
        if value is None or name in ("name", "hasEvaluation", "additionalProperty", "qualifiedDerivation"):
            continue
        values = value if isinstance(value, list) else [value]
        told = [_label(named, v) if prop.kind is Kind.REFERENCE else str(v) for v in values]
        facts.add_row(name, shorten(", ".join(told)), *((origins.get(name, ""),) if why else ()))
    for part in shown.state["parts"]:
        if part["class"] == "PropertyValue" and part["iri"] in root.get("additionalProperty", []):
            value = part.get("value")
            name = part.get("name") or part["propertyID"]
            facts.add_row(name, f"{value:,}" if isinstance(value, int) else shorten(str(value)))
    for name, count in shown.state["counters"].items():
        facts.add_row(name, f"{count:,}")
    out.print(facts)
    _print_evaluations(out, shown.state["parts"], named, root["iri"])
    # A record under a former name may state the same parent again, without its kind.
    kinds = {p["entity"]: p["type"] for p in shown.state["parts"] if p["class"] == "Derivation" and "type" in p}
    for iri in root.get("wasDerivedFrom", []):
        out.print(f"derives from {one_line(_label(named, iri))} ({kinds.get(iri, KIND_NOT_STATED)})")
    for child in shown.derived[:MAX_CHILDREN]:
        out.print(f"parent of {child.iri} ({child.kind or KIND_NOT_STATED})")
    if (more := len(shown.derived) - MAX_CHILDREN) > 0:
        out.print(f"... and {more:,} more: mlentory lineage {root['iri']} --down")
    for record in shown.records:
        out.print(
            f"{record.key}: {record.provenance['source']} at {record.provenance['fetched_at']}, run {record.run}",
            style="dim",
        )
    if why or not shown.records:
        _print_mentions(out, shown.mentions)


def _print_mentions(out: Console, mentions: Mentions) -> None:
    if not mentions.by:
        return
    shown = table("named by", "as its", "stated by", title="\nNamed")
    for each in mentions.by:
        shown.add_row(each.iri, each.property, f"{each.record} {each.field} ({each.method})")
    out.print(shown)
    told = ", ".join(f"{count:,} of {platform}" for platform, count in mentions.records.items())
    out.print(f"records that name it: {told}", style="dim")


def _print_evaluations(out: Console, parts: list[dict[str, Any]], named: dict[str, dict[str, Any]], iri: str) -> None:
    evaluations = [part for part in parts if part["class"] == "MLModelEvaluation"]
    if not evaluations:
        return
    shown = table("evaluated on", "metric", "value", "source", right=("value",), title="\nEvaluations")
    for evaluation in evaluations:
        results = [named[each] for each in evaluation.get("evaluationResults", []) if each in named]
        on = ", ".join(_label(named, each) for each in evaluation.get("evaluationDataset", []))
        of = ", ".join(_label(named, each) for each in evaluation.get("evaluatedMLModel", []) if each != iri)
        shown.add_row(
            f"{on} (of {of})" if of else on,
            ", ".join(evaluation.get("evaluationMetrics", [])),
            ", ".join(str(result.get("value", "")) for result in results),
            ", ".join(evaluation.get("isBasedOn", [])),
        )
    out.print(shown)


def _label(named: dict[str, dict[str, Any]], iri: str) -> str:
    entity = named.get(iri, {})
    return str(entity.get("name") or iri)
