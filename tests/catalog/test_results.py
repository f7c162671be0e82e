"""Results of evaluations as the catalog's records state them, each told once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import HUB, Book, model

from fair4ml.document import Document, EntityDict
from fair4ml.normalize.metric_scales import Scale
from mlentory_crawl.catalog.queries.boards import leaderboard
from mlentory_crawl.catalog.queries.evaluations import NO_NUMBER, Result, results
from mlentory_crawl.catalog.reader import CatalogReader

NUTS = f"{HUB}datasets/lab/nuts"


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = Book(data_dir)
    yield made
    made.close()


def evaluated(name: str, *values: tuple[str, Any], on: str = NUTS, of: str | None = None, **stated: Any) -> Document:
    """A model with an evaluation.

    Args:
        name: of the model.
        values: metric and value of each result; of a number with its unit, of a mean in the words of its source, too.
        on: the IRI of the dataset.
        of: the name of the model that it is about, where that is another one.
        stated: properties of the evaluation; ``settings`` are those that have a value.
    """
    document = model(name)
    iri = f"{HUB}{name}#evaluation"
    settings = stated.pop("settings", {})
    evaluation = {
        "iri": iri, "class": "MLModelEvaluation", "evaluationDataset": [on], "evaluatedMLModel": [HUB + (of or name)],
        "evaluationResults": [f"{iri}-{n}" for n, _ in enumerate(values)],
        "additionalProperty": [f"{iri}-{key}" for key in settings], **stated,
    }  # fmt: skip
    document["root"]["hasEvaluation"] = [iri]
    document["parts"] = [
        evaluation,
        *[property_value(f"{iri}-{n}", metric, value) for n, (metric, value) in enumerate(values)],
        *[property_value(f"{iri}-{key}", key, value) for key, value in settings.items()],
    ]
    document["stubs"].append({"iri": on, "class": "Dataset", "name": on.removeprefix(f"{HUB}datasets/")})
    if of:
        document["stubs"].append({"iri": HUB + of, "class": "MLModel", "name": of})
    return document


def property_value(iri: str, name: str, value: Any) -> EntityDict:
    fields = value if isinstance(value, dict) else {"value": value}
    return {"iri": iri, "class": "PropertyValue", "propertyID": name, "name": f"My {name}", **fields}


def dataset(iri: str, name: str, *same: str) -> Document:
    return {"root": {"iri": iri, "class": "Dataset", "name": name, "sameAs": list(same)}, "parts": [], "stubs": []}


def on(book: Book, name: str, metric: str | None = None, task: str | None = None) -> list[Result]:
    reader = CatalogReader(book.data_dir)
    try:
        return results(reader, name, metric, task)[0]
    finally:
        reader.close()


def values(found: list[Result]) -> dict[str, Any]:
    return {each.name: each.value for each in found}


def test_all_that_is_stated_of_a_result(book: Book) -> None:
    given: dict[str, Any] = {
        "about": ["https://x.test/tagging"], "keywords": ["verified"], "description": "with tools",
        "isBasedOn": ["https://x.test/board"], "citation": ["https://x.test/paper"],
        "dateModified": "2024-03-03", "datePublished": "2024-02-02",
        "settings": {"split": "test", "num_few_shot": 5, "revision": "main", "harness": "eval-kit", "colour": "red"},
    }  # fmt: skip
    document = evaluated("a/x", ("accuracy", {"value": 0.5, "description": "0.5 +/- 0.1"}), **given)
    document["stubs"].append({"iri": "https://x.test/tagging", "class": "DefinedTerm", "name": "Tagging"})
    book.crawl({"1": document})
    assert on(book, "lab/nuts") == [
        Result(
            model=f"{HUB}a/x", name="a/x", dataset="lab/nuts", joined=NUTS, platform="huggingface", task="Tagging",
            metric="accuracy", stated="My accuracy", value=0.5, raw="0.5 +/- 0.1", scale=Scale.ONE, problem=None,
            settings={"split": "test", "num_few_shot": "5", "revision": "main"}, harness="eval-kit",
            notes="with tools", sources=["https://x.test/board", "https://x.test/paper"], date="2024-02-02",
            verified=True, record="huggingface/model/1",
        )
    ]  # fmt: skip


def test_what_is_not_stated_is_none(book: Book) -> None:
    document = evaluated("a/x", ("", 7), keywords=["tagging"], evaluationMetrics=["wer"])
    del document["parts"][0]["evaluatedMLModel"], document["parts"][1]["propertyID"], document["parts"][1]["name"]
    book.crawl({"1": document})
    (found,) = on(book, NUTS)
    assert (found.model, found.metric, found.stated, found.task) == (f"{HUB}a/x", "wer", None, "tagging")
    assert (found.harness, found.date, found.sources, found.settings, found.verified) == (None, None, [], {}, False)


def test_a_model_without_a_name_is_called_by_its_iri(book: Book) -> None:
    document = evaluated("a/copy", ("wer", 7), of="a/x")
    document["stubs"] = [stub for stub in document["stubs"] if stub["class"] == "Dataset"]
    book.crawl({"1": document})
    (found,) = on(book, NUTS)
    assert found.model == found.name == f"{HUB}a/x"


def test_what_has_no_value_is_no_result_and_a_text_no_number(book: Book) -> None:
    document = evaluated("a/x", ("a", True), ("b", {}), ("c", None), ("d", "about 5"), ("e", 0))
    document["parts"][0]["evaluationResults"].append(f"{HUB}nowhere")
    book.crawl({"1": document})
    assert {each.metric: (each.value, each.problem) for each in on(book, NUTS)} == {
        "d": ("about 5", NO_NUMBER),
        "e": (0, None),
    }


def test_metric_and_task_are_asked_for_in_any_spelling(book: Book) -> None:
    of_both = evaluated("a/x", ("accuracy", 0.5), ("wer", 7), keywords=["Tagging", "parsing"])
    book.crawl({"1": of_both, "2": evaluated("a/y", ("accuracy", 0.6))})
    assert values(on(book, NUTS, "Acc")) == {"a/x": 0.5, "a/y": 0.6}
    assert values(on(book, NUTS, "WER")) == {"a/x": 7}
    assert (
        values(on(book, NUTS, "accuracy", "tagging")) == values(on(book, NUTS, "accuracy", "PARSING")) == {"a/x": 0.5}
    )
    assert on(book, NUTS, None, "tag") == on(book, NUTS, "bleu") == on(book, "lab/none") == []


def test_siblings_show_the_scale_where_they_were_measured_alike(book: Book) -> None:
    def scales_of(**second: Any) -> list[str]:
        one, other = evaluated("a/x", ("wer", 40.5)), evaluated("a/x", ("wer", 0.75), **second)
        for part in other["parts"]:
            part["iri"] = part["iri"].replace("#evaluation", "#other")
        for name in ("evaluationResults", "additionalProperty"):
            other["parts"][0][name] = [iri.replace("#evaluation", "#other") for iri in other["parts"][0][name]]
        one["root"]["hasEvaluation"] += ["#other"]
        one["parts"] += other["parts"]
        book.crawl({"1": one})
        return [each.scale for each in sorted(on(book, NUTS), key=lambda each: -float(each.value))]

    alike = scales_of(settings={"num_few_shot": 3})
    assert alike == [Scale.HUNDRED, Scale.HUNDRED]
    for apart in ({"settings": {"split": "dev"}}, {"isBasedOn": ["https://x.test"]}, {"keywords": ["tagging"]}):
        assert scales_of(**apart)[1] != Scale.HUNDRED
    assert scales_of(settings={"harness": "eval-kit"})[1] != Scale.HUNDRED


def test_a_percent_is_of_a_hundred(book: Book) -> None:
    book.crawl({"1": evaluated("a/x", ("accuracy", {"value": 0.9, "unitText": "%"}))})
    assert [each.scale for each in on(book, NUTS)] == [Scale.HUNDRED]


def test_a_copied_card_tells_no_result_twice_but_what_its_model_does_not(book: Book) -> None:
    book.crawl(
        {
            "1": evaluated("a/copy", ("accuracy", 0.5), ("wer", 7), of="a/x"),
            "2": evaluated("a/x", ("accuracy", 0.5)),
            "3": evaluated("a/other", ("wer", 7), of="a/x"),
        }
    )
    assert [(each.name, each.metric, each.record[-1]) for each in on(book, NUTS)] == [
        ("a/x", "accuracy", "2"),
        ("a/x", "wer", "1"),
    ]


@pytest.mark.parametrize(
    "change", [{"settings": {"split": "dev"}}, {"isBasedOn": ["https://x.test"]}, {"keywords": ["tagging"]}]
)
def test_a_copy_that_says_something_else_is_told(book: Book, change: dict[str, Any]) -> None:
    copy = evaluated("a/copy", ("wer", 7), of="a/x", **change)
    book.crawl({"1": copy, "2": evaluated("a/x", ("wer", 7))})
    assert len(on(book, NUTS)) == 2


def test_datasets_that_are_stated_to_be_the_same_are_one(book: Book) -> None:
    first, second, third, apart = (f"https://x.test/{name}" for name in ("b", "a", "c", "apart"))
    book.crawl(
        {
            "1": dataset(first, "Nuts", second),
            "2": dataset(second, "Kernels"),
            "3": dataset(third, "Seeds", second),
            "4": dataset(apart, "Apart", "https://x.test/page"),
            **{f"m{n}": evaluated(f"a/{n}", ("wer", n), on=iri) for n, iri in enumerate((first, second, third, apart))},
        }
    )
    for name in ("Nuts", "kernels", third):
        assert {each.value for each in on(book, name)} == {0, 1, 2}
        assert {each.joined for each in on(book, name)} == {second}
    assert {each.dataset for each in on(book, "Nuts")} == {"Nuts", "Kernels", "Seeds"}
    assert {each.value for each in on(book, "Apart")} == {3}


def test_a_dataset_is_the_same_as_one_that_only_it_names(book: Book) -> None:
    nuts, page = "https://x.test/nuts", "https://x.test/page"
    book.crawl({"1": dataset(nuts, "Nuts", page), "2": evaluated("a/x", ("wer", 7), on=page)})
    assert values(on(book, nuts)) == {"a/x": 7}


def test_an_environment_is_its_name_and_other_parts_are_not(book: Book) -> None:
    def learned(name: str, task: str) -> Document:
        document = evaluated(name, ("mean_reward", 5), on=f"{HUB}{name}#dataset", about=["#task"])
        document["stubs"] = [each for each in document["stubs"] if each["class"] != "Dataset"]
        document["parts"].append({"iri": f"{HUB}{name}#dataset", "class": "Dataset", "name": "Kite-v3"})
        document["stubs"].append({"iri": "#task", "class": "DefinedTerm", "name": task})
        return document

    book.crawl({"1": learned("a/x", "reinforcement-learning"), "2": learned("a/y", "robotics")})
    assert {each.name: each.joined for each in on(book, "kite-v3")} == {
        "a/x": "Kite-v3",
        "a/y": f"{HUB}a/y#dataset",
    }
    stated = evaluated("a/z", ("mean_reward", 5), about=["#task"])
    stated["stubs"].append({"iri": "#task", "class": "DefinedTerm", "name": "reinforcement-learning"})
    book.crawl({"3": stated})
    assert [each.joined for each in on(book, NUTS)] == [NUTS]


def test_a_leaderboard_is_of_what_is_asked_for(book: Book) -> None:
    of_both = evaluated("a/x", ("accuracy", 0.5), ("wer", "about 7"), keywords=["tagging"])
    book.crawl({"1": of_both, "2": evaluated("a/y", ("accuracy", "about 5"), keywords=["parsing"])})
    reader = CatalogReader(book.data_dir)

    def told(dataset: str, metric: str | None = None, task: str | None = None) -> tuple[list[list[str]], list[str]]:
        found = leaderboard(reader, dataset, metric, task)
        return [[each.name for each in board.results] for board in found.boards], [each.name for each in found.unranked]

    assert told(NUTS) == ([["a/x"]], ["a/x", "a/y"])
    assert told("lab/nuts", "acc") == ([["a/x"]], ["a/y"])
    assert told(NUTS, "accuracy", "Parsing") == ([], ["a/y"])
    assert told("lab/none") == ([], [])
    reader.close()
