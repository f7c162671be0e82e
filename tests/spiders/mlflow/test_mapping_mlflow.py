"""What MLflow's records become; all of them are made up, in the shapes of the REST API's documentation."""

from __future__ import annotations

import json
from typing import Any

import pyshacl
import pytest
from hypothesis import given, strategies as st
from rdflib import Graph
from support.shapes import shapes

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description
from fair4ml.platforms import describe, source_model
from fair4ml.platforms.mlflow.source import KINDS
from fair4ml.write import rdf

SERVER = "https://mlflow.example.org/prefix"
API = f"{SERVER}/api/2.0/mlflow"
RUN, LOGGED = "0" * 31 + "1", "m-" + "a" * 32
VERSION = f"{API}/model-versions/get?name=churn&version=3"
HUB = "https://huggingface.co"


def mapped(kind: str, record: Any) -> tuple[dict[str, Any], Description, list[str]]:
    """The root as stored, the description, and where values were left out."""
    source, issues = parse(source_model("mlflow", kind), {"server": SERVER, **record})
    description = describe(source)
    return description.root.document(), description, [issue.field for issue in (*issues, *description.issues)]


def values(description: Description) -> dict[str, Any]:
    """The additional properties, by what they are of and their name."""
    parts = {part.iri: part.document() for part in description.parts}
    found = [parts[iri] for iri in description.root.document().get("additionalProperty", [])]
    return {
        " ".join([each["propertyID"], *([each["name"]] if "name" in each else [])]): each["value"] for each in found
    }


def tags(**stated: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in stated.items()]


def run(**fields: Any) -> dict[str, Any]:
    return {
        "info": {"run_id": RUN, "run_name": "tuned", "experiment_id": "7", "user_id": "ana", "status": "FINISHED"},
        **fields,
    }


def metric(key: str, value: Any, **fields: Any) -> dict[str, Any]:
    return {"key": key, "value": value, "timestamp": 1_700_000_000_000, "step": 0, **fields}


def dataset(context: str, **fields: Any) -> dict[str, Any]:
    given = {"name": "rows", "digest": "d1", "source_type": "local", "source": "{}", **fields}
    return {"tags": [{"key": "mlflow.data.context", "value": context}], "dataset": given}


def test_a_registered_model() -> None:
    record = {
        "name": "churn é",
        "creation_timestamp": 1_700_000_000_000,
        "last_updated_timestamp": "1700000001000",
        "description": "Who leaves",
        "aliases": [{"alias": "champion", "version": "3"}],
        "tags": tags(license="Apache-2.0", team="risk", **{"mlflow.note.content": "not told twice"}),
    }
    root, description, issues = mapped("registered_model", record)
    assert issues == []
    assert root == {
        "class": "MLModel",
        "iri": f"{API}/registered-models/get?name=churn%20%C3%A9",
        "url": f"{API}/registered-models/get?name=churn%20%C3%A9",
        "name": "churn é",
        "identifier": ["models:/churn é"],
        "description": "Who leaves",
        "dateCreated": "2023-11-14T22:13:20Z",
        "dateModified": "2023-11-14T22:13:21Z",
        "license": ["https://spdx.org/licenses/Apache-2.0"],
        "additionalProperty": root["additionalProperty"],
    }
    assert values(description) == {"alias champion": "3", "tag license": "Apache-2.0", "tag team": "risk"}


def test_a_version_with_stage_aliases_source_and_run() -> None:
    record = {
        "name": "churn",
        "version": 3,
        "current_stage": "Production",
        "status": "READY",
        "source": f"models:/{LOGGED}",
        "run_id": RUN,
        "description": "",
        "aliases": ["champion"],
        "tags": tags(a="b"),
    }
    root, description, issues = mapped("model_version", record)
    assert issues == []
    assert root["iri"] == VERSION
    assert root["name"] == "churn/3"
    assert root["version"] == "3"
    assert root["identifier"] == ["models:/churn/3", "models:/churn@champion"]
    assert "description" not in root
    assert root["isVersionOf"] == [f"{API}/registered-models/get?name=churn"]
    assert root["wasGeneratedBy"] == [f"{API}/runs/get?run_id={RUN}"]
    assert root["wasDerivedFrom"] == [f"{API}/logged-models/{LOGGED}"]
    assert values(description) == {
        "alias champion": "champion",
        "stage": "Production",
        "status": "READY",
        "source": f"models:/{LOGGED}",
        "tag a": "b",
    }


