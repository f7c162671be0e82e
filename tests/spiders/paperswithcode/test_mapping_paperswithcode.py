"""Records of Papers with Code as FAIR4ML."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.paperswithcode_server import (
    archived_code,
    archived_paper,
    benchmark,
    evaluation,
    leaderboard,
    method,
    paper,
    row,
    small_archive,
    table,
    task,
)
from support.payloads import LEAVES
from support.shapes import complaints, parsed

from fair4ml.describe.source_record import InvalidRecord, SourceObject, parse
from fair4ml.document import Document, document_of
from fair4ml.entities import Description, MLModelEvaluation, PropertyValue, SoftwareSourceCode
from fair4ml.normalize.metric_values import metric_value
from fair4ml.platforms import describe
from fair4ml.platforms.paperswithcode.source import KINDS, row_key
from fair4ml.platforms.paperswithcode.tables import DEEPEST, records
from fair4ml.write import rdf
from fair4ml.write.property_graph import graph

ARXIV = "https://arxiv.org/abs/"
SITE = "https://paperswithcode.co/"
SCHEME = "https://w3id.org/mlentory/tasks#"


def described(kind: str, payload: Any) -> Description:
    source, issues = parse(KINDS[kind], payload)
    assert issues == []
    return describe(source)


def stored(description: Description) -> Document:
    return document_of(description.root, description.parts, description.stubs)


def of_table(element: Any, kind: str = "archived-result") -> list[Description]:
    return [described(each, payload) for each, _, payload in records(element) if each == kind]


def values(description: Description) -> dict[str | None, Any]:
    return {part.property_id: part.value for part in description.parts if isinstance(part, PropertyValue)}


def test_a_paper_is_the_one_on_arxiv_where_that_is_stated() -> None:
    found = described("paper", paper(3))
    root = found.root.document()
    assert root["iri"] == f"{ARXIV}2401.00003"
    assert root["name"] == "Paper 3"
    assert root["identifier"] == ["arXiv:2401.00003", "3"]
    assert root["sameAs"] == [f"{SITE}paper/3"]
    assert root["datePublished"] == "2024-01-04"
    assert root["about"] == [
        f"{SCHEME}image-classification", f"{SITE}tasks/image-classification", f"{SITE}methods/widgetry"
    ]  # fmt: skip
    assert root["keywords"] == ["Widgetry"]
    assert found.counters == {"citation_count": 3}
    assert found.license is None
    (code,) = (part for part in found.parts if isinstance(part, SoftwareSourceCode))
    assert (code.iri, code.reference_publication) == ("https://github.com/acme/code-3", [root["iri"]])
    models = [part for part in stored(found)["parts"] if part["class"] == "MLModel"]
    assert models == [
        {
            "iri": "https://huggingface.co/acme/model-3",
            "class": "MLModel",
            "name": "acme/model-3",
            "referencePublication": [root["iri"]],
        }
    ]
    assert described("paper", paper(4)).root.iri == f"{SITE}paper/4"


def test_an_id_that_is_none_of_arxiv_is_told() -> None:
    found = described("archived-paper", archived_paper(1, arxiv_id="soon"))
    assert found.root.iri == f"{SITE}paper/paper-1"
    assert [(issue.field, issue.reason) for issue in found.issues] == [("arxiv_id", "is not an arXiv identifier")]


def test_an_archived_paper_keeps_what_the_archive_says() -> None:
    found = described("archived-paper", archived_paper(2, date="2024-01-02T00:00:00"))
    root = found.root.document()
    assert (root["iri"], root["datePublished"]) == (f"{SITE}paper/paper-2", "2024-01-02")
    assert root["about"] == [f"{SCHEME}image-classification"]
    assert root["keywords"] == ["Juggling", "Widgetry"]
    assert found.license == "https://spdx.org/licenses/CC-BY-SA-4.0"


def test_code_belongs_to_its_paper() -> None:
    found = described("archived-code", archived_code(1, repo_url="https://github.com/acme/code-1/tree/main/sub"))
    assert found.root.iri == "https://github.com/acme/code-1"
    assert found.root.document()["referencePublication"] == [f"{ARXIV}2401.00001"]
    assert values(found) == {
        "framework": "pytorch",
        "isOfficialImplementation": False,
        "mentionedInPaper": True,
        "mentionedInRepository": False,
    }


def test_tasks_are_terms_of_the_scheme_only_where_its_table_has_them() -> None:
    known = described("task", task(1, name="Image Classification", slug="image-classification")).root.document()
    assert known["sameAs"] == [f"{SCHEME}image-classification"]
    assert "sameAs" not in described("task", task(2)).root.document()


def test_a_row_of_the_api_is_a_model_of_its_paper() -> None:
    found = described("evaluation", evaluation(1, 1, 9))
    root = found.root.document()
    assert root["iri"].startswith(f"{ARXIV}2401.00001#model-")
    assert root["mlTask"] == [f"{SCHEME}image-classification"]
    assert root["evaluatedOn"] == [f"{SITE}benchmark/9"]
    assert root["referencePublication"] == [f"{ARXIV}2401.00001"]
    assert len(root["hasEvaluation"]) == 2  # there is no value of the third
    assert values(found)["accuracy"] == 84.1
    assert values(found)["parameterCount"] == 1234
    assert described("evaluation", evaluation(1, 2, 9)).root.iri.startswith(f"{SITE}paper/2#model-")
    nowhere = described("evaluation", evaluation(1, 1, 9, paper_id=None, paper_arxiv_id=None))
    assert nowhere.root.iri.startswith(f"{SITE}benchmark/9#model-")


def test_a_row_without_an_id_is_told_by_paper_task_dataset_model_and_harness() -> None:
    row = evaluation(1, 1, 9, harness="lm-eval")
    del row["id"]
    key = row_key(row)
    assert key is not None
    found = described("evaluation", row)
    assert found.root.iri == described("evaluation", {**row, "id": key}).root.iri
    assert row_key({**row, "metrics": {"Accuracy": 1}, "paper_title": "x", "id": None}) == key
    changes: list[dict[str, Any]] = [
        {"paper_id": "2"}, {"task_slug": "x"}, {"dataset_id": 10}, {"model_name": "x"}, {"harness": None},
        {"paper_id": None, "paper_arxiv_id": None},
    ]  # fmt: skip
    keys = {row_key({**row, **change}) for change in changes}
    assert len(keys | {key}) == 1 + len(changes)
    by_name = {**row, "dataset_id": None, "paper_id": None, "paper_arxiv_id": None}
    assert described("evaluation", by_name).root.iri.startswith(f"{SITE}benchmark#model-")
    nameless: list[Any] = [{"model_name": ""}, {"dataset_id": None, "dataset_name": None}, {"model_name": ["x"]}]
    for change in nameless:
        assert row_key({**row, **change}) is None
        with pytest.raises(InvalidRecord):
            parse(KINDS["evaluation"], {**row, **change})
    assert row_key([]) is None


def test_models_are_told_apart_by_paper_and_name_and_without_a_paper_by_row() -> None:
    one, other = f"{ARXIV}2401.00001v1", f"{ARXIV}2401.00002"
    rows = [row("A", one), row("A", one), row("B", one), row("A", other), row("A"), row("A"), row("A", "nowhere")]
    found = of_table(table("T", [leaderboard("D", rows)]))
    iris = [each.root.iri for each in found]
    assert iris[0] == iris[1]
    assert len(set(iris)) == len(iris) - 1
    evaluations = [part.iri for each in found for part in each.parts if isinstance(part, MLModelEvaluation)]
    assert len(set(evaluations)) == len(evaluations)
    assert [issue.field for issue in found[-1].issues] == ["paper_url"]


def test_a_corrected_value_keeps_its_iri() -> None:
    before, after = (
        of_table(table("T", [leaderboard("D", [row("A", metrics={"F1": value})])]))[0] for value in ("1", "2")
    )
    assert [part.iri for part in before.parts] == [part.iri for part in after.parts]


def test_tables_are_recursive_twice() -> None:
    (element,) = small_archive()["evaluation-tables"]
    found = [(kind, payload["tasks"], payload["datasets"]) for kind, _, payload in records(element)]
    image, balls = ["Image Classification"], ["Image Classification", "Juggling"]
    assert found == [
        ("archived-table", image, ["Shapes"]),
        *[("archived-result", image, ["Shapes"])] * 2,
        ("archived-table", image, ["Shapes", "dev"]),
        ("archived-result", image, ["Shapes", "dev"]),
        ("archived-table", balls, ["Balls"]),
        *[("archived-result", balls, ["Balls"])] * 3,
    ]
    keys = [key for _, key, _ in records(element)]
    assert len(set(keys)) == len(keys)
    names = [each.root.name for each in of_table(element, "archived-table")]
    assert names == ["Shapes", "Shapes / dev", "Balls"]


def test_what_lies_too_deep_is_no_record() -> None:
    element = table("0", [leaderboard("D", [])])
    for n in range(1, 3 * DEEPEST):
        element = table(str(n), [leaderboard("D", [])], subtasks=[element])
    found = list(records(element))
    assert len(found) == DEEPEST + 1
    with pytest.raises(InvalidRecord):
        parse(KINDS["archived-table"], found[-1][2])


EVERYTHING = [
    *[(kind, payload) for kind, payload in (
        ("paper", paper(1)), ("task", task(1)), ("method", method(1)), ("dataset", benchmark(1, hf_url="https://a.b/c")),
        ("evaluation", evaluation(1, 1, 1)), ("archived-paper", archived_paper(2)), ("archived-code", archived_code(1)),
    )],
    ("archived-method", small_archive()["methods"][0]),
    ("archived-dataset", small_archive()["datasets"][0]),
    *[(kind, payload) for kind, _, payload in records(small_archive()["evaluation-tables"][0])][:5],
]  # fmt: skip


@pytest.mark.parametrize(("kind", "payload"), EVERYTHING, ids=[f"{n} {kind}" for n, (kind, _) in enumerate(EVERYTHING)])
def test_what_is_mapped_conforms_to_the_shapes(kind: str, payload: Any) -> None:
    document = stored(described(kind, payload))
    assert complaints(parsed(document)) == set()
    assert all(part["iri"].count("#") <= 1 for part in document["parts"])
    own = {node.iri for node in graph(document).nodes if node.described}
    evaluations = {part["iri"] for part in document["parts"] if part["class"] == "MLModelEvaluation"}
    assert evaluations <= own
    assert rdf.provenance(document["root"]["iri"], "x/y/z").iri.count("#") == 1


NAMES = sorted({info.alias or name for cls in (*KINDS.values(), *SourceObject.__subclasses__())
                for name, info in cls.model_fields.items()} | {"task", "dataset", "subtasks", "subdatasets", "sota",
                                                                "rows", "datasets", "subdataset"})  # fmt: skip
TELLING = ["84.1%", "1,2", f"{ARXIV}2401.00001", "https://a.b/" + "c" * 2_030, "https://a.b/#c", "2024-01-02"]
JSON = st.recursive(
    LEAVES | st.sampled_from(TELLING),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=25,
)


@given(st.sampled_from(EVERYTHING), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_whatever_a_record_holds_it_is_mapped_or_refused(record: tuple[str, Any], changes: dict[str, Any]) -> None:
    kind, payload = record
    try:
        source, _ = parse(KINDS[kind], {**payload, **changes})
        description = describe(source)
    except InvalidRecord:
        return
    document = stored(description)
    assert rdf.turtle(document)
    assert graph(document)


@given(JSON)
def test_whatever_a_table_holds_its_records_are_mapped_or_refused(element: Any) -> None:
    for kind, key, payload in records(element):
        assert len(key) == 16
        try:
            source, _ = parse(KINDS[kind], payload)
            describe(source)
        except InvalidRecord:
            continue


def test_the_evaluation_tables_of_the_corpus_are_mapped(corpus: Path) -> None:
    folder = corpus / "paperswithcode" / "evaluation-tables"
    ended: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    stated = 0
    for path in sorted(folder.glob("*.json")):
        for element in json.loads(path.read_bytes()):
            for kind, key, payload in records(element):
                keys[f"{path.name} {kind} {key}"] += 1
                source, _ = parse(KINDS[kind], payload)
                if not payload.get("model_name", "a table").strip():
                    with pytest.raises(InvalidRecord, match="does not name a model"):
                        describe(source)
                    ended["unnamed"] += 1
                    continue
                description = describe(source)
                ended[kind] += 1
                if kind == "archived-result":
                    given = [metric_value(value) for value in payload["metrics"].values()]
                    stated += sum(value is not None for value in given)
                    ended["results"] += sum(isinstance(part, MLModelEvaluation) for part in description.parts)
                    numbers = (type(value.value) is not str for value in given if value is not None)
                    ended["numbers"] += sum(numbers)
    assert max(keys.values()) == 1
    assert ended["archived-table"] > 200
    assert ended["archived-result"] > 3_000
    assert ended["unnamed"] < 0.05 * ended["archived-result"]
    assert ended["results"] == stated
    assert ended["numbers"] > 0.95 * stated


def test_the_samples_of_the_corpus_are_no_records_of_the_archive(corpus: Path) -> None:
    folder = corpus / "paperswithcode" / "archive-samples"
    for kind, name in (("archived-paper", "papers"), ("archived-dataset", "datasets")):
        for record in json.loads((folder / f"sample-{name}.json").read_bytes())[name]:
            # They lack the address that tells a record from others.
            with pytest.raises(InvalidRecord):
                parse(KINDS[kind], record)
