"""``scrapy show``: one thing, with everything the catalog knows of it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console
from scrapy.exceptions import UsageError

from fair4ml.entities import Kind, properties
from fair4ml.platforms import declared_sources
from fair4ml.write import rdf
from mlentory_crawl.catalog.queries.find import Found, find
from mlentory_crawl.catalog.queries.lineage import KIND_NOT_STATED, derivations
from mlentory_crawl.catalog.queries.mentions import namings
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored
from mlentory_crawl.console import ProjectCommand, console, print_json, print_text, styled, table
from mlentory_crawl.printable import one_line

MAX_TEXT = 400
MAX_CHILDREN = 10
MAX_NAMINGS = 5
"""How many records of each platform are told that name a thing."""

LICENSED = frozenset({"MLModel", "Dataset"})
"""The classes of things of which it is told that no license is stated."""
NONE_STATED = "none stated"


class Command(ProjectCommand):
    """Shows the facts about one thing, the records they come from, what it derives from and what derives from it."""

    def syntax(self) -> str:
        return "ID|IRI|CATALOG_KEY [--at DATE] [--why] [--format text|json|ttl|jsonld]"

    def short_desc(self) -> str:
        return "Show one thing: facts, sources, lineage, evaluations"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
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
            raise UsageError("name one thing")
        reader = CatalogReader(self.data_dir)
        shown = find(reader, args[0], _moment(opts.at))
        if opts.format == "json":
            print_json(_told(reader, shown))
        elif opts.format == "ttl":
            print_text(rdf.turtle_header() + rdf.turtle(shown.state))
        elif opts.format == "jsonld":
            print_json(rdf.jsonld(shown.state))
        else:
            _print(console(), reader, shown, why=opts.why)
        return 0


def _moment(at: str | None) -> str | None:
    if at is None:
        return None
    try:
        parsed = datetime.fromisoformat(at)
    except ValueError as error:
        raise UsageError(f"--at {at!r}: a date such as 2026-11-20 is due", print_help=False) from error
    end_of_day = "T23:59:59Z" if len(at) <= len("2026-11-20") else ""
    return f"{at}{end_of_day}" if end_of_day else f"{parsed:%Y-%m-%dT%H:%M:%SZ}"


def derived_from(reader: CatalogReader, iri: str) -> list[dict[str, str | None]]:
    """The models that derive from a thing, with how, sorted by IRI."""
    return [{"iri": step.child, "kind": step.kind} for step in derivations(reader, [iri], up=False)]


def _told(reader: CatalogReader, shown: Found) -> dict[str, Any]:
    iri = shown.root["iri"]
    sources = [
        {"key": r.key, "run": r.run, "modified": r.modified, **r.provenance} for r in shown.records
    ]  # fmt: skip
    deleted_at = shown.records[0].deleted_at if shown.records else None
    deleted = {"deletedAt": deleted_at} if deleted_at else {}
    counts, found = namings(reader, iri, MAX_NAMINGS)
    named = {"records": counts, "by": [asdict(each) for each in found]}
    described = {"described": bool(shown.records)}
    return {
        **shown.state,
        **described,
        **deleted,
        "sources": sources,
        "derived": derived_from(reader, iri),
        "named": named,
    }


def _print(out: Console, reader: CatalogReader, shown: Found, *, why: bool) -> None:
    root = shown.root
    named = {thing["iri"]: thing for thing in [*shown.state["stubs"], *shown.state["parts"]]}
    name = one_line(str(root.get("name") or root["iri"]))
    out.print(styled((name, "bold"), f"  {root['class']}  <{root['iri']}>\n"))
    if not shown.records:
        out.print("Named only. No record describes it.\n")
    elif shown.records[0].deleted_at:
        out.print(styled((f"Gone since {shown.records[0].deleted_at}", "red"), ": what is kept of it.\n"))
    facts = table("property", "value", *(("stated by",) if why else ()))
    origins = _origins(shown.records) if why else {}
    for name, prop in properties(root["class"]).items():
        value = root.get(name)
        if name == "license" and value is None and root["class"] in LICENSED and shown.records:
            facts.add_row(name, NONE_STATED, *(("",) if why else ()))
        if value is None or name in ("name", "hasEvaluation", "additionalProperty", "qualifiedDerivation"):
            continue
        values = value if isinstance(value, list) else [value]
        told = [_label(named, v) if prop.kind is Kind.REFERENCE else str(v) for v in values]
        facts.add_row(name, _shorten(", ".join(told)), *((origins.get(name, ""),) if why else ()))
    for part in shown.state["parts"]:
        if part["class"] == "PropertyValue" and part["iri"] in root.get("additionalProperty", []):
            value = part.get("value")
            name = part.get("name") or part["propertyID"]
            facts.add_row(name, f"{value:,}" if isinstance(value, int) else _shorten(str(value)))
    for name, count in shown.state["counters"].items():
        facts.add_row(name, f"{count:,}")
    out.print(facts)
    _print_evaluations(out, shown.state["parts"], named, root["iri"])
    # Under a former name the same parent may be stated again, without its kind.
    kinds = {p["entity"]: p["type"] for p in shown.state["parts"] if p["class"] == "Derivation" and "type" in p}
    for iri in root.get("wasDerivedFrom", []):
        out.print(f"derives from {one_line(_label(named, iri))} ({kinds.get(iri, KIND_NOT_STATED)})")
    children = derived_from(reader, root["iri"])
    for child in children[:MAX_CHILDREN]:
        out.print(f"parent of {child['iri']} ({child['kind'] or KIND_NOT_STATED})")
    if (more := len(children) - MAX_CHILDREN) > 0:
        out.print(f"... and {more:,} more: scrapy lineage {root['iri']} --down")
    for record in shown.records:
        out.print(
            f"{record.key}: {record.provenance['source']} at {record.provenance['fetched_at']}, run {record.run}",
            style="dim",
        )
    if why or not shown.records:
        _print_namings(out, reader, root["iri"])


def _print_namings(out: Console, reader: CatalogReader, iri: str) -> None:
    counts, found = namings(reader, iri, MAX_NAMINGS)
    if not found:
        return
    shown = table("named by", "as its", "stated by", title="\nNamed")
    for each in found:
        shown.add_row(each.iri, each.property, f"{each.record} {each.field} ({each.method})")
    out.print(shown)
    told = ", ".join(f"{count:,} of {platform}" for platform, count in counts.items())
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


def _origins(records: list[Stored]) -> dict[str, str]:
    """For each property the record that states it, and where in the source it comes from."""
    told: dict[str, str] = {}
    for record in records:
        declared = declared_sources(*record.key.split("/")[:2])
        exceptions = record.provenance.get("exceptions", {})
        for name in record.document["root"]:
            field, method = declared.get(name, ("", ""))
            told.setdefault(name, f"{record.key} {exceptions.get(name, field)} ({method})")
    return told


def _label(named: dict[str, dict[str, Any]], iri: str) -> str:
    thing = named.get(iri, {})
    return str(thing.get("name") or iri)


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " ..."
