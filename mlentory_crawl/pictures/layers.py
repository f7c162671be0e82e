"""The layers of a graph whose links lead up."""

from __future__ import annotations

from collections.abc import Sequence


def layers(boxes: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the layer of each box, 0 for the uppermost: below all boxes that its links lead to.

    Args:
        boxes: the boxes, in order.
        links: pairs of a lower and an upper box; one that closes a circle may lead down.
    """
    above: dict[str, list[str]] = {box: [] for box in boxes}
    for lower, upper in _without_circles(boxes, links):
        above[lower].append(upper)
    found: dict[str, int] = {}
    waiting = list(boxes)
    while waiting:
        found |= {
            box: max((found[each] + 1 for each in above[box]), default=0)
            for box in waiting
            if all(each in found for each in above[box])
        }
        waiting = [box for box in waiting if box not in found]
    below: dict[str, list[str]] = {box: [] for box in boxes}
    for lower, uppers in above.items():
        for upper in uppers:
            below[upper].append(lower)
    # A box with nothing above it stands right above the first that leads to it.
    for box in boxes:
        if not above[box] and below[box]:
            found[box] = min(found[each] for each in below[box]) - 1
    first = min(found.values(), default=0)
    return {box: layer - first for box, layer in found.items()}


def _without_circles(boxes: Sequence[str], links: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    above: dict[str, list[str]] = {box: [] for box in boxes}
    for lower, upper in links:
        above[lower].append(upper)
    kept: list[tuple[str, str]] = []
    state: dict[str, bool] = {}  # True while the walk is above the box
    for start in boxes:
        if start in state:
            continue
        walk = [(start, iter(above[start]))]
        state[start] = True
        while walk:
            box, uppers = walk[-1]
            for upper in uppers:
                if not state.get(upper, False):
                    kept.append((box, upper))
                if upper not in state:
                    state[upper] = True
                    walk.append((upper, iter(above[upper])))
                    break
            else:
                state[box] = False
                walk.pop()
    return kept