def test_no_stage_and_no_run_are_nothing() -> None:
    root, description, _ = mapped("model_version", {"name": "a", "version": "1", "current_stage": "None", "run_id": ""})
    assert "wasGeneratedBy" not in root
    assert values(description) == {}


def test_what_the_run_says_of_the_version_registered_from_it() -> None:
    hub = {"source_type": "hugging_face", "source": json.dumps({"path": "acme/rows", "split": "train"}), "digest": "d2"}
    record = {
        "name": "churn",
        "version": "3",
        "source": "s3://bucket/model",
        "run": run(
            data={
                "metrics": [metric("Accuracy", 0.9), metric("epoch", 3), metric("system/cpu", 50)],
                "params": tags(lr="0.1"),
            },
            inputs={"dataset_inputs": [dataset("training", **hub), dataset("testing"), dataset("")]},
        ),
    }
    root, description, issues = mapped("model_version_run", record)
    assert issues == []
    assert root["iri"] == VERSION
    assert root["trainedOn"] == [f"{HUB}/datasets/acme/rows"]
    assert root["testedOn"] == root["evaluatedOn"]
    (tested,) = root["testedOn"]
    assert tested.startswith(f"{API}/experiments/get?experiment_id=7#dataset-")
    assert values(description) == {"parameter lr": "0.1"}
    (evaluation,) = [part.document() for part in description.parts if type(part).__name__ == "MLModelEvaluation"]
    assert root["hasEvaluation"] == [evaluation["iri"]]
    assert evaluation["evaluatedMLModel"] == [VERSION]
    assert evaluation["evaluationMetrics"] == ["accuracy"]
    assert evaluation["isBasedOn"] == [f"{API}/runs/get?run_id={RUN}"]
    assert "evaluationDataset" not in evaluation
    results = {part.iri: part.document() for part in description.parts}
    assert results[evaluation["evaluationResults"][0]]["value"] == 0.9


def test_metrics_of_a_run_are_not_those_of_a_version_whose_logged_model_has_its_own() -> None:
    record = {"name": "churn", "version": "3", "run": run(data={"metrics": [metric("accuracy", 0.9)]})}
    assert "hasEvaluation" in mapped("model_version_run", record)[0]
    assert "hasEvaluation" not in mapped("model_version_run", {**record, "source": f"models:/{LOGGED}"})[0]


def test_a_logged_model_is_evaluated_and_so_are_the_versions_registered_from_it() -> None:
    on = {"dataset_name": "held-out", "dataset_digest": "d3", "run_id": RUN, "model_id": LOGGED}
    record = {
        "info": {
            "model_id": LOGGED,
            "name": "classifier",
            "experiment_id": "7",
            "source_run_id": RUN,
            "model_type": "sklearn",
            "tags": tags(**{"mlflow.modelVersions": '[{"name": "churn", "version": 3}]', "base_model": "hf:acme/base"}),
        },
        "data": {
            "params": tags(depth="3"),
            "metrics": [metric("f1", 0.5, **on), metric("f1", 0.7, **{**on, "step": 9}), metric("f1", 0.6, **on)],
        },
    }
    root, description, issues = mapped("logged_model", record)
    assert issues == []
    assert root["iri"] == f"{API}/logged-models/{LOGGED}"
    assert (root["name"], root["alternateName"]) == (LOGGED, ["classifier"])
    assert root["wasDerivedFrom"] == [f"{HUB}/acme/base"]
    assert root["wasGeneratedBy"] == [f"{API}/runs/get?run_id={RUN}"]
    (evaluation,) = [part.document() for part in description.parts if type(part).__name__ == "MLModelEvaluation"]
    assert evaluation["evaluatedMLModel"] == [root["iri"], VERSION]
    assert evaluation["evaluationDataset"] == root["evaluatedOn"]
    parts = {part.iri: part.document() for part in description.parts}
    assert parts[evaluation["evaluationResults"][0]]["value"] == 0.7
    assert {stub.iri for stub in description.stubs} >= {VERSION, *root["evaluatedOn"], f"{HUB}/acme/base"}


@pytest.mark.parametrize(
    ("sent", "stated"),
    [
        (1.7976931348623157e308, "Infinity"),
        (-1.7976931348623157e308, "-Infinity"),
        ("Infinity", "Infinity"),
        (1e307, 1e307),
        (-0.5, -0.5),
    ],
)
def test_an_infinite_metric_is_no_number(sent: float | str, stated: float | str) -> None:
    _, description, issues = mapped("run", run(data={"metrics": [metric("margin", sent)], "params": [], "tags": []}))
    assert values(description)["metric margin"] == stated
    assert issues == []


