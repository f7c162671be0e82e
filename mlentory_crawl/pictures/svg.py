"""Lineages as pictures (SVG): readable on dark and on light pages, by screen readers, and without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from mlentory_crawl.catalog.queries.derivations import Step
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict
from mlentory_crawl.catalog.queries.lineage import Lineage, Member, Use
from mlentory_crawl.console import counted
from mlentory_crawl.pictures.labels import USED, clause, conflicts_by_step, facts, folded, stated_by
from mlentory_crawl.pictures.layout import Box, Link, Point, arrange
from mlentory_crawl.pictures.lettering import broken, cut, text_width
from mlentory_crawl.printable import one_line, printable

MARGIN, PADDING, LABEL_PADDING, LINE, TIP = 28.0, 16.0, 5.0, 17.0, 8
SIZES, SMALL = {"name": 15.0, "kind": 12.5, "license": 12.5, "head": 17.0}, 11.5
BOLD, BOLD_STYLES = 1.12, ("name", "kind", "head", "conflict")
NAME_LENGTH, FACT_LENGTH, LABEL_LENGTH, FOOT_LENGTH = 32, 36, 38, 110
"""The number of characters after which texts are broken."""
MANY = 3
"""The number of models in a generation up to which generations are rows; wider ones are columns."""

STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  font-size: 11.5px; fill: #59636e; text-anchor: middle }
a { text-decoration: none }
.card { fill: #ffffff; stroke: #d1d9e0 }
.head { font-size: 17px; font-weight: 600; fill: #1f2328; text-anchor: start }
.start, .reason { text-anchor: start }
.field { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 10.5px }
.name { font-size: 15px; font-weight: 600; fill: #1f2328 }
.kind { font-size: 12.5px; font-weight: 600; fill: #1f2328 }
.license { font-size: 12.5px; fill: #1f2328 }
.box { fill: #f6f8fa; stroke: #afb8c1; stroke-width: 1.2 }
.root .box { fill: #ddf4ff; stroke: #0969da; stroke-width: 2 }
.data .box { fill: #dafbe1; stroke: #1a7f37 }
.unknown .box { fill: none; stroke-dasharray: 5 4 }
.way { fill: none; stroke: #818b98; stroke-width: 1.6 }
.declared .way { stroke-dasharray: 6 4 }
.tip { fill: #818b98 }
.of-data .way { stroke: #1a7f37 }
.of-data .tip { fill: #1a7f37 }
.conflict .way { stroke: #cf222e; stroke-width: 2.2 }
.conflict .tip, text.conflict, .reason { fill: #cf222e }
text.conflict { font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 }
  .card { fill: #0d1117; stroke: #3d444d }
  .head, .name, .kind, .license { fill: #f0f6fc }
  .box { fill: #151b23; stroke: #656c76 }
  .root .box { fill: #121d2f; stroke: #4493f8 }
  .data .box { fill: #12261e; stroke: #3fb950 }
  .unknown .box { fill: none }
  .way { stroke: #9198a1 }
  .tip { fill: #9198a1 }
  .of-data .way { stroke: #3fb950 }
  .of-data .tip { fill: #3fb950 }
  .conflict .way { stroke: #f85149 }
  .conflict .tip, text.conflict, .reason { fill: #f85149 }
}
"""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text, with the name of its style."""

    text: str
    style: str = ""

    @property
    def width(self) -> float:
        return text_width(self.text) * SIZES.get(self.style, SMALL) * (BOLD if self.style in BOLD_STYLES else 1)


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A link of the picture, with the lines of its label and what is said of it."""

    lower: str
    upper: str
    lines: list[_Line]
    title: str
    style: str


