"""``mlentory lineage``: what a model derives from, or what derives from it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from html import escape

from rich.tree import Tree

from fair4ml.describe.licensing import NOT_NAMED
from fair4ml.entities import KINDS_OF_DERIVATION
from mlentory_crawl.catalog.queries.lineage import KIND_NOT_STATED, Lineage, Member, Step
from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.console import console, print_json, print_text, styled, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog
from mlentory_crawl.printable import one_line, printable

NONE_STATED = "no license stated"


class Command(ProjectCommand):
    """Shows ancestors or descendants, each with license and access, and licenses that do not follow each other."""

    syntax = "ID|IRI [--up|--down] [--depth N] [--kind K] [--limit N] [--format tree|json|mermaid|dot|svg] [--licenses]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--up", action="store_true", help="to what it derives from (default)")
        way.add_argument("--down", action="store_true", help="to what derives from it")
        parser.add_argument("--depth", type=int, default=10, metavar="N", help="generations at the most (default: 10)")
        parser.add_argument("--kind", choices=sorted(KINDS_OF_DERIVATION), help="only derivations of this kind")
        parser.add_argument("--limit", type=int, metavar="N", help="models at the most, the nearest first")
        parser.add_argument(
            "--format", choices=["tree", "json", *PICTURES], default="tree", help="how to show it (default: tree)"
        )
        parser.add_argument(
            "--json", dest="format", action="store_const", const="json", help="the same as --format json"
        )
        parser.add_argument("--licenses", action="store_true", help="only steps whose licenses do not go together")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1:
            raise WrongUsage("name one model: an id or an IRI")
        if opts.depth < 1:
            raise WrongUsage("--depth is 1 or more")
        if opts.limit is not None and opts.limit < 1:
            raise WrongUsage("--limit is 1 or more")
        with Catalog(self.settings) as catalog:
            found = catalog.lineage(args[0], up=not opts.down, depth=opts.depth, kind=opts.kind, limit=opts.limit)
        if opts.format == "json":
            print_json(found.to_dict())
        elif opts.licenses:
            _print_conflicts(found)
            _print_left_out(found)
        elif opts.format == "tree":
            console().print(_tree(found, down=opts.down))
            _print_left_out(found)
        else:
            print_text(PICTURES[opts.format](found))
        return 0


def _print_conflicts(found: Lineage) -> None:
    out = console()
    if not found.conflicts:
        out.print(
            "No rule speaks against a license in this lineage. That is no permission: of most licenses no rule knows."
        )
    else:
        shown = table("model", "its license", "derives from", "whose license", "why", "source")
        for each in found.conflicts:
            child, parent = (found.members[iri].name for iri in (each.child, each.parent))
            shown.add_row(child, each.derived, parent, each.original, f"{each.rule}: {each.why}", each.source)
        out.print(shown)
    described = [member for member in found.members.values() if member.described]
    for why, members in (
        (NOT_NAMED, [member for member in described if NOT_NAMED in member.licenses.values()]),
        (NONE_STATED, [member for member in described if not member.licenses]),
    ):
        if members:
            out.print(one_line(f"Not judged, {why}: {', '.join(member.name for member in members)}"))


def _print_left_out(found: Lineage) -> None:
    if found.left_out:
        console().print(f"and {found.left_out:,} more")


def _facts(member: Member) -> str:
    facts = [*member.licenses.values()] or [NONE_STATED] * member.described
    facts += [member.access] if member.access else []
    if member.deleted_at:
        facts.append(f"gone since {member.deleted_at[:10]}")
    elif not member.described:
        facts.append("named only")
    return one_line(", ".join(facts))


def _tree(found: Lineage, *, down: bool) -> Tree:
    nexts: dict[str, list[tuple[str, Step]]] = {}
    for step in found.steps:
        near, far = (step.parent, step.child) if down else (step.child, step.parent)
        nexts.setdefault(near, []).append((far, step))
    grown: set[str] = set()

    def grow(tree: Tree, iri: str, above: frozenset[str]) -> None:
        if iri in grown:
            return
        grown.add(iri)
        for far, step in sorted(nexts.get(iri, ()), key=lambda each: found.members[each[0]].name):
            member = found.members[far]
            label = f"{step.kind or KIND_NOT_STATED} ({step.how}, {step.field})"
            if far in above:
                tree.add(styled((label, "dim"), f" {one_line(member.name)} ", ("closes a cycle", "red")))
                continue
            again = " (see above)" if far in grown and nexts.get(far) else ""
            branch = tree.add(
                styled((label, "dim"), " ", (one_line(member.name), "bold"), (again, "dim"), f"  {_facts(member)}")
            )
            grow(branch, far, above | {far})

    root = found.members[found.root]
    tree = Tree(styled((one_line(root.name), "bold"), f"  {_facts(root)}"))
    grow(tree, found.root, frozenset({found.root}))
    return tree


def _numbered(found: Lineage) -> dict[str, str]:
    return {iri: f"m{number}" for number, iri in enumerate(found.members)}


# Mermaid interprets Markdown, HTML and entities in quoted texts.
_OF_MERMAID = '#"&<>`'


def _mermaid(found: Lineage) -> str:
    ids = _numbered(found)

    def quoted(text: str) -> str:
        return "".join(f"#{ord(each)};" if each in _OF_MERMAID else each for each in one_line(text))

    lines = ["flowchart BT"]
    lines += [f'  {ids[m.iri]}["{quoted(m.name)}<br/>{quoted(_facts(m))}"]' for m in found.members.values()]
    lines += [f'  {ids[s.child]} -->|"{quoted(s.kind or KIND_NOT_STATED)}"| {ids[s.parent]}' for s in found.steps]
    return "\n".join(lines) + "\n"


def _dot(found: Lineage) -> str:
    ids = _numbered(found)

    def quoted(text: str) -> str:
        return one_line(text).replace("\\", "\\\\").replace('"', '\\"')

    lines = ["digraph lineage {", "  rankdir=BT;", "  node [shape=box];"]
    lines += [f'  {ids[m.iri]} [label="{quoted(m.name)}\\n{quoted(_facts(m))}"];' for m in found.members.values()]
    lines += [
        f'  {ids[s.child]} -> {ids[s.parent]} [label="{quoted(s.kind or KIND_NOT_STATED)}"];' for s in found.steps
    ]
    return "\n".join([*lines, "}"]) + "\n"


WIDTH, HEIGHT, GAP = 300, 44, 60


def _svg(found: Lineage) -> str:
    """Draw one row for each generation, the nearest on top."""
    rows: dict[int, list[Member]] = {}
    for member in found.members.values():
        rows.setdefault(member.generation, []).append(member)
    at = {
        member.iri: (place * (WIDTH + GAP // 2), generation * (HEIGHT + GAP))
        for generation, members in rows.items()
        for place, member in enumerate(members)
    }
    width = max(len(members) for members in rows.values()) * (WIDTH + GAP // 2)
    height = (max(rows) + 1) * (HEIGHT + GAP)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
            ' font-size="12">'
        )
    ]
    for step in found.steps:
        (x1, y1), (x2, y2) = at[step.child], at[step.parent]
        upper, lower = (y1, y2) if y1 <= y2 else (y2, y1)
        start, end = (x1, x2) if y1 <= y2 else (x2, x1)
        parts.append(
            f'<path d="M{start + WIDTH // 2},{upper + HEIGHT} L{end + WIDTH // 2},{lower}" stroke="#888" fill="none"/>'
            f'<text x="{(start + end + WIDTH) // 2}" y="{(upper + HEIGHT + lower) // 2}" fill="#555">'
            f"{escape(step.kind or KIND_NOT_STATED)}</text>"
        )
    for iri, (x, y) in at.items():
        member = found.members[iri]
        parts.append(
            f'<g><title>{escape(printable(iri))}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}"'
            f' fill="#f6f6f6" stroke="#444"/><text x="{x + 8}" y="{y + 18}">{escape(one_line(member.name)[:44])}</text>'
            f'<text x="{x + 8}" y="{y + 35}" fill="#666">{escape(_facts(member)[:48])}</text></g>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


PICTURES: dict[str, Callable[[Lineage], str]] = {"mermaid": _mermaid, "dot": _dot, "svg": _svg}
