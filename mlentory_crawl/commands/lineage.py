"""``mlentory lineage``: what a model derives from, or what derives from it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import get_args

from rich.console import Console
from rich.text import Text

from fair4ml.describe.licensing import NOT_NAMED
from fair4ml.entities import KINDS_OF_DERIVATION
from mlentory_crawl.catalog.queries.derivations import Step
from mlentory_crawl.catalog.queries.license_summary import LicenseSummary
from mlentory_crawl.catalog.queries.lineage import Data, Lineage, Member, Use
from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.console import console, counted, print_json, print_text, styled, table
from mlentory_crawl.console.tables import PlainTable, wrapped
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog
from mlentory_crawl.pictures.labels import (
    NO_LICENSE,
    USED,
    clause,
    conflicts_by_step,
    facts,
    folded,
    inheritance,
    inherited_by_model,
    name_in,
)
from mlentory_crawl.printable import one_line

PAGE = 50
"""The number of models that are shown, unless more are asked for; JSON has all of them."""
FEW = 5
"""The number of models up to which their licenses are not counted."""
LICENSES_SHOWN = 12
NAMES_SHOWN = 3
PICTURES = ("mermaid", "dot", "svg")


class Command(ProjectCommand):
    """Shows ancestors or descendants, each with license and access, and licenses that do not go together."""

    syntax = (
        "ID|IRI [--up|--down] [--depth N] [--kind K] [--data D] [--license L]... [--limit N]"
        " [--offset N] [--format tree|licenses|json|csv|mermaid|dot|svg]"
    )

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--up", action="store_true", help="to what it derives from (default)")
        way.add_argument("--down", action="store_true", help="to what derives from it")
        parser.add_argument("--depth", type=int, default=10, metavar="N", help="generations at the most (default: 10)")
        parser.add_argument("--kind", choices=sorted(KINDS_OF_DERIVATION), help="only derivations of this kind")
        parser.add_argument(
            "--data", choices=get_args(Data), help="show the datasets that the models were trained or evaluated on"
        )
        parser.add_argument(
            "--license",
            action="append",
            default=[],
            metavar="L",
            help="only models under this license, with their place; several times for several licenses",
        )
        parser.add_argument(
            "--limit",
            type=int,
            metavar="N",
            help=f"models, or conflicts, at the most, the nearest first (default: {PAGE}; JSON and CSV: all)",
        )
        parser.add_argument("--offset", type=int, default=0, metavar="N", help="leave out the first N of them")
        parser.add_argument(
            "--format",
            choices=["tree", "licenses", "json", "csv", *PICTURES],
            default="tree",
            help="a tree (default), only licenses that do not go together, JSON, CSV, or a picture",
        )
        for name, value in (("--json", "json"), ("--licenses", "licenses")):
            parser.add_argument(
                name, dest="format", action="store_const", const=value, help=f"the same as --format {value}"
            )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1:
            raise WrongUsage("name one model: an id or an IRI")
        if opts.depth < 1:
            raise WrongUsage("--depth is 1 or more")
        if (opts.limit is not None and opts.limit < 1) or opts.offset < 0:
            raise WrongUsage("--limit is 1 or more, --offset 0 or more")
        limit = PAGE if opts.limit is None and opts.format not in ("json", "csv") else opts.limit
        is_whole = opts.format == "licenses"  # its pages are of conflicts
        with Catalog(self.settings) as catalog:
            found = catalog.lineage(
                args[0],
                up=not opts.down,
                depth=opts.depth,
                kind=opts.kind,
                limit=None if is_whole else limit,
                offset=0 if is_whole else opts.offset,
                data=opts.data,
                under=opts.license,
            )
        if opts.format == "json":
            print_json(found.to_dict())
        elif opts.format == "csv":
            from mlentory_crawl.commands.lineage_sheet import sheet  # rarely needed

            print_text(sheet(found))
        elif opts.format in PICTURES:
            print_text(_picture(found, opts.format, down=opts.down))
        elif opts.format == "licenses":
            _print_conflicts(console(), found, slice(opts.offset, opts.offset + limit))
        else:
            _print_tree(console(), found, down=opts.down, under=opts.license)
        return 0


def _picture(found: Lineage, format: str, *, down: bool) -> str:
    # Each picture is loaded only where it is drawn.
    if format == "svg":
        from mlentory_crawl.pictures.svg import svg

        return svg(found, down=down)
    if format == "dot":
        from mlentory_crawl.pictures.dot import dot

        return dot(found)
    from mlentory_crawl.pictures.mermaid import mermaid

    return mermaid(found)


def _print_conflicts(out: Console, found: Lineage, part: slice) -> None:
    stated = [each for each in found.conflicts if not found.members[each.child].context]
    conflicts = [(each, "derives from") for each in stated]
    conflicts += [(each, "inherits it from") for each in found.inherited]
    if not conflicts:
        out.print(
            "No rule speaks against a license in this lineage. That is no permission: of most licenses no rule knows."
        )
    tables: dict[tuple[str, str, str], dict[str, PlainTable]] = {}
    for each, way in conflicts[part]:
        of_rule = tables.setdefault((each.rule, each.why, each.source), {})
        if way not in of_rule:
            of_rule[way] = table("model", "its license", way, "whose license", folding=("its license", "whose license"))
        of_rule[way].add_row(name_in(found, each.child), each.derived, name_in(found, each.parent), each.original)
    for (rule, why, source), of_rule in tables.items():
        out.print(styled((one_line(rule), "bold red"), f": {one_line(why)}"))
        out.print(one_line(source), style="dim")
        for shown in of_rule.values():
            out.print(shown, "")
    _print_more(out, part.start, len(conflicts[part]), len(conflicts))
    described = [member for member in found.members.values() if member.described and not member.context]
    for why, members in (
        (NOT_NAMED, [member for member in described if NOT_NAMED in member.licenses.values()]),
        (NO_LICENSE, [member for member in described if not member.licenses]),
    ):
        if members:
            names = ", ".join(one_line(member.name) for member in members[:NAMES_SHOWN])
            more = f", and {len(members) - NAMES_SHOWN:,} more (--format json)" if len(members) > NAMES_SHOWN else ""
            out.print(f"Not judged, {why}: {names}{more}")
    _print_unjudged(out, found.summary)


def _print_unjudged(out: Console, counts: LicenseSummary) -> None:
    if counts.unjudged:
        models = counted(counts.unjudged, "model")
        out.print(f"Not judged, derived through a model without a named license: {models}", style="dim")


def _print_tree(out: Console, found: Lineage, *, down: bool, under: Sequence[str]) -> None:
    origins = {_origin(step) for step in found.steps}
    shared = origins.pop() if len(found.steps) > 1 and len(origins) == 1 else None
    for line in _tree(folded(found), out.width, down=down, shared=shared):
        out.print(line, no_wrap=True)
    if shared is not None:
        out.print(f"all derivations: {shared}", style="dim")
    counts = found.summary
    if not counts.models:
        out.print(f"No record states {'a derivation from it' if down else 'what it derives from'}.", style="dim")
    on_page = sum(not member.context for member in found.members.values()) - 1
    if found.offset or found.left_out or under or counts.models > FEW:
        asked = found.offset + on_page + found.left_out if under else counts.models
        out.print("")
        _print_more(out, found.offset, on_page, asked)
        selected = f"under {one_line(' or '.join(under))}: {asked:,} of " if under else ""
        models = f"{counted(counts.models, 'model')} {'derived from it' if down else 'that it derives from'}"
        out.print(f"{selected}{models}")
        _print_licenses(out, counts)
    if counts.conflicts:
        told = counted(counts.conflicts, "license conflict")
        if counts.inheriting:
            told += f", inherited by {counted(counts.inheriting, 'model')}"
        out.print(styled("\n", (f"{told}: --licenses shows why", "red")))
    _print_unjudged(out, counts)


def _print_licenses(out: Console, counts: LicenseSummary) -> None:
    shown = table("license", "models", "conflicts", right=("models", "conflicts"), folding=("license",))
    for each in counts.licenses[:LICENSES_SHOWN]:
        shown.add_row(each.name, f"{each.models:,}", f"{each.conflicts:,}" if each.conflicts else "")
    others = counts.licenses[LICENSES_SHOWN:]
    for name, count in (
        (counted(len(others), "more license"), sum(each.models for each in others)),
        (NOT_NAMED, counts.not_named),
        (NO_LICENSE, counts.none_stated),
        ("named only", counts.named_only),
    ):
        if count:
            shown.add_row(name, f"{count:,}")
    out.print(shown)


def _print_more(out: Console, offset: int, shown: int, total: int) -> None:
    if (last := offset + shown) < total:
        out.print(f"and {total - last:,} more: --offset {last} shows the next")


Branch = tuple[Member, Step | Use | None]
"""A model or a dataset of a tree, and why it stands there."""


def _origin(why: Step | Use) -> str:
    """Return how a branch is known, and the field that states it."""
    return f"{why.how}, {one_line(why.field)}" if isinstance(why, Step) else one_line(why.field)


def _tree(found: Lineage, width: int, *, down: bool, shared: str | None) -> Iterator[Text]:
    """Yield the lines of a tree; what stands in several places has its branches in the first.

    Args:
        found: the lineage.
        width: the number of columns.
        down: whether branches lead to what derives from a model.
        shared: the origin of all derivations, which is then left out of the branches.
    """
    branches: dict[str, list[Branch]] = {iri: [] for iri in (*found.members, *found.datasets)}
    for use in found.uses:
        branches[use.model].append((found.datasets[use.dataset], use))
    for step in sorted(found.steps, key=lambda step: found.members[step.child if down else step.parent].name):
        near, far = (step.parent, step.child) if down else (step.child, step.parent)
        branches[near].append((found.members[far], step))
    conflicts = {pair: [clause(each) for each in of] for pair, of in conflicts_by_step(found).items()}
    inherited = {
        iri: dict.fromkeys(inheritance(each, found) for each in of) for iri, of in inherited_by_model(found).items()
    }
    grown: set[str] = set()
    # Each entry: the branch, the guides before it, whether it is the last one, and what stands above it.
    waiting: list[tuple[Branch, str, bool, tuple[str, ...]]] = [((found.members[found.root], None), "", True, ())]
    while waiting:
        (member, why), guides, is_last, above = waiting.pop()
        iri = member.iri
        is_cycle, is_again = iri in above, iri in grown and bool(branches[iri])
        note = "closes a cycle" if is_cycle else "see above" if is_again else ""
        line = _branch(member, why, note, conflicts, shared)
        for conflict in () if is_again else inherited.get(iri, ()):
            line.append_text(styled("  ", (conflict, "red")))
        below = [] if iri in grown else branches[iri]
        grown.add(iri)
        first = "" if why is None else guides + ("\u2514\u2500\u2500 " if is_last else "\u251c\u2500\u2500 ")
        others = "" if why is None else guides + ("    " if is_last else "\u2502   ")
        continued = others + ("\u2502   " if below else "    ")
        for number, each in enumerate(wrapped(line, width - len(continued))):
            yield Text.assemble(continued if number else first, each)
        for number, branch in enumerate(reversed(below)):
            waiting.append((branch, others, number == 0, (*above, iri)))


def _branch(
    member: Member, why: Step | Use | None, note: str, conflicts: dict[tuple[str, str], list[str]], shared: str | None
) -> Text:
    pieces: list[str | tuple[str, str]] = [(one_line(member.name), "dim" if member.context else "bold")]
    pieces.append(f"  {', '.join(facts(member))}")
    if isinstance(why, Use):
        pieces = [f"{USED[why.property]} ", *pieces]
    if isinstance(why, Step):
        pieces.append(f"  {why.kind_for_people}")
    if why is not None and _origin(why) != shared:
        pieces.append((f" ({_origin(why)})", "dim"))
    if note:
        pieces.append((f"  {note}", "red" if note == "closes a cycle" else "dim"))
    if isinstance(why, Step):
        pieces += [(f"  {each}", "red") for each in conflicts.get((why.child, why.parent), [])]
    return styled(*pieces)
