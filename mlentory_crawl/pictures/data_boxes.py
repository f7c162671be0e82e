"""The datasets that models rest on, in pictures: one box beside a model for each relation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from mlentory_crawl.catalog.queries.lineage import Lineage, Use
from mlentory_crawl.pictures.labels import NAMED_ONLY, USED, facts, recorded_by
from mlentory_crawl.pictures.layout import PORTS, PORTS_OF_BOX, Box, Point
from mlentory_crawl.pictures.lettering import broken, cut
from mlentory_crawl.pictures.lines import LINE, Line, around, linked, written
from mlentory_crawl.printable import one_line, printable

PADDING, APART, CORNER, TIP = 10.0, 10.0, 6.0, 8.0
LEAD, BEND, TAIL = 12.0, 22.0, 12.0
"""The way to a label, the same where it is bent, and the way from there to the box."""
NAME_LENGTH, LINE_LENGTH, LABEL_LENGTH = 40, 44, 28


@dataclass(frozen=True, slots=True)
class _Dataset:
    iri: str
    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class _Group:
    """The datasets of a model and a relation, with the label of the way to them and what is said of it."""

    label: list[Line]
    datasets: list[_Dataset]
    title: str

    @property
    def lines(self) -> list[Line]:
        return [line for dataset in self.datasets for line in dataset.lines]

    @property
    def label_width(self) -> float:
        return max(line.width for line in self.label)

    @property
    def half(self) -> float:
        """Half of the height. The first line of the label stands above the way, the others below."""
        return max(around(self.lines, PADDING).height / 2, LINE * (len(self.label) - 1) + 4, LINE + 4)


class Datasets:
    """The datasets beside a model in a picture, and the ways to them.

    Args:
        found: the lineage.
        uses: the uses of data of one model.
        across: they stand below the model; else on its right.
    """

    def __init__(self, found: Lineage, uses: Sequence[Use], *, across: bool) -> None:
        by_property: dict[str, list[Use]] = {}
        for use in uses:
            by_property.setdefault(use.property, []).append(use)
        self._groups = [_group(found, name, of) for name, of in by_property.items()]
        self._across = across
        self._label_width = max(group.label_width for group in self._groups)
        self._lead = BEND if across or len(self._groups) > 1 else LEAD

    @property
    def size(self) -> Box:
        """The size, with the ways."""
        boxes = [around(group.lines, PADDING) for group in self._groups]
        height = sum(2 * group.half for group in self._groups) + APART * (len(boxes) - 1)
        width = self._before_boxes + max(box.width for box in boxes)
        return Box(width, height + (APART if self._across else 0))

    @property
    def _before_boxes(self) -> float:
        return self._lead + self._label_width + TAIL

    def drawn(self, at: Point, model: Point, size: Box, address: Callable[[str], str]) -> Iterator[str]:
        """Draw them.

        Args:
            at: the place.
            model: the place of the model.
            size: the size of the model.
            address: returns where the name of a dataset leads to, by its IRI.
        """
        x, y = at
        y += APART if self._across else 0
        step = min(PORTS, PORTS_OF_BOX * size.height / len(self._groups))
        for number, group in enumerate(self._groups):
            y += group.half
            port = model[1] + size.height / 2 + (number - (len(self._groups) - 1) / 2) * step
            yield f'<g class="of-data"><title>{escape(printable(group.title))}</title>'
            yield f'<path class="way" d="{self._way(at, y, port)}"/>'
            end = x + self._before_boxes
            yield f'<path class="tip" d="M{end:.1f} {y:.1f}l{-TIP:.0f} -5v10z"/>'
            middle = x + self._lead + self._label_width / 2
            yield from written(group.label[:1], middle, y - LINE - 1)
            yield from written(group.label[1:], middle, y + 2)
            yield "</g>"
            yield from _boxed(group, end, y, address)
            y += group.half + APART

    def _way(self, at: Point, y: float, port: float) -> str:
        end = at[0] + self._before_boxes
        if self._across:
            below = at[0] + self._lead / 2
            return f"M{below:.1f} {at[1]:.1f}V{y - CORNER:.1f}q0 {CORNER:.0f} {CORNER:.0f} {CORNER:.0f}H{end:.1f}"
        if abs(port - y) < 0.1:
            return f"M{at[0]:.1f} {y:.1f}H{end:.1f}"
        first, half = at[0] + self._lead, at[0] + self._lead / 2
        return f"M{at[0]:.1f} {port:.1f}C{half:.1f} {port:.1f} {half:.1f} {y:.1f} {first:.1f} {y:.1f}H{end:.1f}"


def are_named_only(found: Lineage) -> bool:
    """Check whether no record describes a dataset of the lineage."""
    return all(facts(dataset) == [NAMED_ONLY] for dataset in found.datasets.values())


def _group(found: Lineage, name: str, uses: Sequence[Use]) -> _Group:
    fields: dict[str, list[str]] = {}
    for use in uses:
        of_record = fields.setdefault(recorded_by(use), [])
        if one_line(use.field) not in of_record:
            of_record.append(one_line(use.field))
    label = [Line(USED[name], "kind")]
    for record, stated in fields.items():
        label += [Line(text) for text in broken(record, LABEL_LENGTH)]
        label += [Line(text, "field") for text in broken(", ".join(stated), LABEL_LENGTH)]
    names = ", ".join(found.datasets[use.dataset].name for use in uses)
    told = "; ".join(f"{record}, {', '.join(stated)}" for record, stated in fields.items())
    title = f"{found.members[uses[0].model].name}: {USED[name]} {names} ({told})"
    return _Group(label, [_dataset(found, use) for use in uses], title)


def _dataset(found: Lineage, use: Use) -> _Dataset:
    member = found.datasets[use.dataset]
    is_rest = use.dataset == f"{use.model}#{use.property}"
    name = cut(one_line(f"and {member.name}" if is_rest else member.name), NAME_LENGTH)
    # What is known of some of the rest is not known of each of them.
    told = "" if is_rest or are_named_only(found) else ", ".join(facts(member))
    if told and len(name) + len(told) > LINE_LENGTH:
        lines = [Line(name, "dataset"), *(Line(text) for text in broken(told, NAME_LENGTH))]
    else:
        lines = [Line(name, "dataset", f" \u00b7 {told}" if told else "")]
    title = member.name if is_rest else f"{member.iri} ({recorded_by(use)}, {use.field}, {use.record})"
    return _Dataset("" if is_rest else member.iri, title, lines)


def _boxed(group: _Group, x: float, y: float, address: Callable[[str], str]) -> Iterator[str]:
    box = around(group.lines, PADDING)
    top = y - box.height / 2
    yield '<g class="data">'
    yield f'<rect class="box" x="{x:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>'
    line = y - LINE * len(group.lines) / 2
    for dataset in group.datasets:
        leads_to = address(dataset.iri) if dataset.iri else ""
        yield from linked(leads_to, dataset.title, [*written(dataset.lines, x + box.width / 2, line)])
        line += LINE * len(dataset.lines)
    yield "</g>"
