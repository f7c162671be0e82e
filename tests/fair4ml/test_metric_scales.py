"""The scale of results, as their siblings show it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fair4ml.normalize.metric_scales import Measured, Problem, Scale, scales
from fair4ml.normalize.metrics import METRICS

ONE, HUNDRED, STATED, EITHER, OUTSIDE = Scale.ONE, Scale.HUNDRED, Scale.STATED, Problem.EITHER, Problem.OUTSIDE


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ([("accuracy", 0.5)], [ONE]),
        ([("accuracy", 1)], [ONE]),
        ([("accuracy", 0)], [ONE]),
        ([("accuracy", -1e-9), ("f1", 1 + 1e-9)], [ONE] * 2),
        ([("accuracy", 1.5)], [HUNDRED]),
        ([("accuracy", 100)], [HUNDRED]),
        # One value of a block shows the scale of all.
        ([("recall@1", 0.7), ("recall@100", 64.0), ("mrr", 0.98)], [HUNDRED] * 3),
        ([("recall@1", 0.07), ("recall@100", 0.64)], [ONE] * 2),
        ([("pearson", 0.4), ("spearman", -3.1)], [HUNDRED] * 2),
        ([("average f1 on 9 tasks", 71.0), ("f1", 0.8)], [HUNDRED] * 2),
        # Rates that may be more than 1, and BLEU.
        ([("wer", 0.42)], [ONE]),
        ([("wer", 14.2)], [HUNDRED]),
        ([("wer", 1.4)], [EITHER]),
        ([("wer", 1.4), ("cer", 0.5)], [EITHER] * 2),
        ([("wer", 7.5), ("cer", 0.9)], [HUNDRED] * 2),
        ([("wer", 1.4), ("accuracy", 98.0)], [HUNDRED] * 2),
        ([("mape", 0.12)], [ONE]),
        ([("wer", 1)], [ONE]),
        ([("wer", 2)], [EITHER]),
        ([("ter", 55.0), ("bleu", 0.8)], [HUNDRED] * 2),
        ([("bleu", 21.4), ("rouge1", 0.41)], [HUNDRED, ONE]),
        # Defined as of 100: a small value may be a share all the same.
        ([("chrf", 48.0)], [HUNDRED]),
        ([("chrf", 0.48)], [EITHER]),
        ([("chrf", 1)], [EITHER]),
        ([("chrf", 1), ("wer", 0.5)], [EITHER, ONE]),
        ([("chrf", 1.5), ("wer", 0.5)], [HUNDRED, EITHER]),
        ([("perplexity", 14.0), ("wer", 0.5)], [STATED, ONE]),
        ([("sacrebleu", 0.6), ("rougel", 31.0)], [HUNDRED] * 2),
        ([("chrf", 48.0), ("bleu", 0.6)], [HUNDRED, EITHER]),
        # No shares, and what nobody knows.
        ([("perplexity", 14.0), ("squirrels", 3.0), ("mean_reward", -20.0)], [STATED] * 3),
        ([("loss", 7.0), ("accuracy", 0.5)], [STATED, ONE]),
        # Values that the metric cannot have, which show nothing of others.
        ([("accuracy", 845.0), ("f1", 0.5)], [OUTSIDE, ONE]),
        ([("accuracy", -0.1)], [OUTSIDE]),
        ([("mos", 87.0)], [OUTSIDE]),
        ([("chrf", 101.0)], [OUTSIDE]),
        ([("r2", -3.5)], [ONE]),
    ],
)
def test_the_scale_is_that_of_the_block(block: list[tuple[str, float]], expected: list[Scale | Problem]) -> None:
    assert scales([Measured(metric, value) for metric, value in block]) == expected


def test_scales_are_told_in_words() -> None:
    assert [*Scale] == ["of 1", "of 100", "as stated"]


def test_what_is_said_to_be_percent_is() -> None:
    assert scales([Measured("accuracy", 0.5, is_percent=True), Measured("f1", 0.25)]) == [HUNDRED] * 2
    assert scales([Measured("wer", 0.5, is_percent=True), Measured("f1", 0.25)]) == [HUNDRED, ONE]
    assert scales([Measured("squirrels", 0.5, is_percent=True)]) == [STATED]


@given(st.lists(st.builds(Measured, st.sampled_from([*METRICS, "squirrels"]), st.floats(-1e3, 1e3), st.booleans())))
def test_the_order_of_a_block_does_not_matter(block: list[Measured]) -> None:
    assert scales(block[::-1]) == scales(block)[::-1]
