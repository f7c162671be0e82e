"""Places for the boxes of a layered graph, and ways for its links between them that cross no box and no label.

A link goes from a box to one in a layer above. Between two layers of boxes lies one of labels: a label has a place of
its own, as a box has, and so has a link where it passes a layer (Sugiyama's method).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mlentory_crawl.pictures.layers import layers

SWEEPS = 12
APART, APART_LABELS = 28.0, 18.0
"""The space between neighbors in a layer."""
ROWS, COLUMNS = 22.0, 54.0
"""The space between layers, of boxes or of labels: where they are rows, and where they are columns."""
PORTS, PORTS_OF_BOX = 14.0, 0.6
"""The space between the ends of links at a box, and the share of its side that they may take."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """The size of a box, or of a label."""

    width: float
    height: float


NOTHING = Box(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Link:
    """A link from a box to one above it."""

    lower: str
    upper: str
    label: Box


@dataclass(slots=True)
class Layout:
    """The places of boxes and labels, by their upper left corners.

    Attributes:
        boxes: the place of each box.
        asides: the place of what stands beside a box.
        labels: the place of the label of each link, in their order.
        ways: for each link the points of its way from the lower box to its label, and from there to the upper box.
        width, height: the size of the whole.
    """

    boxes: dict[str, Point]
    asides: dict[str, Point]
    labels: list[Point]
    ways: list[list[list[Point]]]
    width: float
    height: float


@dataclass(slots=True)
class _Place:
    """A box, a label, or a point of a link in a row.

    Attributes:
        half: half of its size in the direction of the row.
        aside: the size of what stands beside it, in the same direction.
        apart: the space to its neighbors.
        neighbors: what it is linked with in the rows above and below.
        at: its middle, in the direction of the row.
    """

    half: float
    aside: float
    apart: float
    neighbors: tuple[list[_Place], list[_Place]] = field(default_factory=lambda: ([], []))
    at: float = 0.0


@dataclass(slots=True)
class _Stop:
    """A row on the way of a link: where the row begins and ends, and within it the box or the label of the link."""

    start: float
    inner_start: float
    inner_end: float
    end: float
    at: float


def _strokes(stops: Sequence[_Stop]) -> list[list[tuple[float, float]]]:
    """Return the points of a way, from the upper box to the label and from there to the lower one.

    Within a row the way is straight: it must not reach over a neighbor that is larger than its own box.
    """
    first, *passed, label, last = stops
    return [
        [
            (first.inner_end, first.at),
            (first.end, first.at),
            *((along, each.at) for each in passed for along in (each.start, each.end)),
            (label.start, label.at),
            (label.inner_start, label.at),
        ],
        [(label.inner_end, label.at), (label.end, label.at), (last.start, last.at), (last.inner_start, last.at)],
    ]


def arrange(
    boxes: Mapping[str, Box], links: Sequence[Link], *, asides: Mapping[str, Box] | None = None, across: bool = False
) -> Layout:
    """Place boxes, labels and links.

    Args:
        boxes: the sizes of the boxes, in order.
        links: the links between them; two of the same boxes go side by side.
        asides: the sizes of what stands beside some of the boxes: on the right, or below where layers are columns.
        across: layers are columns, the uppermost on the left; else rows.
    """
    asides = asides or {}
    layer = layers(list(boxes), [(link.lower, link.upper) for link in links])
    rows: list[list[_Place]] = [[] for _ in range(2 * max(layer.values(), default=0) + 1)]
    thick = [0.0] * len(rows)

    def thickness(box: Box) -> float:
        return box.width if across else box.height

    def length(box: Box) -> float:
        return box.height if across else box.width

    def place(row: int, box: Box, apart: float, aside: Box = NOTHING) -> _Place:
        made = _Place(length(box) / 2, length(aside), apart)
        rows[row].append(made)
        thick[row] = max(thick[row], thickness(box), thickness(aside))
        return made

    placed = {name: place(2 * layer[name], box, APART, asides.get(name, NOTHING)) for name, box in boxes.items()}
    chains: list[tuple[bool, list[tuple[int, _Place]]]] = []
    for link in links:
        is_up = layer[link.upper] < layer[link.lower]
        upper, lower = (link.upper, link.lower) if is_up else (link.lower, link.upper)
        first, last = 2 * layer[upper], 2 * layer[lower]
        chain = [(first, placed[upper])]
        for row in range(first + 1, last):
            is_label = row == last - 1
            chain.append((row, place(row, link.label if is_label else NOTHING, APART_LABELS)))
        chain.append((last, placed[lower]))
        for (_, one), (_, other) in pairwise(chain):
            one.neighbors[1].append(other)
            other.neighbors[0].append(one)
        chains.append((is_up, chain))
    _order(rows)
    _spread(rows)

    gap = COLUMNS if across else ROWS
    starts = [gap * number + sum(thick[:number]) for number in range(len(rows))]
    least = min((each.at - each.half for row in rows for each in row), default=0.0)
    most = max((each.at + each.half + each.aside for row in rows for each in row), default=0.0)

    def point(along: float, at: float) -> Point:
        return (along, at - least) if across else (at - least, along)

    def begin(row: int, box: Box, aside: Box = NOTHING) -> float:
        # In a column a box and what stands below it are in one line on the left.
        taken = max(thickness(box), thickness(aside)) if across else thickness(box)
        return starts[row] + (thick[row] - taken) / 2

    def begin_box(name: str) -> float:
        return begin(2 * layer[name], boxes[name], asides.get(name, NOTHING))

    ports = _ports([chain for _, chain in chains])
    labels, ways = [], []
    for number, (link, (is_up, chain)) in enumerate(zip(links, chains, strict=True)):
        row, label = chain[-2]
        labels.append(point(begin(row, link.label), label.at - label.half))
        upper, lower = (link.upper, link.lower) if is_up else (link.lower, link.upper)
        inner = [(begin_box(upper), thickness(boxes[upper]))]
        inner += [(starts[each] + thick[each] / 2, 0.0) for each, _ in chain[1:-2]]
        inner += [(begin(row, link.label), thickness(link.label)), (begin_box(lower), thickness(boxes[lower]))]
        stops = [
            _Stop(starts[each], first, first + size, starts[each] + thick[each], stop.at)
            for (each, stop), (first, size) in zip(chain, inner, strict=True)
        ]
        stops[0].at += ports[number, 0]
        stops[-1].at += ports[number, 1]
        strokes = [[point(*each) for each in stroke] for stroke in _strokes(stops)]
        # From the box that the link begins at.
        ways.append([stroke[::-1] for stroke in reversed(strokes)] if is_up else strokes)
    long, wide = starts[-1] + thick[-1], most - least
    return Layout(
        boxes={name: point(begin_box(name), each.at - each.half) for name, each in placed.items()},
        asides={
            name: point(
                begin_box(name) if across else begin(2 * layer[name], aside), placed[name].at + placed[name].half
            )
            for name, aside in asides.items()
        },
        labels=labels,
        ways=ways,
        width=long if across else wide,
        height=wide if across else long,
    )


def _ports(chains: Sequence[Sequence[tuple[int, _Place]]]) -> dict[tuple[int, int], float]:
    """Return how far from the middle of its boxes each link begins and ends, by its number and 0 or 1 for the end."""
    sides: dict[tuple[int, int], list[tuple[float, int]]] = {}
    sizes: dict[int, float] = {}
    for number, chain in enumerate(chains):
        for end, (box, neighbor) in enumerate(((chain[0][1], chain[1][1]), (chain[-1][1], chain[-2][1]))):
            sizes[id(box)] = 2 * box.half
            sides.setdefault((id(box), end), []).append((neighbor.at, number))
    found = {}
    for (of, end), ordered in sides.items():
        step = min(PORTS, PORTS_OF_BOX * sizes[of] / len(ordered))
        for place, (_, number) in enumerate(sorted(ordered)):
            found[number, end] = (place - (len(ordered) - 1) / 2) * step
    return found


def _order(rows: list[list[_Place]]) -> None:
    """Order the places of each row by the middle of their neighbors, so that few links cross."""
    for sweep in range(SWEEPS):
        side = sweep % 2
        for row in rows if side == 0 else reversed(rows):
            number = {id(each): float(place) for place, each in enumerate(row)}
            wanted = {
                id(each): sum(other.at for other in each.neighbors[side]) / len(each.neighbors[side])
                if each.neighbors[side]
                else number[id(each)]
                for each in row
            }
            row.sort(key=lambda each: wanted[id(each)])
            for place, each in enumerate(row):
                each.at = float(place)


def _spread(rows: list[list[_Place]]) -> None:
    """Move the places of each row as near to their neighbors as their sizes allow."""
    for row in rows:
        _move(row, [0.0] * len(row))
    for sweep in range(2 * SWEEPS):
        both = sweep >= SWEEPS
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = []
            for each in row:
                near = [*each.neighbors[0], *each.neighbors[1]] if both else each.neighbors[sweep % 2]
                wanted.append(sum(other.at for other in near) / len(near) if near else each.at)
            _move(row, wanted)


def _move(row: list[_Place], wanted: list[float]) -> None:
    """Move places to where the squares of their distances to the wanted ones are the least (isotonic regression)."""
    shift = 0.0
    shifts = []
    for before, each in zip([None, *row], row, strict=False):
        if before is not None:
            shift += before.half + before.aside + max(before.apart, each.apart) + each.half
        shifts.append(shift)
    blocks: list[tuple[float, int]] = []
    for at, moved in zip(wanted, shifts, strict=True):
        total, count = at - moved, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            more, others = blocks.pop()
            total, count = total + more, count + others
        blocks.append((total, count))
    middles = [total / count for total, count in blocks for _ in range(count)]
    for each, middle, moved in zip(row, middles, shifts, strict=True):
        each.at = middle + moved