def test_a_run_with_what_it_used_and_what_it_is_part_of() -> None:
    record = run(
        data={
            "metrics": [metric("loss", "NaN"), metric("accuracy", 0.9)],
            "params": tags(lr="0.1"),
            "tags": tags(
                **{"mlflow.parentRunId": "0" * 32, "mlflow.note.content": "A try", "mlflow.user": "ana"},
                base_model="https://huggingface.co/acme/base",
            ),
        },
        inputs={"dataset_inputs": [dataset("training")]},
    )
    record["info"] |= {"start_time": 1_700_000_000_000, "end_time": 0}
    root, description, issues = mapped("run", record)
    assert issues == []
    assert root["class"] == "Activity"
    assert root["name"] == "tuned"
    assert root["description"] == "A try"
    assert root["startedAtTime"] == "2023-11-14T22:13:20Z"
    assert "endedAtTime" not in root
    assert root["isPartOf"] == [f"{API}/experiments/get?experiment_id=7", f"{API}/runs/get?run_id={'0' * 32}"]
    assert root["used"][1:] == [f"{HUB}/acme/base"]
    assert values(description) == {
        "status": "FINISHED",
        "user": "ana",
        "parameter lr": "0.1",
        "metric loss": "NaN",
        "metric accuracy": 0.9,
        "datasetDigest rows": "d1",
        "tag mlflow.user": "ana",
        "tag base_model": "https://huggingface.co/acme/base",
    }


def test_an_experiment() -> None:
    record = {"experiment_id": "7", "name": "Churn", "creation_time": 1_700_000_000_000, "tags": tags(team="risk")}
    root, description, issues = mapped("experiment", record)
    assert (root["class"], root["name"], issues) == ("Activity", "Churn", [])
    assert values(description) == {"tag team": "risk"}


@pytest.mark.parametrize(
    ("key", "value", "field", "iri"),
    [
        ("base_model", "hf:acme/base", "wasDerivedFrom", "acme/base"),
        ("Base-Model", "hf://acme/base@main/model.bin", "wasDerivedFrom", "acme/base"),
        ("base.model", "https://huggingface.co/acme/base/tree/main", "wasDerivedFrom", "acme/base"),
        ("base_model", "https://hf.co/gpt2", "wasDerivedFrom", "gpt2"),
        ("dataset", "hf:datasets/acme/rows", "trainedOn", "datasets/acme/rows"),
        ("training_data", "https://huggingface.co/datasets/acme/rows", "trainedOn", "datasets/acme/rows"),
        ("compared with", "https://huggingface.co/acme/base", "relation", "acme/base"),
        ("base_model", "hf:datasets/acme/rows", "relation", "datasets/acme/rows"),
    ],
)
def test_what_is_named_by_its_address_on_the_hub_is_linked(key: str, value: str, field: str, iri: str) -> None:
    root, description, _ = mapped("registered_model", {"name": "a", "tags": [{"key": key, "value": value}]})
    assert root[field] == [f"{HUB}/{iri}"]
    assert f"{HUB}/{iri}" in {stub.iri for stub in description.stubs}
    assert values(description)[f"tag {key}"] == value


@pytest.mark.parametrize(
    "value",
    ["acme/base", "hf", "hf:", "see https://huggingface.co/acme/base", "https://huggingface.co/spaces/acme/app",
     "https://huggingface.co/acme", "https://example.org/acme/base", "hf:acme/ba se"],
)  # fmt: skip
def test_what_is_no_address_on_the_hub_links_nothing(value: str) -> None:
    root, description, _ = mapped("registered_model", {"name": "a", "tags": tags(base_model=value)})
    assert not {"wasDerivedFrom", "trainedOn", "relation"} & root.keys()
    assert description.stubs == []


@pytest.mark.parametrize(
    "source",
    ['{"path": "csv"}', "{}", "[]", "not JSON", '{"path": 7}', '{"path": "https://example.org/x"}', "[" * 5000],
)
def test_a_hub_dataset_without_a_name_there_is_a_dataset_of_the_experiment(source: str) -> None:
    given = dataset("training", source_type="hugging_face", source=source)
    root, _, issues = mapped("run", run(inputs={"dataset_inputs": [given]}))
    assert root["used"][0].startswith(f"{API}/experiments/get?experiment_id=7#dataset-")
    assert issues == ["inputs.dataset_inputs.dataset.source"]