def svg(found: Lineage, *, down: bool) -> str:
    """Draw a lineage: models below or beside those from which they derive, and beside the datasets they rest on."""
    datasets = len(found.datasets)
    found = folded(found)
    nodes = {**found.members, **found.datasets}
    texts = {iri: _lines(member) for iri, member in nodes.items()}
    boxes = {iri: _box(lines, PADDING) for iri, lines in texts.items()}
    arrows = _arrows(found)
    labels = [_box(arrow.lines, LABEL_PADDING) for arrow in arrows]
    links = [Link(arrow.lower, arrow.upper, label) for arrow, label in zip(arrows, labels, strict=True)]
    generations = [member.generation for member in found.members.values()]
    across = max(map(generations.count, generations)) > MANY
    laid = arrange(boxes, links, across=across)
    head, foot = _head(found, datasets, down=down), _foot(found)
    top = MARGIN + 3.2 * LINE
    width = max(laid.width, *(line.width for line in (*head, *foot))) + 2 * MARGIN
    height = top + laid.height + (LINE * (len(foot) + 1) if foot else 0) + MARGIN
    title = escape(": ".join(printable(line.text) for line in head))
    drawn = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
            f' height="{height:.0f}" role="img" aria-label="{title}">'
        ),
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="card" x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1:.0f}" rx="12"/>',
        *_texts(head, MARGIN, MARGIN - 2, 1.25 * LINE),
        f'<g transform="translate({(width - laid.width) / 2:.1f} {top:.1f})">',
    ]
    for arrow, label, place, way in zip(arrows, labels, laid.labels, laid.ways, strict=True):
        drawn += _drawn_arrow(arrow, label, place, way, across=across)
    for iri, lines in texts.items():
        drawn += _drawn_box(found, nodes[iri], laid.boxes[iri], boxes[iri], lines)
    return "\n".join([*drawn, "</g>", *_texts(foot, MARGIN, top + laid.height + LINE, LINE), "</svg>\n"])


def _head(found: Lineage, datasets: int, *, down: bool) -> list[_Line]:
    models, conflicts = len(found.members) - 1, len(found.conflicts)
    told = [counted(models, "model") + (" derived from it" if down else " that it derives from")]
    if models < found.summary.models:
        told[0] += f", of {found.summary.models:,}"
    told += [counted(datasets, "dataset")] if datasets else []
    told += [counted(conflicts, "license conflict")] if conflicts else []
    name = cut(one_line(found.members[found.root].name), 80)
    return [_Line(f"Lineage of {name}", "head"), _Line(" \u00b7 ".join(told), "start")]


def _foot(found: Lineage) -> list[_Line]:
    told = {step.how for step in found.steps}
    data = " or was trained or evaluated on" if found.uses else ""
    lines = [f"An arrow leads to what a model derives from{data}."] if told or data else []
    if told == {"resolved", "declared"}:
        lines.append("Solid: resolved by the platform. Dashed: declared in the record.")
    reasons = dict.fromkeys((each.rule, each.original, each.why, each.source) for each in found.conflicts)
    conflicts = [
        text
        for rule, original, why, source in reasons
        for text in broken(one_line(f"{rule}: under {original}, {why} ({source})"), FOOT_LENGTH)
    ]
    return [*(_Line(text, "start") for text in lines), *(_Line(text, "reason") for text in conflicts)]


def _lines(member: Member) -> list[_Line]:
    owner, slash, name = one_line(member.name).rpartition("/")
    if "://" in member.name:
        owner, slash, name = "", "", one_line(member.name)
    lines = [_Line(cut(owner + slash, FACT_LENGTH))] if owner else []
    lines += [_Line(text, "name") for text in broken(name, NAME_LENGTH)]
    stated = [one_line(license) for license in member.licenses.values()]
    for fact in facts(member):
        lines += [_Line(text, "license" if fact in stated else "") for text in broken(fact, FACT_LENGTH)]
    return lines


def _arrows(found: Lineage) -> list[_Arrow]:
    """Return the arrows; those with a conflict come last, and are drawn above the others."""
    conflicts = conflicts_by_step(found)
    arrows = []
    for use in found.uses:
        model, dataset = found.members[use.model].name, found.datasets[use.dataset].name
        title = f"{model}: {USED[use.property]} {dataset} ({', '.join(stated_by(use))}, {use.record})"
        arrows.append(_Arrow(use.model, use.dataset, _label(USED[use.property], use), title, "of-data"))
    for step in found.steps:
        against = conflicts.get((step.child, step.parent), [])
        lines = _label(step.kind_for_people, step)
        lines += [_Line(text, "conflict") for each in against for text in broken(clause(each), LABEL_LENGTH)]
        arrows.append(_Arrow(step.child, step.parent, lines, _told(found, step, against), _style(step, against)))
    return sorted(arrows, key=lambda arrow: "conflict" in arrow.style)


