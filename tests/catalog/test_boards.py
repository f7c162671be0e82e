"""What is ranked together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mlentory_crawl.catalog.queries.boards import Leaderboard, boards
from mlentory_crawl.catalog.queries.evaluations import Result

RESULT = Result(
    model="https://example.org/a", name="a", dataset="Nuts", joined="https://example.org/nuts", platform="acme",
    task=None, metric="f1_macro", stated=None, value=0.5, raw=None, scale="of 1", problem=None,
    settings={"split": "test"}, harness=None, notes=None, sources=[], date=None, verified=False, record="acme/model/a",
)  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"joined": "https://example.org/other"},
        {"metric": "f1_micro"},
        {"scale": "of 100"},
        {"settings": {"split": "dev"}},
        {"settings": {}},
        *({"settings": {"split": "test", name: "5"}} for name in ("config", "task", "num_few_shot", "args")),
        *({"settings": {"split": "test", name: "5"}} for name in ("metric_args", "metric_config")),
    ],
    ids=str,
)
def test_what_differs_in_what_it_measures_is_apart(change: dict[str, Any]) -> None:
    assert len(boards([RESULT, replace(RESULT, name="b", **change)])) == 2


@pytest.mark.parametrize(
    "change", [{"settings": {"split": "test", "revision": "0a1b"}}, {"platform": "other"}, {"notes": "n"}], ids=str
)
def test_what_says_nothing_of_the_measure_is_together(change: dict[str, Any]) -> None:
    (board,) = boards([RESULT, replace(RESULT, name="b", **change)])
    assert [each.name for each in board.results] == ["a", "b"]
    assert board.settings == {"split": "test"}


@pytest.mark.parametrize("field", ["task", "harness"])
def test_what_few_state_divides_where_there_are_several(field: str) -> None:
    said: dict[str, Any] = {field: "x"}
    unsaid, one = RESULT, replace(RESULT, name="b", **said)
    assert len(boards([unsaid, one])) == 1
    other = replace(RESULT, name="c", **{**said, field: "y"})
    made = boards([unsaid, one, other, replace(one, name="d")])
    assert sorted([each.name for each in board.results] for board in made) == [["a"], ["b", "d"], ["c"]]


def test_the_order_is_that_of_the_metric() -> None:
    values = [replace(RESULT, name=name, value=value) for name, value in (("a", 0.5), ("b", 0.75), ("c", 0.25))]

    def ranked(metric: str) -> tuple[bool | None, str]:
        (board,) = boards([replace(each, metric=metric) for each in values])
        return board.higher_is_better, "".join(each.name for each in board.results)

    assert ranked("f1") == (True, "bac")
    assert ranked("test wer") == (False, "cab")
    assert ranked("accuracy drop") == (None, "abc")


def test_nothing_is_the_same_on_every_scale() -> None:
    nothing, some = replace(RESULT, name="z", value=0), replace(RESULT, name="b", value=50, scale="of 100")
    (board,) = boards([nothing, some])
    assert (board.scale, [each.name for each in board.results]) == ("of 100", ["b", "z"])
    assert len(boards([nothing, some, RESULT])) == 2
    assert [board.scale for board in boards([nothing])] == ["of 1"]


def test_what_has_a_problem_is_on_no_board() -> None:
    assert boards([replace(RESULT, problem="the value is not a number")]) == []


def test_boards_come_by_size_and_then_by_what_they_are_of() -> None:
    small = [("wer", "dev", "of 1"), ("f1", "test", "of 100"), ("f1", "test", "of 1"), ("f1", "dev", "of 1")]
    found = [replace(RESULT, metric=metric, settings={"split": split}, scale=s) for metric, split, s in small]
    made = boards([*found, *[replace(RESULT, metric="zeta", name=name) for name in "ab"]])
    assert [(each.metric, each.settings["split"], each.scale) for each in made] == [
        ("zeta", "test", "of 1"),
        *sorted(small),
    ]


def test_a_part_of_each_list_of_results_is_cut_out() -> None:
    first = [replace(RESULT, name=name) for name in "abc"]
    other = [replace(RESULT, metric="wer", name=name) for name in "de"]
    unranked = [replace(RESULT, name=name, problem="the value is not a number") for name in "xyz"]
    found = Leaderboard(boards([*first, *other]), unranked)

    def names(told: Leaderboard) -> list[str]:
        return [
            "".join(each.name for each in results) for results in (*(b.results for b in told.boards), told.unranked)
        ]

    assert names(found.cut(slice(0, 1))) == ["a", "d", "x"]
    assert names(found.cut(slice(1, None))) == ["bc", "e", "yz"]
    assert found.cut(slice(0, 1)).boards[0].metric == "f1_macro"
    assert names(found) == ["abc", "de", "xyz"]


def test_ties_come_by_model_and_then_by_record() -> None:
    found = [replace(RESULT, name=name, record=record) for name, record in (("b", "r/2"), ("b", "r/1"), ("a", "r/3"))]
    (board,) = boards(found)
    assert [(each.name, each.record) for each in board.results] == [("a", "r/3"), ("b", "r/1"), ("b", "r/2")]
    assert board.dataset == "Nuts"