def test_a_license_that_is_none_is_a_tag_and_no_license() -> None:
    root, description, _ = mapped("registered_model", {"name": "a", "tags": tags(license="ask legal")})
    assert "license" not in root
    assert values(description) == {"tag license": "ask legal"}


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("registered_model", {}),
        ("registered_model", {"name": ""}),
        ("registered_model", {"name": "🙂" * 256}),
        ("model_version", {"name": "a"}),
        ("model_version", {"name": "a", "version": "latest"}),
        ("run", {"info": {}}),
        ("run", {"info": {"run_id": "../x"}}),
        ("experiment", {"experiment_id": 7.5}),
        ("logged_model", {"info": None}),
    ],
)
def test_what_cannot_be_told_from_others_is_no_record(kind: str, record: dict[str, Any]) -> None:
    with pytest.raises(InvalidRecord):
        mapped(kind, record)


def test_wrong_values_are_left_out_and_told() -> None:
    record = {
        "name": "a",
        "creation_timestamp": "yesterday",
        "last_updated_timestamp": 10**30,
        "description": 7,
        "aliases": [{"alias": "x"}, None, {"alias": "y", "version": "2"}],
        "tags": [{"value": "no key"}, {"key": "k", "value": 5}, {"key": "good", "value": "v"}],
    }
    root, description, issues = mapped("registered_model", record)
    assert root.keys() == {"class", "iri", "url", "name", "identifier", "additionalProperty"}
    assert values(description) == {"alias y": "2", "tag k": "", "tag good": "v"}
    assert {"creation_timestamp", "last_updated_timestamp", "description", "tags.1.value"} <= set(issues)


EXAMPLES: dict[str, dict[str, Any]] = {
    "registered_model": {"name": "churn", "aliases": [{"alias": "a", "version": "1"}], "tags": tags(a="hf:acme/base")},
    "model_version": {"name": "churn", "version": "1", "source": "hf:acme/base", "run_id": RUN, "tags": tags(a="b")},
    "model_version_run": {
        "name": "churn",
        "version": "1",
        "run": run(data={"metrics": [metric("f1", 1)]}, inputs={"dataset_inputs": [dataset("training")]}),
    },
    "experiment": {"experiment_id": "1", "name": "churn", "tags": tags(a="b")},
    "run": run(
        data={"metrics": [metric("f1", 1)], "params": tags(a="b"), "tags": tags(c="d")},
        inputs={"dataset_inputs": [dataset("training")]},
    ),
    "logged_model": {
        "info": {"model_id": LOGGED, "tags": tags(**{"mlflow.modelVersions": "[]"})},
        "data": {"metrics": [metric("f1", 1, dataset_name="rows", run_id=RUN)]},
    },
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just("hf:acme/base"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@given(st.data())
def test_whatever_a_record_holds_it_is_described_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    record = json.loads(json.dumps(EXAMPLES[kind]))
    for _ in range(data.draw(st.integers(1, 3))):
        *steps, last = data.draw(st.sampled_from(places(record)[1:]))
        inside = record
        for step in steps:
            inside = inside[step]
        inside[last] = data.draw(JSON)
    try:
        root, description, _ = mapped(kind, record)
    except InvalidRecord:
        return
    known = {description.root.iri, *(part.iri for part in description.parts), *(stub.iri for stub in description.stubs)}
    for thing in (root, *(part.document() for part in description.parts)):
        for field, value in thing.items():
            if field not in ("url", "isBasedOn", "identifier", "sameAs") and isinstance(value, list):
                assert set(value) <= known or field in ("evaluationMetrics", "keywords")
    again = mapped(kind, record)[1]
    assert [part.document() for part in again.parts] == [part.document() for part in description.parts]


def test_descriptions_conform_to_the_shapes() -> None:
    text = rdf.turtle_header()
    for kind, record in EXAMPLES.items():
        _, description, _ = mapped(kind, record)
        text += rdf.turtle(
            {
                "root": description.root.document(),
                "parts": [part.document() for part in description.parts],
                "stubs": [stub.document() for stub in description.stubs],
            }
        )
    conforms, _, told = pyshacl.validate(Graph().parse(data=text, format="turtle"), shacl_graph=shapes())
    assert conforms, told
