"""The scale of results: a fraction of 1, or percent.

Those who publish results as percent do so for all results of one table, so the scale belongs to a block of results:
evidence in one of them holds for its siblings.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from fair4ml.normalize.metrics import Metric, metric_within


class Scale(StrEnum):
    """The scale on which the values of a metric are given."""

    ONE = "of 1"
    HUNDRED = "of 100"
    STATED = "as stated"
    """The metric is not a fraction, or nothing is known about it."""


class Problem(StrEnum):
    """The reason why the scale of a value is not known."""

    EITHER = "it may be a fraction or a percentage"
    OUTSIDE = "it is outside the range of the metric"


class Measured(NamedTuple):
    """One result of a block.

    Attributes:
        metric: the name of its metric.
        value: its value.
        is_percent: whether the record states that it is percent.
    """

    metric: str
    value: float
    is_percent: bool = False


_PERCENT_FROM = 2
"""Error rates can be more than 1, but hardly more than this."""
_NOISE = 1e-6


def scales(block: Sequence[Measured]) -> list[Scale | Problem]:
    """The scale of each result of a block, or the reason why it is not known.

    A value above 1 of a metric whose maximum is 1 shows that the whole block is percent. Error rates and BLEU are often
    percent where nothing else is, so their values show that only for each other; metrics that are defined on a scale of
    100, such as chrF, show nothing.

    Args:
        block: the results that were published together, of one model on one part of one dataset.
    """
    known = [(metric_within(each.metric), each) for each in block]
    shares = [each for of, each in known if of is not None and of.maximum == 1 and _is_percent(of, each)]
    rates = [each for of, each in known if of is not None and of.is_share]
    are_percent = bool(shares) or any(each.is_percent or each.value > _PERCENT_FROM for each in rates)
    are_unsure = any(each.value > 1 for each in rates) or any(
        of.maximum == 100 and each.value > 1 for of, each in known if of is not None
    )
    return [_scale(of, each, bool(shares), are_percent, are_unsure) for of, each in known]


def _is_percent(of: Metric, each: Measured) -> bool:
    below = of.minimum is not None and of.minimum < 0 and each.value < of.minimum - _NOISE
    return abs(each.value) <= 100 + _NOISE and (each.is_percent or each.value > 1 + _NOISE or below)


def _scale(
    of: Metric | None, each: Measured, shares_are_percent: bool, rates_are_percent: bool, rates_are_unsure: bool
) -> Scale | Problem:
    if of is None:
        return Scale.STATED
    is_percent = each.is_percent or shares_are_percent
    if of.maximum == 1:
        scale: Scale | Problem = Scale.HUNDRED if is_percent else Scale.ONE
    elif of.maximum == 100:
        scale = Scale.HUNDRED if is_percent or each.value > 1 else Problem.EITHER
    elif of.is_share:
        unsure = Problem.EITHER if rates_are_unsure else Scale.ONE
        scale = Scale.HUNDRED if each.is_percent or rates_are_percent else unsure
    else:
        scale = Scale.STATED
    return scale if _is_inside(of, each.value, scale) else Problem.OUTSIDE


def _is_inside(of: Metric, value: float, scale: Scale | Problem) -> bool:
    times = 100 if of.maximum == 1 and scale is Scale.HUNDRED else 1
    low = float("-inf") if of.minimum is None else of.minimum * times
    high = float("inf") if of.maximum is None else of.maximum * times
    return low - _NOISE <= value <= high + _NOISE
