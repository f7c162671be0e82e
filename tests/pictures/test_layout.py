"""Places of boxes, labels and links: nothing lies on anything else, and every link leads up."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings, strategies as st

from mlentory_crawl.pictures.layers import layers
from mlentory_crawl.pictures.layout import Box, Link, Point, arrange

NAMES = [f"box-{number}" for number in range(8)]


def test_a_box_lies_below_all_that_its_links_lead_to() -> None:
    links = [("child", "parent"), ("parent", "base"), ("child", "base"), ("child", "other")]
    found = layers(["base", "parent", "child", "other", "alone"], links)
    assert found == {"base": 0, "parent": 1, "child": 2, "other": 1, "alone": 0}


@pytest.mark.parametrize("links", [[("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "a"), ("c", "c")]])
def test_a_circle_ends(links: list[tuple[str, str]]) -> None:
    found = layers(["a", "b", "c"], links)
    assert sum(found[lower] > found[upper] for lower, upper in links) >= len(links) - 2


def graph(pairs: list[tuple[int, int]]) -> list[Link]:
    return [
        Link(NAMES[lower], NAMES[upper], Box(30 + 7 * lower, 20 + 3 * upper))
        for lower, upper in pairs
        if lower != upper
    ]


def corners(at: Point, box: Box) -> tuple[float, float, float, float]:
    return at[0], at[1], at[0] + box.width, at[1] + box.height


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    least = 1e-6
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > least and min(one[3], other[3]) - max(one[1], other[1]) > least
    )


BOXES = {name: Box(40 + 13 * number, 30 + 5 * number) for number, name in enumerate(NAMES)}
ASIDES = {NAMES[1]: Box(120, 20), NAMES[4]: Box(30, 150), NAMES[5]: Box(90, 60)}
PAIRS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14)


@settings(max_examples=60)
@given(PAIRS, st.booleans())
def test_boxes_and_labels_keep_apart(pairs: list[tuple[int, int]], across: bool) -> None:
    links = graph(pairs)
    laid = arrange(BOXES, links, asides=ASIDES, across=across)
    places = [corners(laid.boxes[name], box) for name, box in BOXES.items()]
    places += [corners(laid.asides[name], aside) for name, aside in ASIDES.items()]
    places += [corners(at, link.label) for at, link in zip(laid.labels, links, strict=True)]
    assert not any(overlap(one, other) for one, other in combinations(places, 2))
    assert min(min(place[:2]) for place in places) > -0.01
    assert max(place[2] for place in places) <= laid.width + 0.01
    assert max(place[3] for place in places) <= laid.height + 0.01


@settings(max_examples=60)
@given(PAIRS, st.booleans())
def test_links_begin_and_end_at_their_boxes(pairs: list[tuple[int, int]], across: bool) -> None:
    links = graph(pairs)
    laid = arrange(BOXES, links, asides=ASIDES, across=across)
    for link, way in zip(links, laid.ways, strict=True):
        for name, end in ((link.lower, way[0][0]), (link.upper, way[-1][-1])):
            left, top, right, bottom = corners(laid.boxes[name], BOXES[name])
            assert left - 0.01 <= end[0] <= right + 0.01
            assert top - 0.01 <= end[1] <= bottom + 0.01


@settings(max_examples=60)
@given(PAIRS, st.booleans())
def test_a_link_leaves_its_label_out_and_crosses_no_other_nor_a_box(pairs: list[tuple[int, int]], across: bool) -> None:
    links = graph(pairs)
    laid = arrange(BOXES, links, asides=ASIDES, across=across)
    labels = [corners(at, link.label) for at, link in zip(laid.labels, links, strict=True)]
    boxes = {name: corners(laid.boxes[name], box) for name, box in BOXES.items()}
    for link, way, label in zip(links, laid.ways, labels, strict=True):
        first, second = way
        along = 0 if across else 1
        assert sorted((first[-1][along], second[0][along])) == pytest.approx([label[along], label[along + 2]])
        others = [each for each in labels if each is not label]
        others += [each for name, each in boxes.items() if name not in (link.lower, link.upper)]
        others += [corners(laid.asides[name], aside) for name, aside in ASIDES.items()]
        # Curves go between rows, where nothing else is; only straight pieces pass rows.
        for start, end in (piece for stroke in way for piece in pairwise(stroke)):
            if start[1 - along] == pytest.approx(end[1 - along]) and start != end:
                line = (min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1]))
                assert not any(overlap(line, other) for other in others)


@pytest.mark.parametrize(("asides", "width"), [({}, 100), ({"b": Box(90, 20), "c": Box(40, 50)}, 170)])
def test_a_chain_is_straight(asides: dict[str, Box], width: float) -> None:
    links = [Link("b", "a", Box(50, 20)), Link("c", "b", Box(90, 20))]
    laid = arrange({"a": Box(100, 30), "b": Box(60, 30), "c": Box(80, 30)}, links, asides=asides)
    assert {round(x, 3) for way in laid.ways for stroke in way for x, _ in stroke} == {50.0}
    assert (laid.width, laid.boxes["a"]) == (width, (0, 0))


def test_what_stands_beside_a_box_is_on_its_right_or_below_it() -> None:
    boxes, asides = {"a": Box(100, 30)}, {"a": Box(60, 50)}
    rows, columns = (arrange(boxes, [], asides=asides, across=across) for across in (False, True))
    assert (rows.boxes, rows.asides, rows.width, rows.height) == ({"a": (0, 10)}, {"a": (100, 0)}, 160, 50)
    assert (columns.boxes, columns.asides, columns.width, columns.height) == ({"a": (0, 0)}, {"a": (0, 30)}, 100, 80)


def test_children_have_their_parent_in_the_middle() -> None:
    boxes = {name: Box(100, 30) for name in ("base", "a", "b", "c")}
    laid = arrange(boxes, [Link(name, "base", Box(40, 20)) for name in "abc"])
    left, middle, right = sorted(laid.boxes[name][0] for name in "abc")
    assert laid.boxes["base"][0] == pytest.approx(middle)
    assert middle - left == pytest.approx(right - middle)
