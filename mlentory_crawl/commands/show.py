"""``scrapy show``: one thing, with everything the catalog knows of it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from scrapy.exceptions import UsageError

from fair4ml import rdf
from fair4ml.entities import Kind, properties
from fair4ml.identifiers import hugging_face_model
from fair4ml.platforms import declared_sources
from mlentory_crawl.catalog.namings import namings
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored, merged
from mlentory_crawl.console import ProjectCommand, console, fail, print_json, table

MAX_TEXT = 400
MAX_NAMINGS = 5
"""How many records of each platform are told that name a thing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing as it is shown: its merged state and the records it comes from; none where it is only named."""

    state: dict[str, Any]
    records: list[Stored]

    @property
    def root(self) -> dict[str, Any]:
        """The thing itself."""
        root: dict[str, Any] = self.state["root"]
        return root


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
        if shown is None and opts.at is None:
            shown = _named_only(reader, args[0])
        if shown is None:
            fail(f"the catalog does not describe {args[0]}" + (f" at {opts.at}" if opts.at else ""))
            return 1
        if opts.format == "json":
            print_json(_told(reader, shown))
        elif opts.format == "ttl":
            sys.stdout.write(rdf.turtle_header() + rdf.turtle(shown.state))
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


def find(reader: CatalogReader, name: str, at: str | None) -> Shown | None:
    """What the catalog has about a thing.

    Args:
        reader: the catalog.
        name: an IRI, a model's id on the Hub, or a catalog key.
        at: a moment (UTC); None for now.
    """
    for iri in map(reader.resolve, dict.fromkeys([*_by_key(reader, name), name, hugging_face_model(name)])):
        records = _now(reader, iri) if at is None else reader.about_at(iri, at)
        if records:
            return Shown(merged(records)[0], records)
    return None


def _named_only(reader: CatalogReader, name: str) -> Shown | None:
    """What the catalog has about a thing that records name and none describes."""
    row = reader.execute("SELECT iri, class, name FROM entity WHERE iri = ?", (reader.resolve(name),)).fetchone()
    if row is None:
        return None
    root = {key: value for key, value in zip(("iri", "class", "name"), row, strict=True) if value is not None}
    return Shown({"root": root, "parts": [], "stubs": [], "counters": {}, "platforms": []}, [])


def _now(reader: CatalogReader, iri: str) -> list[Stored]:
    return list(reader.about([iri])) or list(reader.tombstones([iri]))


def _by_key(reader: CatalogReader, name: str) -> list[str]:
    parts = name.split("/", 2)
    if len(parts) < 3:
        return []
    return [
        iri for (iri,) in reader.execute("SELECT iri FROM record WHERE platform = ? AND kind = ? AND key = ?", parts)
    ]


def derived_from(reader: CatalogReader, iri: str) -> list[dict[str, str | None]]:
    """The models that derive from a thing, with how, sorted by IRI."""
    rows = reader.execute(
        """SELECT DISTINCT s.iri, e.kind FROM edge AS e
           JOIN entity AS s ON s.id = e.source JOIN entity AS t ON t.id = e.target
           WHERE t.iri IN (SELECT ?1 UNION SELECT iri FROM alias WHERE target = ?1)
           AND e.type = 'WAS_DERIVED_FROM' ORDER BY 1, 2""",
        (iri,),
    )
    return [{"iri": source, "kind": kind} for source, kind in rows]


def _told(reader: CatalogReader, shown: Shown) -> dict[str, Any]:
    iri = shown.root["iri"]
    sources = [
        {"key": r.key, "run": r.run, "modified": r.modified, **r.provenance} for r in shown.records
    ]  # fmt: skip
    deleted_at = shown.records[0].deleted_at if shown.records else None
    deleted = {"deletedAt": deleted_at} if deleted_at else {}
    counts, found = namings(reader, iri, MAX_NAMINGS)
    named = {"records": counts, "by": [asdict(each) for each in found]}
    return {**shown.state, **deleted, "sources": sources, "derived": derived_from(reader, iri), "named": named}


def _print(out: Console, reader: CatalogReader, shown: Shown, *, why: bool) -> None:
    root = shown.root
    named = {thing["iri"]: thing for thing in [*shown.state["stubs"], *shown.state["parts"]]}
    out.print(f"[bold]{root.get('name') or root['iri']}[/]  {root['class']}  <{root['iri']}>\n")
    if not shown.records:
        out.print("No record describes it.\n")
    elif shown.records[0].deleted_at:
        out.print(f"[red]Gone since {shown.records[0].deleted_at}[/]: what is kept of it.\n")
    facts = table("property", "value", *(("stated by",) if why else ()))
    origins = _origins(shown.records) if why else {}
    for name, prop in properties(root["class"]).items():
        value = root.get(name)
        if value is None or name in ("name", "hasEvaluation", "additionalProperty", "qualifiedDerivation"):
            continue
        values = value if isinstance(value, list) else [value]
        told = [_label(named, v) if prop.kind is Kind.REFERENCE else str(v) for v in values]
        facts.add_row(name, escape(_shorten(", ".join(told))), *((escape(origins.get(name, "")),) if why else ()))
    for part in shown.state["parts"]:
        if part["class"] == "PropertyValue" and part["iri"] in root.get("additionalProperty", []):
            value = part.get("value")
            name = part.get("name") or part["propertyID"]
            facts.add_row(escape(name), f"{value:,}" if isinstance(value, int) else escape(_shorten(str(value))))
    for name, count in shown.state["counters"].items():
        facts.add_row(name, f"{count:,}")
    out.print(facts)
    _print_evaluations(out, shown.state["parts"], named, root["iri"])
    kinds = {p["entity"]: p.get("type") for p in shown.state["parts"] if p["class"] == "Derivation"}
    for iri in root.get("wasDerivedFrom", []):
        out.print(f"derives from {_label(named, iri)} ({kinds.get(iri) or 'kind not stated'})")
    children = derived_from(reader, root["iri"])
    for child in children[:10]:
        out.print(f"parent of {child['iri']} ({child['kind'] or 'kind not stated'})")
    if len(children) > 10:
        out.print(f"... and {len(children) - 10:,} more")
    for record in shown.records:
        out.print(
            f"[dim]{record.key}: {record.provenance['source']} at {record.provenance['fetched_at']},"
            f" run {record.run}[/]"
        )
    if why or not shown.records:
        _print_namings(out, reader, root["iri"])


def _print_namings(out: Console, reader: CatalogReader, iri: str) -> None:
    counts, found = namings(reader, iri, MAX_NAMINGS)
    if not found:
        return
    shown = table("named by", "as its", "stated by", title="\nNamed")
    for each in found:
        shown.add_row(escape(each.iri), each.property, escape(f"{each.record} {each.field} ({each.method})"))
    out.print(shown)
    told = ", ".join(f"{count:,} of {platform}" for platform, count in counts.items())
    out.print(f"[dim]records that name it: {told}[/]")


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
            escape(f"{on} (of {of})" if of else on),
            escape(", ".join(evaluation.get("evaluationMetrics", []))),
            escape(", ".join(str(result.get("value", "")) for result in results)),
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
