"""The records that a sample hub has: captured ones and made-up ones."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.hub_client import PROJECTION, everything, get, walk

from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.sample_hub.families import MEMBERS
from mlentory_crawl.sample_hub.models import MOST, MadeUpModels
from mlentory_crawl.sample_hub.names import place
from mlentory_crawl.sample_hub.words import NAMES, OWNERS, TOPICS


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """The whole records of 2,048 made-up models."""
    models = MadeUpModels(2048)
    return [models.record(n) for n in range(len(models))]


# Captured records


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def test_captured_records_are_served_as_they_are(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    modern = {
        "_id": "6423e2b5c0a4f0b4f6a1c0de",
        "id": "Owner/One",
        "modelId": "Owner/One",
        "author": "Owner",
        "sha": "5c" * 20,
        "createdAt": "2023-03-29T07:01:41.000Z",
        "lastModified": "2023-04-01T00:00:00.000Z",
        "tags": ["a,b", "Bokm\u00c3\u00a5l", "x\u0001y", "50% off %s"],
        "pipeline_tag": None,
        "downloads": 12,
        "siblings": [{"rfilename": "README.md"}],
        "cardData": {"language": False, "model-index": {"not": ["a list"]}, "odd key:": 1e300},
    }
    wrapped = {"why": "it is odd", "record": modern | {"id": "Owner/Two", "modelId": "Owner/Two"}}
    files = [write(tmp_path / "one.jsonl.gz", [modern]), write(tmp_path / "two.jsonl", [wrapped])]
    with SampleHub(records=files) as hub:
        assert get(hub, "/api/models/Owner/One").json() == modern
        # An `_id` need not be its own: both are listed, across pages too.
        pages = list(walk(hub, sort="createdAt", direction=1, limit=1))
        assert [[record["id"] for record in page] for page in pages] == [["Owner/One"], ["Owner/Two"]]
        assert "pipeline_tag" in pages[0][0]
        readme = get(hub, f"/api/resolve-cache/models/Owner/One/{'5c' * 20}/README.md").body.decode()
        assert "\nmodel-index: " in readme
        assert '\n"odd key:": ' in readme
    assert capfd.readouterr().err == ""


def test_old_captured_records_are_completed_and_this_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    old: dict[str, Any] = {
        "modelId": "bert-old",
        "sha": "ab" * 20,
        "lastModified": "2021-05-06T07:08:09.000Z",
        "tags": [],
        "config": None,
    }
    newer: dict[str, Any] = {"modelId": "Some/new", "tags": [], "createdAt": "2024-01-01T00:00:00.000Z", "likes": None}
    file = write(tmp_path / "old.jsonl", [old, newer, {"sha": "no id"}, old | {"tags": ["second"]}, {"id": None}])
    answers = []
    for _ in range(2):
        with SampleHub(records=[file]) as hub:
            assert hub.ids() == ["bert-old", "Some/new"]
            answers.append([get(hub, f"/api/models/{id}").json() for id in hub.ids()])
            assert everything(hub, sort="likes", expand=["likes"])[0]["id"] == "Some/new"
    assert answers[0] == answers[1]
    first, second = answers[0]
    made_up = {"_id": first["_id"], "createdAt": "2022-03-02T23:29:04.000Z", "id": "bert-old"}
    assert first == old | made_up
    assert first["_id"].startswith("621ffdc0")
    assert len(first["_id"]) == 24
    assert second["author"] == "Some"
    assert second["_id"][:8] == f"{1704067200:08x}"
    assert second["lastModified"] == second["createdAt"]
    said = capfd.readouterr().err.splitlines()
    assert said[0] == "sample hub: 3 records dropped: no id, or the id of an earlier one"
    assert said[1].startswith(
        "sample hub: captured records had fields missing, which are made up: _id in 2, author in 1, "
    )
    assert len(said) == 4


def test_ids_that_differ_in_case_are_two_models(tmp_path: Path) -> None:
    file = write(tmp_path / "records.jsonl", [{"id": id, "tags": [id]} for id in ("A/one", "a/One", "a/one")])
    with SampleHub(records=[file]) as hub:
        for id in ("A/one", "a/One", "a/one"):
            assert get(hub, f"/api/models/{id}").json()["tags"] == [id]
        # Another case leads to the model that is written so; the first where none is.
        assert get(hub, "/api/models/A/ONE").headers["Location"] == "/api/models/a/one"


def test_clones_have_ids_owners_and_commits_of_their_own(tmp_path: Path) -> None:
    originals = [
        {"id": f"{owner}name", "tags": ["x"], "createdAt": f"2024-01-0{day}T00:00:00.000Z", "likes": day}
        for day, owner in enumerate(["", "a/", "b-c/"], 1)
    ]
    file = write(tmp_path / "records.jsonl", originals)
    with SampleHub(records=[file], clones=100) as hub:
        found = everything(hub, sort="createdAt", direction=1, limit=7, expand=["author", "sha", "tags", "likes"])
        assert len(found) == hub.stats()["models"] == 100
        for field in ("_id", "id", "sha"):
            assert len({record[field] for record in found}) == 100
        assert [record["_id"] for record in found] == sorted(record["_id"] for record in found)
        assert Counter(record["likes"] for record in found) == {1: 34, 2: 33, 3: 33}
        assert all(record.get("author", "") == record["id"].rpartition("/")[0] for record in found)
        clone = found[-1]
        assert get(hub, f"/api/models/{clone['id'].upper()}").headers["Location"] == f"/api/models/{clone['id']}"
        assert get(hub, f"/api/models/{clone['id']}").json()["modelId"] == clone["id"]
    with SampleHub(records=[file], clones=2) as hub:
        assert hub.ids() == ["name", "a/name"]


def test_captured_and_made_up_models_stand_in_one_order(tmp_path: Path) -> None:
    file = write(tmp_path / "records.jsonl", [{"id": "a/b", "tags": [], "createdAt": "2024-01-01T00:00:00.000Z"}])
    with SampleHub(models=50, records=[file]) as hub:
        created = [record["createdAt"] for record in everything(hub, sort="createdAt", direction=1, limit=9)]
        assert created == sorted(created)
        assert len(created) == 51
        assert 0 < hub.ids().index("a/b") < 50
        assert get(hub, "/api/models/a/b").status == get(hub, f"/api/models/{hub.ids()[0]}").status == 200
        hub.set(delete=["a/b"], touch=[hub.ids()[-1]])
        assert len(everything(hub, sort="lastModified", limit=9)) == 50


def test_the_corpus_is_served_whole(corpus: Path) -> None:
    files = [
        corpus / "huggingface" / f"{name}.jsonl.gz" for name in ("models-2025", "models-raw-2024-2026", "oddities")
    ]
    with SampleHub(records=files) as hub:
        found = everything(hub, sort="createdAt", direction=1, expand=PROJECTION)
        assert [record["id"] for record in found] == hub.ids()
        assert len(found) > 1364


# Made-up models


def test_odd_records_are_spoiled_only_on_order() -> None:
    with SampleHub(models=300) as hub, SampleHub(models=300, odd=True) as odd:
        sound = everything(hub, sort="createdAt", direction=1)
        found: list[Any] = everything(odd, sort="createdAt", direction=1)
    spoiled = [now for was, now in zip(sound, found, strict=True) if was != now]
    assert len(spoiled) == 6
    assert None in spoiled
    ids = [record.get("id", "missing") for record in spoiled if record is not None]
    assert "missing" in ids
    assert {type(id) for id in ids} == {type(None), int, str}
    assert all(isinstance(record["id"], str) for record in sound)


@given(count=st.integers(1, MOST), seed=st.integers(0, 10**6), data=st.data())
def test_any_number_of_models_has_a_place_for_each(count: int, seed: int, data: st.DataObject) -> None:
    models = MadeUpModels(count, seed)
    n = data.draw(st.integers(0, count - 1))
    again = MadeUpModels(count, seed)
    assert models.id(n) == again.id(n)
    assert models.encoded(n, ("_id", "id", "tags", "cardData")) == again.encoded(n, ("_id", "id", "tags", "cardData"))
    assert models.find(models.id(n)) == models.find(models.id(n).swapcase()) == n
    record = models.record(n)
    assert record["_id"] == models.native_id(n)
    assert int(record["_id"][:8], 16) == datetime.fromisoformat(record["createdAt"]).timestamp()
    if n:
        assert models.native_id(n - 1) < record["_id"]
    for sort in ("downloads", "likes", "trendingScore"):
        assert models.rank(n, sort) == record[sort]
    assert models.rank(n, "lastModified") == datetime.fromisoformat(record["lastModified"]).timestamp() * 1000


@given(st.text() | st.builds("{}/{}-{}".format, st.text(), st.sampled_from(NAMES), st.text() | st.integers()))
def test_no_id_confuses_the_search_for_a_model(id: str) -> None:
    models = MadeUpModels(5000)
    n = models.find(id)
    assert n is None or models.id(n).lower().endswith(id.lower())


def test_ids_are_unique_in_any_case() -> None:
    models = MadeUpModels(150_000)
    assert len({models.id(n).lower() for n in range(len(models))}) == len(models)


def test_no_name_hides_in_another_word() -> None:
    words = {
        word.lower() for text in [*TOPICS, *OWNERS, "test", "lora", "onnx", "finetuned"] for word in text.split("-")
    }
    assert not words & {name.lower() for name in NAMES}
    assert len({name.lower() for name in NAMES}) == len(NAMES)


def test_another_seed_gives_other_models() -> None:
    one, other = (MadeUpModels(100, seed) for seed in (1, 2))
    assert not {one.id(n) for n in range(100)} & {other.id(n) for n in range(100)}
    assert [one.record(n)["sha"] for n in range(100)] != [other.record(n)["sha"] for n in range(100)]


def test_models_come_from_older_models_that_exist(records: list[dict[str, Any]]) -> None:
    by_id = {record["id"]: record for record in records}
    children: dict[str, Counter[str]] = {id: Counter() for id in by_id}
    depth = Counter[str]()
    for record in records:
        for parent in record.get("baseModels", {}).get("models", []):
            assert by_id[parent["id"]]["_id"] == parent["_id"] < record["_id"]
            children[parent["id"]][record["baseModels"]["relation"]] += 1
            depth[record["id"]] = max(depth[record["id"]], depth[parent["id"]] + 1)
            tag = f"base_model:{record['baseModels']['relation']}:{parent['id']}"
            assert tag in record["tags"]
            # A name tells where a model comes from.
            assert parent["id"].partition("/")[2].partition("-")[0] in record["id"]
    assert max(depth.values()) >= 3
    for record in records:
        # Some do not declare what they come from, so the Hub may know of more.
        told = record["childrenModelCount"]
        assert told.keys() == {"adapter", "merge", "quantized", "finetune"}
        assert all(told[relation] >= count for relation, count in children[record["id"]].items())
    licenses = {id: record.get("cardData", {}).get("license") for id, record in by_id.items()}
    pairs = [(r["id"], p["id"]) for r in records for p in r.get("baseModels", {}).get("models", [])]
    conflicts = [(child, parent) for child, parent in pairs if None not in (licenses[child], licenses[parent])]
    conflicts = [(child, parent) for child, parent in conflicts if licenses[child] != licenses[parent]]
    assert 0.02 < len(conflicts) / len(records) < 0.2
    roles = {MEMBERS[place(n)[1]].role for n in range(len(records))}
    assert {"base", "instruct", "finetune", "adapter", "quantized", "merge", "revision", "unlinked", "bare"} == roles


def test_the_mix_is_that_of_the_hub(records: list[dict[str, Any]]) -> None:
    def share(of: str) -> float:
        return sum(record.get(of) not in (None, {}) for record in records) / len(records)

    assert 0.5 < share("pipeline_tag") < 0.8
    assert 0.55 < share("library_name") < 0.85
    assert 0.5 < share("config") < 0.8
    assert 0.65 < share("cardData") < 0.9
    assert 0.15 < share("model-index") < 0.45
    assert 0.3 < share("safetensors") < 0.6
    assert 0.02 < share("gguf") < 0.15
    assert 0.4 < share("baseModels") < 0.7
    sizes = [len(json.dumps({name: record[name] for name in PROJECTION if name in record})) for record in records]
    assert 1200 < sum(sizes) / len(sizes) < 2400


def cards(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record["cardData"] for record in records if "cardData" in record]


def values(records: list[dict[str, Any]]) -> list[Any]:
    return [
        metric["value"]
        for record in records
        for index in record.get("model-index") or []
        for result in index["results"]
        for metric in result["metrics"]
    ]


def tags(records: list[dict[str, Any]]) -> set[str]:
    return {tag for record in records for tag in record["tags"]}


IRREGULARITIES: dict[str, Callable[[list[dict[str, Any]]], list[Any]]] = {
    "no pipeline_tag": lambda rs: [r for r in rs if "pipeline_tag" not in r],
    "empty config": lambda rs: [r for r in rs if r.get("config") == {}],
    "model-index null": lambda rs: [r for r in rs if r.get("model-index", 0) is None],
    "no tags": lambda rs: [r for r in rs if not r["tags"]],
    "gated auto": lambda rs: [r for r in rs if r["gated"] == "auto"],
    "gated manual": lambda rs: [r for r in rs if r["gated"] == "manual"],
    "disabled": lambda rs: [r for r in rs if r["disabled"] and r["downloads"] == 0],
    "before its creation": lambda rs: [r for r in rs if r["lastModified"] < r["createdAt"]],
    "the first creation time": lambda rs: [r for r in rs if r["createdAt"] == "2022-03-02T23:29:04.000Z"],
    "own license": lambda rs: [c for c in cards(rs) if {"license_name", "license_link"} <= c.keys()],
    "license relative": lambda rs: [c for c in cards(rs) if c.get("license_link") == "LICENSE"],
    "license list": lambda rs: [c for c in cards(rs) if isinstance(c.get("license"), list)],
    "licence": lambda rs: [c for c in cards(rs) if "licence" in c],
    "language no": lambda rs: [c for c in cards(rs) if c.get("language") is False],
    "BCP 47": lambda rs: [c for c in cards(rs) if c.get("language") == ["pt-BR"]],
    "language text": lambda rs: [c for c in cards(rs) if isinstance(c.get("language"), str)],
    "language prose": lambda rs: [c for c in cards(rs) if c.get("language") == ["Chinese", "en"]],
    "dataset text": lambda rs: [c for c in cards(rs) if isinstance(c.get("datasets"), str)],
    "dataset null": lambda rs: [c for c in cards(rs) if isinstance(c.get("datasets"), list) and None in c["datasets"]],
    "base_model text": lambda rs: [c for c in cards(rs) if isinstance(c.get("base_model"), str)],
    "base_model list": lambda rs: [c for c in cards(rs) if isinstance(c.get("base_model"), list)],
    "relation": lambda rs: [c for c in cards(rs) if "base_model_relation" in c],
    "newer version": lambda rs: [c for c in cards(rs) if "new_version" in c],
    "emissions number": lambda rs: [c for c in cards(rs) if isinstance(c.get("co2_eq_emissions"), float)],
    "emissions object": lambda rs: [c for c in cards(rs) if isinstance(c.get("co2_eq_emissions"), dict)],
    "gate": lambda rs: [c for c in cards(rs) if "extra_gated_prompt" in c],
    "widget": lambda rs: [c for c in cards(rs) if "widget" in c],
    "merge": lambda rs: [r for r in rs if len(r.get("baseModels", {}).get("models", [])) == 2],
    "evalResults": lambda rs: [r for r in rs if "evalResults" in r],
    "evalResults error": lambda rs: [e for r in rs for e in r.get("evalResults", []) if "error" in e],
    "joke count": lambda rs: [r for r in rs if r.get("safetensors", {}).get("total", 0) >= 2 * 10**16],
    "several dtypes": lambda rs: [r for r in rs if len(r.get("safetensors", {}).get("parameters", {})) > 2],
    "metric text": lambda rs: [v for v in values(rs) if isinstance(v, str)],
    "metric null": lambda rs: [v for v in values(rs) if v is None],
    "metric list": lambda rs: [v for v in values(rs) if isinstance(v, list)],
    "dataset prose": lambda rs: [t for t in tags(rs) if t.startswith("dataset:") and " " in t],
    "dataset URL": lambda rs: [t for t in tags(rs) if t.startswith("dataset:http")],
    "arxiv": lambda rs: [t for t in tags(rs) if t.startswith("arxiv:2") and len(t) == 16],
    "doi": lambda rs: [t for t in tags(rs) if t.startswith("doi:10.57967/hf/")],
    "comma": lambda rs: [t for t in tags(rs) if "," in t],
    "space": lambda rs: [t for t in tags(rs) if " " in t],
    "not ASCII": lambda rs: [t for t in tags(rs) if not t.isascii()],
    "encoded twice": lambda rs: [t for t in tags(rs) if t == "Bokm\u00c3\u00a5l"],
    "own prefix": lambda rs: [t for t in tags(rs) if t.startswith("adapterhub:")],
    "local path": lambda rs: [t for t in tags(rs) if t.startswith("base_model:/cache/")],
}


@pytest.mark.parametrize("what", IRREGULARITIES)
def test_irregularities_occur(records: list[dict[str, Any]], what: str) -> None:
    found = IRREGULARITIES[what](records)
    assert 0 < len(found) < len(records)
