"""Lineages as pictures (SVG): readable on dark and on light pages, by screen readers, and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from mlentory_crawl.catalog.queries.derivations import Step
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict
from mlentory_crawl.catalog.queries.lineage import Lineage, Member, Use
from mlentory_crawl.console import counted
from mlentory_crawl.pictures.data_boxes import Datasets, are_named_only
from mlentory_crawl.pictures.labels import USED, clause, conflicts_by_step, facts, folded, recorded_by, stated_by
from mlentory_crawl.pictures.layout import Box, Link, Point, arrange
from mlentory_crawl.pictures.lettering import broken, cut
from mlentory_crawl.pictures.lines import LINE, STYLE, Line, around, linked, written
from mlentory_crawl.printable import one_line, printable

MARGIN, TOP, PADDING, LABEL_PADDING, TIP = 24.0, 72.0, 15.0, 4.0, 8
FOOT_LINE = 15.0
NAME_LENGTH, FACT_LENGTH, LABEL_LENGTH, FOOT_LENGTH = 32, 36, 46, 110
"""The number of characters after which texts are broken."""
MANY = 3
"""The number of models in a generation up to which generations are rows; wider ones are columns."""


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A link of the picture, with the lines of its label and what is said of it."""

    lower: str
    upper: str
    lines: list[Line]
    title: str
    style: str


def svg(found: Lineage, *, down: bool, style: str = STYLE, address: Callable[[str], str] = str) -> str:
    """Draw a lineage: models below or beside those from which they derive, each with the datasets it rests on.

    Args:
        found: the lineage.
        down: whether it was followed to what derives from the model.
        style: the style sheet in the picture; empty on a page that has it.
        address: returns where the box of an entity leads to, by its IRI.
    """
    count = len(found.datasets)
    found = folded(found)
    texts = {iri: _lines(member) for iri, member in found.members.items()}
    boxes = {iri: around(lines, PADDING) for iri, lines in texts.items()}
    arrows = _arrows(found)
    labels = [around(arrow.lines, LABEL_PADDING) for arrow in arrows]
    links = [Link(arrow.lower, arrow.upper, label) for arrow, label in zip(arrows, labels, strict=True)]
    generations = [member.generation for member in found.members.values()]
    across = max(map(generations.count, generations)) > MANY
    uses: dict[str, list[Use]] = {}
    for use in found.uses:
        uses.setdefault(use.model, []).append(use)
    datasets = {iri: Datasets(found, of, across=across) for iri, of in uses.items()}
    laid = arrange(boxes, links, asides={iri: of.size for iri, of in datasets.items()}, across=across)
    head, foot = _head(found, count, down=down), _foot(found)
    width = max(laid.width, *(line.width for line in (*head, *foot))) + 2 * MARGIN
    height = TOP + laid.height + (FOOT_LINE * (len(foot) + 1) if foot else 0) + MARGIN
    title = escape(": ".join(printable(line.text) for line in head))
    drawn = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
            f' height="{height:.0f}" role="group" aria-label="{title}">'
        ),
        f"<title>{title}</title>",
        f"<style>{style}</style>" if style else "",
        f'<rect class="card" x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1:.0f}" rx="12"/>',
        *written(head, MARGIN, MARGIN - 2, 1.3 * LINE),
        f'<g transform="translate({(width - laid.width) / 2:.1f} {TOP:.1f})">',
    ]
    for arrow, label, place, way in zip(arrows, labels, laid.labels, laid.ways, strict=True):
        drawn += _drawn_arrow(arrow, label, place, way, across=across)
    for iri, of in datasets.items():
        drawn += of.drawn(laid.asides[iri], laid.boxes[iri], boxes[iri], address)
    for iri, lines in texts.items():
        drawn += _drawn_box(found, found.members[iri], laid.boxes[iri], boxes[iri], lines, address)
    return "\n".join([*drawn, "</g>", *written(foot, MARGIN, TOP + laid.height + FOOT_LINE, FOOT_LINE), "</svg>\n"])


def _head(found: Lineage, datasets: int, *, down: bool) -> list[Line]:
    models, conflicts = len(found.members) - 1, len(found.conflicts)
    told = [counted(models, "model") + (" derived from it" if down else " that it derives from")]
    if models < found.summary.models:
        told[0] += f", of {found.summary.models:,}"
    told += [counted(datasets, "dataset")] if datasets else []
    told += [counted(conflicts, "license conflict")] if conflicts else []
    name = cut(one_line(found.members[found.root].name), 80)
    return [Line(f"Lineage of {name}", "head"), Line(" \u00b7 ".join(told), "start")]