def _label(kind: str, stated: Step | Use) -> list[_Line]:
    record, field = stated_by(stated)
    lines = [_Line(kind, "kind"), *(_Line(text) for text in broken(record, LABEL_LENGTH))]
    return lines + [_Line(text, "field") for text in broken(field, LABEL_LENGTH)]


def _told(found: Lineage, step: Step, against: Sequence[LicenseConflict]) -> str:
    child, parent = (found.members[iri].name for iri in (step.child, step.parent))
    told = f"{child} derives from {parent}: {step.kind_for_people} ({', '.join(stated_by(step))}, {step.record})"
    return "; ".join([told, *(f"{clause(each)}: {each.why}" for each in against)])


def _style(step: Step, against: Sequence[LicenseConflict]) -> str:
    return " ".join(["declared"] * (step.how != "resolved") + ["conflict"] * bool(against))


def _box(lines: Iterable[_Line], padding: float) -> Box:
    lines = list(lines)
    return Box(max(line.width for line in lines) + 2 * padding, LINE * len(lines) + 1.2 * padding)


def _drawn_box(found: Lineage, member: Member, at: Point, box: Box, lines: Sequence[_Line]) -> Iterator[str]:
    x, y = at
    is_root, is_data = member.iri == found.root, member.iri in found.datasets
    style = " ".join(["root"] * is_root + ["data"] * is_data + ["unknown"] * (not member.described or member.context))
    address = escape(printable(member.iri))
    is_page = member.iri.startswith(("https://", "http://"))
    yield f'<a href="{address}">' if is_page else "<g>"
    yield f'<g class="{style}"><title>{address}</title>'
    yield f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>'
    yield from _texts(lines, x + box.width / 2, y + (box.height - LINE * len(lines)) / 2, LINE)
    yield "</g></a>" if is_page else "</g></g>"


def _drawn_arrow(arrow: _Arrow, label: Box, at: Point, way: Sequence[list[Point]], *, across: bool) -> Iterator[str]:
    yield f'<g class="{arrow.style}"><title>{escape(printable(arrow.title))}</title>'
    yield from (f'<path class="way" d="{_curve(stroke, across=across)}"/>' for stroke in way)
    (x1, y1), (x, y) = way[-1][0], way[-1][-1]
    back = TIP if (x1 > x if across else y1 > y) else -TIP
    yield f'<path class="tip" d="M{x:.1f} {y:.1f}{f"l{back} -5v10z" if across else f"l-5 {back}h10z"}"/>'
    yield from _texts(arrow.lines, at[0] + label.width / 2, at[1] + (label.height - LINE * len(arrow.lines)) / 2, LINE)
    yield "</g>"


def _curve(stroke: Sequence[Point], *, across: bool) -> str:
    drawn = [f"M{stroke[0][0]:.1f} {stroke[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in pairwise(stroke):
        if (x1, y1) == (x2, y2):
            continue
        middle = (x1 + x2) / 2 if across else (y1 + y2) / 2
        first, second = ((middle, y1), (middle, y2)) if across else ((x1, middle), (x2, middle))
        drawn.append(f"C{first[0]:.1f} {first[1]:.1f} {second[0]:.1f} {second[1]:.1f} {x2:.1f} {y2:.1f}")
    return "".join(drawn)


def _texts(lines: Sequence[_Line], x: float, y: float, apart: float) -> Iterator[str]:
    for number, line in enumerate(lines):
        style = f' class="{line.style}"' if line.style else ""
        base = y + number * apart + 0.74 * LINE
        yield f'<text{style} x="{x:.1f}" y="{base:.1f}">{escape(printable(line.text))}</text>'
