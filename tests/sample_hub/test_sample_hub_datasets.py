"""The sample hub's datasets and owners: those that its models name, as irregular as real ones, and always the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings, strategies as st
from support.crawling import model, write_records
from support.hub_client import Got, everything, get, next_target

from fair4ml.describe.source_record import parse
from fair4ml.entities import Organization, Person
from fair4ml.platforms import describe, source_model
from mlentory_crawl.sample_hub import SampleHub


@pytest.fixture(scope="module")
def hub() -> Iterator[SampleHub]:
    """A hub that no test changes."""
    with SampleHub(models=600) as hub:
        yield hub


def pages(hub: SampleHub, **parameters: str | int | list[str]) -> Iterator[list[dict[str, Any]]]:
    target: str | None = f"/api/datasets?{urlencode(parameters, doseq=True)}"
    while target is not None:
        answer = get(hub, target)
        assert answer.status == 200, answer.body
        yield answer.json()
        target = next_target(answer)


def datasets(hub: SampleHub, **parameters: str | int | list[str]) -> list[dict[str, Any]]:
    return [record for page in pages(hub, **parameters) for record in page]


def named_in_tags(hub: SampleHub) -> set[str]:
    """The ids of datasets that stand in the tags of models; prose does, too."""
    tags = [tag for record in everything(hub, expand=["tags"]) for tag in record.get("tags", [])]
    names = {tag.removeprefix("dataset:") for tag in tags if tag.startswith("dataset:")}
    return {name for name in names if not set(name) & set(" [(:+")}


def follow(hub: SampleHub, target: str) -> Got:
    answer = get(hub, target)
    return get(hub, answer.headers["Location"]) if answer.status == 307 else answer


def test_there_are_the_datasets_that_models_name_but_for_some(hub: SampleHub) -> None:
    named = named_in_tags(hub)
    statuses = {id: get(hub, f"/api/datasets/{id}").status for id in named}
    missing = {id for id, status in statuses.items() if status == 401}
    assert 0 < len(missing) < len(named) / 3
    listed = {record["id"] for record in datasets(hub)}
    assert {id for id, status in statuses.items() if status == 200} == listed & named
    assert missing.isdisjoint(listed)


def test_nothing_else_is_listed(hub: SampleHub) -> None:
    named = named_in_tags(hub)
    for record in everything(hub, expand=["model-index", "evalResults"]):
        for index in record.get("model-index") or []:
            named |= {result["dataset"]["type"] for result in index["results"]}
        named |= {entry["data"]["dataset"]["id"] for entry in record.get("evalResults", []) if "data" in entry}
    moved = [id for id in named if get(hub, f"/api/datasets/{quote(id)}").status == 307]
    assert len(moved) == 1
    new = follow(hub, f"/api/datasets/{moved[0]}").json()["id"]
    assert new != moved[0]
    assert {record["id"] for record in datasets(hub)} <= named | {new}


def test_a_list_is_walked_by_pages(hub: SampleHub) -> None:
    whole = datasets(hub, sort="createdAt", direction=1)
    walked = list(pages(hub, sort="createdAt", direction=1, limit=20))
    assert [record for page in walked for record in page] == whole
    assert {len(page) for page in walked[:-1]} == {20}
    assert [record["_id"] for record in whole] == sorted({record["_id"] for record in whole})
    for record in whole:
        assert record["createdAt"] >= "2022-03-02T23:29:04.000Z"


@pytest.mark.parametrize("sort", ["trendingScore", "lastModified", "likes", "downloads"])
def test_other_orders_are_descending(hub: SampleHub, sort: str) -> None:
    found = datasets(hub, sort=sort, limit=7, expand=[sort])
    values = [record[sort] for record in found]
    assert values == sorted(values, reverse=True)
    assert len({record["id"] for record in found}) == len(datasets(hub))


@pytest.mark.parametrize(
    "query",
    ["sort=likes&direction=1", "sort=size", "limit=0", "limit=x", "cursor=x", "expand[]=safetensors", "expand[]=_id"],
)
def test_a_bad_query_is_an_error(hub: SampleHub, query: str) -> None:
    answer = get(hub, f"/api/datasets?{query}")
    assert answer.status == 400
    assert answer.json()["error"]


def test_conditions(hub: SampleHub) -> None:
    whole = datasets(hub, expand=["author", "tags"])
    author = next(record["author"] for record in whole if "author" in record)
    assert {r["id"] for r in datasets(hub, author=author)} == {r["id"] for r in whole if r.get("author") == author}
    assert {r["id"] for r in datasets(hub, filter="format:csv")} == {
        r["id"] for r in whole if "format:csv" in r["tags"]
    }
    assert all("tidepool" in record["id"] for record in datasets(hub, search="TIDEPOOL"))


def test_fields_by_default_and_asked_for(hub: SampleHub) -> None:
    short = datasets(hub)[0]
    assert {"_id", "id", "sha", "tags", "gated", "description", "citation", "downloads"} <= short.keys()
    assert not {"cardData", "siblings", "downloadsAllTime"} & short.keys()
    assert any("cardData" in record for record in datasets(hub, full="true"))
    asked = datasets(hub, expand=["cardData", "downloadsAllTime"])
    assert {name for record in asked for name in record} == {"_id", "id", "cardData", "downloadsAllTime"}
    whole = get(hub, f"/api/datasets/{short['id']}").json()
    assert {"siblings", "usedStorage"} <= whole.keys()
    assert {name: whole[name] for name in short if name != "trendingScore"} == {
        name: value for name, value in short.items() if name != "trendingScore"
    }
    only = get(hub, f"/api/datasets/{short['id']}?expand[]=sha").json()
    assert only == {name: whole[name] for name in ("_id", "id", "sha")}


def test_a_dataset_at_a_commit(hub: SampleHub) -> None:
    record = datasets(hub)[0]
    for revision in ("main", record["sha"]):
        assert get(hub, f"/api/datasets/{record['id']}/revision/{revision}").status == 200
    answer = get(hub, f"/api/datasets/{record['id']}/revision/other")
    assert (answer.status, answer.headers["X-Error-Code"]) == (404, "RevisionNotFound")


def test_missing_datasets_and_croissants_answer_as_missing_models(hub: SampleHub) -> None:
    for target in ("/api/datasets/nobody/nothing", "/api/datasets/nobody/nothing/croissant"):
        answer = get(hub, target)
        assert (answer.status, answer.json()) == (401, {"error": "Invalid username or password."})
        known = get(hub, target, Authorization="Bearer hf_some")
        assert (known.status, known.headers["X-Error-Code"]) == (404, "RepoNotFound")
        assert get(hub, target, Authorization="Bearer wrong").status == 401


@pytest.mark.parametrize("id", ["a%2Fb", "a/b/c", "a//b", ""])
def test_what_is_no_id_is_an_error(hub: SampleHub, id: str) -> None:
    assert get(hub, f"/api/datasets/{id}").status == 400


def test_another_case_leads_to_the_dataset(hub: SampleHub) -> None:
    id = next(record["id"] for record in datasets(hub) if record["id"] != record["id"].upper())
    answer = get(hub, f"/api/datasets/{id.upper()}?expand[]=sha")
    assert (answer.status, answer.headers["Location"]) == (307, f"/api/datasets/{id}?expand[]=sha")
    answer = get(hub, f"/api/datasets/{id.upper()}/croissant")
    assert (answer.status, answer.headers["Location"]) == (307, f"/api/datasets/{id}/croissant")


def test_croissants_are_there_for_most(hub: SampleHub) -> None:
    statuses: Counter[int] = Counter()
    for record in datasets(hub):
        answer = get(hub, f"/api/datasets/{record['id']}/croissant")
        statuses[answer.status] += 1
        if record["gated"]:
            assert answer.status == 404
        if answer.status == 200:
            told = answer.json()
            assert told["@type"] == "sc:Dataset"
            assert told["url"] == f"https://huggingface.co/datasets/{record['id']}"
            assert told["distribution"][0]["encodingFormat"] == "git+https"
    assert statuses.keys() == {200, 404}
    assert statuses[200] > 20
    assert statuses[404] > 10


def owners(hub: SampleHub) -> set[str]:
    names = {record["id"].rpartition("/")[0] for record in (*everything(hub), *datasets(hub))}
    return {name for name in names if name}


def test_an_owner_is_an_organization_or_a_user(hub: SampleHub) -> None:
    answers: Counter[tuple[int, int]] = Counter()
    for name in owners(hub):
        of_organization = follow(hub, f"/api/organizations/{name}/overview")
        of_user = follow(hub, f"/api/users/{name}/overview")
        answers[of_organization.status, of_user.status] += 1
        if of_organization.status == 200:
            assert of_organization.json()["name"].lower() == name.lower()
        if of_user.status == 200:
            assert of_user.json()["user"].lower() == name.lower()
    assert answers.keys() == {(200, 404), (404, 200), (401, 401)}
    assert answers[200, 404] > 10
    assert answers[404, 200] > 50
    assert answers[401, 401] < 20
    assert get(hub, "/api/users/nobody-at-all/overview").status == 401


def test_an_overview_counts_what_the_owner_has(hub: SampleHub) -> None:
    models = Counter(id.partition("/")[0] for id in hub.ids())
    name = next(name for name, _ in models.most_common() if get(hub, f"/api/users/{name}/overview").status == 200)
    told = get(hub, f"/api/users/{name}/overview").json()
    assert told["numModels"] == models[name]
    assert told["numDatasets"] == len(datasets(hub, author=name))


def test_what_is_served_can_be_described(hub: SampleHub) -> None:
    kinds = {kind: source_model("huggingface", kind) for kind in ("dataset", "croissant", "owner")}
    wrong: set[str] = set()
    for record in datasets(hub, full="true"):
        source, issues = parse(kinds["dataset"], record)
        wrong |= {issue.field.rstrip("0123456789.") for issue in (*issues, *describe(source).issues)}
        answer = get(hub, f"/api/datasets/{record['id']}/croissant")
        if answer.status == 200:
            source, issues = parse(kinds["croissant"], {"id": record["id"], "croissant": answer.json()})
            assert not issues
            assert not describe(source).issues
    assert wrong == {"cardData.task_categories", "cardData.task_ids"}
    for name in owners(hub):
        for kind, route, cls in (("organization", "organizations", Organization), ("user", "users", Person)):
            answer = follow(hub, f"/api/{route}/{name}/overview")
            if answer.status == 200:
                told = answer.json()
                payload = {**told, "kind": kind, "name": told.get("name", told.get("user"))}
                source, issues = parse(kinds["owner"], payload)
                assert (type(describe(source).root), issues) == (cls, [])


def test_all_of_it_is_the_same_every_time(hub: SampleHub) -> None:
    records = datasets(hub, full="true")
    targets = [f"/api/datasets/{record['id']}/croissant" for record in records]
    targets += [f"/api/users/{name}/overview" for name in sorted(owners(hub))]
    before = [get(hub, target).body for target in targets]
    with SampleHub(models=600) as again:
        assert datasets(again, full="true") == records
        assert [get(again, target).body for target in targets] == before


def test_datasets_of_captured_models(tmp_path: Path) -> None:
    wanted = [f"ada-labs/corpus-{n}" for n in range(40)]
    path = write_records(
        tmp_path / "records.jsonl",
        [
            model(1, cardData={"datasets": wanted[:20]}),
            model(2, tags=[f"dataset:{id}" for id in wanted[20:30]]),
            model(3, **{"model-index": [{"results": [{"dataset": {"type": id}} for id in wanted[30:35]]}]}),
            model(4, evalResults=[{"dataset": {"id": id}} for id in wanted[35:]]),
            model(5, tags=["dataset:some prose", 7], cardData={"datasets": {"a": 1}}, evalResults=None),
        ],
    )
    with SampleHub(records=path) as hub:
        found = {record["id"] for record in datasets(hub)}
        statuses = {id: get(hub, f"/api/datasets/{id}").status for id in wanted}
        assert {id for id, status in statuses.items() if status == 200} == found & set(wanted)
        assert len(found - set(wanted)) == 1
        assert Counter(statuses.values())[307] == 1
        # What models come to name is there at once.
        hub.set(patch={"acme/model-5": {"tags": [f"dataset:new/corpus-{n}" for n in range(9)]}})
        assert {record["author"] for record in datasets(hub)} >= {"new"}
        hub.set(delete=["acme/model-5"])
        assert {record["id"] for record in datasets(hub)} == found


def test_their_requests_count_against_the_same_quota() -> None:
    with SampleHub(models=50, quota=4) as hub:
        targets = ["/api/models?limit=1", "/api/datasets?limit=1", "/api/datasets/a/b", "/api/users/x/overview"]
        answers = [get(hub, target) for target in targets]
        assert [answer.headers["RateLimit"].split(";")[:2] for answer in answers] == [
            ['"api"', f"r={left}"] for left in (3, 2, 1, 0)
        ]
        assert get(hub, "/api/datasets/a/b/croissant").status == 429
        assert hub.stats()["requests"].keys() == {"models", "datasets", "dataset", "owner", "croissant"}


def test_fields_and_routes_can_be_refused() -> None:
    with SampleHub(models=50, refuse=["citation"]) as hub:
        answer = get(hub, "/api/datasets?expand[]=citation")
        assert answer.status == 400
        assert "citation" not in answer.json()["error"]
        hub.set(deny=["owner"])
        answer = get(hub, "/api/users/mirela/overview")
        assert (answer.status, answer.headers["X-Error-Message"]) == (
            401,
            "Invalid credentials in Authorization header",
        )


def test_a_hub_whose_models_name_nothing(tmp_path: Path) -> None:
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [{"id": "legacy"}])) as hub:
        assert datasets(hub) == []


@given(path=st.text(max_size=40), query=st.text(max_size=40))
@settings(max_examples=50)
def test_no_target_breaks_it(hub: SampleHub, path: str, query: str) -> None:
    target = quote(path.encode("utf-8", "surrogatepass"), safe="/")
    for pattern in ("/api/datasets/{}", "/api/datasets/{}/croissant", "/api/datasets/a/b/revision/{}",
                    "/api/users/{}/overview", "/api/organizations/{}"):  # fmt: skip
        answer = get(hub, f"{pattern.format(target)}?{quote(query.encode('utf-8', 'surrogatepass'), safe='=&')}")
        assert answer.status in (200, 307, 400, 401, 404), (pattern, path, query)
        if answer.status >= 400:
            assert answer.json()["error"]