def _foot(found: Lineage) -> list[Line]:
    told = {step.how for step in found.steps}
    used = " or ".join(dict.fromkeys(USED[use.property] for use in found.uses))
    meanings = ["derives from"] * bool(told) + [f"was {used}"] * bool(used)
    lines = [f"An arrow leads to what a model {' or '.join(meanings)}."] if meanings else []
    if found.uses and are_named_only(found):
        lines[0] += " No record describes the datasets."
    if told == {"resolved", "declared"}:
        lines.append("Solid: resolved by the platform. Dashed: declared in the record.")
    reasons = dict.fromkeys((each.rule, each.original, each.why, each.source) for each in found.conflicts)
    conflicts = [one_line(f"{rule}: under {original}, {why} ({source})") for rule, original, why, source in reasons]
    return [
        *(Line(text, "foot") for line in lines for text in broken(line, FOOT_LENGTH)),
        *(Line(text, "reason") for line in conflicts for text in broken(line, FOOT_LENGTH)),
    ]


def _lines(member: Member) -> list[Line]:
    owner, slash, name = one_line(member.name).rpartition("/")
    if "://" in member.name:
        owner, slash, name = "", "", one_line(member.name)
    lines = [Line(cut(owner + slash, FACT_LENGTH))] if owner else []
    lines += [Line(text, "name") for text in broken(name, NAME_LENGTH)]
    stated = [one_line(license) for license in member.licenses.values()]
    for fact in facts(member):
        lines += [Line(text, "license" if fact in stated else "") for text in broken(fact, FACT_LENGTH)]
    return lines


def _arrows(found: Lineage) -> list[_Arrow]:
    """Return the arrows; those with a conflict come last, and are drawn above the others."""
    conflicts = conflicts_by_step(found)
    arrows = []
    for step in found.steps:
        against = conflicts.get((step.child, step.parent), [])
        lines = _label(step)
        lines += [Line(text, "conflict") for each in against for text in broken(clause(each), LABEL_LENGTH)]
        arrows.append(_Arrow(step.child, step.parent, lines, _told(found, step, against), _style(step, against)))
    return sorted(arrows, key=lambda arrow: "conflict" in arrow.style)


def _label(step: Step) -> list[Line]:
    record, field = recorded_by(step), one_line(step.field)
    kind = Line(cut(step.kind_for_people, LABEL_LENGTH), "kind", f", {step.how}")
    if len(f"{record}, {field}") <= LABEL_LENGTH:
        return [kind, Line(f"{record}, ", "", field, "field")]
    return [
        kind,
        *(Line(text) for text in broken(record, LABEL_LENGTH)),
        *(Line(text, "field") for text in broken(field, LABEL_LENGTH)),
    ]


def _told(found: Lineage, step: Step, against: Sequence[LicenseConflict]) -> str:
    child, parent = (found.members[iri].name for iri in (step.child, step.parent))
    told = f"{child} derives from {parent}: {step.kind_for_people} ({', '.join(stated_by(step))}, {step.record})"
    return "; ".join([told, *(f"{clause(each)}: {each.why}" for each in against)])


def _style(step: Step, against: Sequence[LicenseConflict]) -> str:
    return " ".join(["declared"] * (step.how != "resolved") + ["conflict"] * bool(against))


def _drawn_box(
    found: Lineage, member: Member, at: Point, box: Box, lines: Sequence[Line], address: Callable[[str], str]
) -> Iterator[str]:
    x, y = at
    style = " ".join(["root"] * (member.iri == found.root) + ["unknown"] * (not member.described or member.context))
    drawn = [
        f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>',
        *written(lines, x + box.width / 2, y + (box.height - LINE * len(lines)) / 2),
    ]
    yield f'<g class="{style}">'
    yield from linked(address(member.iri), member.iri, drawn)
    yield "</g>"


def _drawn_arrow(arrow: _Arrow, label: Box, at: Point, way: Sequence[list[Point]], *, across: bool) -> Iterator[str]:
    yield f'<g class="{arrow.style}"><title>{escape(printable(arrow.title))}</title>'
    yield from (f'<path class="way" d="{_curve(stroke, across=across)}"/>' for stroke in way)
    (x1, y1), (x, y) = way[-1][0], way[-1][-1]
    back = TIP if (x1 > x if across else y1 > y) else -TIP
    yield f'<path class="tip" d="M{x:.1f} {y:.1f}{f"l{back} -5v10z" if across else f"l-5 {back}h10z"}"/>'
    yield from written(arrow.lines, at[0] + label.width / 2, at[1] + (label.height - LINE * len(arrow.lines)) / 2)
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
