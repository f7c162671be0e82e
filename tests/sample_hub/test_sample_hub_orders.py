"""What tests can order a sample hub to do: quotas, faults, and changes."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from support.hub_client import Got, everything, get, listing

from mlentory_crawl.sample_hub import SampleHub


@pytest.fixture
def own_hub() -> Iterator[SampleHub]:
    """A hub for a test that changes it."""
    with SampleHub(models=100) as hub:
        yield hub


# Quotas, faults, and orders


def quota_of(answer: Got) -> tuple[str, int]:
    bucket, left, seconds = answer.headers["RateLimit"].split(";")
    assert 0 <= int(seconds.removeprefix("t=")) <= 300
    return bucket, int(left.removeprefix("r="))


def test_without_a_quota_none_is_told(own_hub: SampleHub) -> None:
    assert "RateLimit" not in listing(own_hub, limit=1).headers


def test_a_quota_is_told_and_enforced_by_bucket() -> None:
    with SampleHub(models=20, quota=3, window=300) as hub:
        card = f"/{hub.ids()[0]}/resolve/main/README.md"
        answers = [get(hub, "/api/models/nobody/nothing"), listing(hub, limit=1), get(hub, "/api/models/a/b/c")]
        assert [quota_of(answer) for answer in answers] == [('"api"', 2), ('"api"', 1), ('"api"', 0)]
        assert answers[0].headers["RateLimit-Policy"] == '"fixed window";"api";q=3;w=300'
        for _ in range(2):
            refused = listing(hub, limit=1)
            assert (refused.status, quota_of(refused)) == (429, ('"api"', 0))
            assert refused.json()["error"]
            assert "Link" not in refused.headers
        # Files have a quota of their own, of six times as many; a redirect counts.
        assert [get(hub, card).status for _ in range(20)] == [307] * 18 + [429] * 2
        assert get(hub, card).headers["RateLimit-Policy"] == '"fixed window";"resolvers";q=18;w=300'
        assert get(hub, "/robots.txt").status == 200
        assert hub.stats()["requests"]["models"] == {"200": 1, "429": 2}
        hub.set(quota=1)
        assert [listing(hub, limit=1).status for _ in range(2)] == [200, 429]
        hub.set(quota=0)
        assert listing(hub, limit=1).status == 200


def test_a_quota_returns_with_the_next_window() -> None:
    with SampleHub(models=1, quota=1, window=1) as hub:
        statuses = []
        for _ in range(100):
            statuses.append(listing(hub).status)
            if statuses[-1] == 200 and 429 in statuses:
                break
            time.sleep(0.1)
        assert statuses[-1] == 200
        assert 429 in statuses


def broken(hub: SampleHub) -> str:
    try:
        answer = listing(hub, limit=5)
    except http.client.IncompleteRead as error:
        return "cut" if error.partial else "nothing"
    except (http.client.BadStatusLine, ConnectionError):
        return "drop"
    assert "RateLimit" not in answer.headers
    return str(answer.status)


def test_answers_break_in_every_way_and_in_the_same_order_for_a_seed() -> None:
    runs = []
    for seed in (7, 7, 8):
        with SampleHub(models=10, fail=1, seed=seed, quota=10**6) as hub:
            runs.append([broken(hub) for _ in range(60)])
            assert hub.stats()["faults"] == Counter(runs[-1])
            assert hub.stats()["requests"] == {"models": Counter(runs[-1])}
            assert get(hub, "/robots.txt").status == 200
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {"500", "503", "504", "429", "cut", "drop"}


def test_a_share_of_answers_breaks(own_hub: SampleHub) -> None:
    own_hub.set(fail=0.25)
    for _ in range(200):
        try:
            listing(own_hub, limit=1)
        except (http.client.HTTPException, ConnectionError):
            continue
    faults = sum(own_hub.stats()["faults"].values())
    assert 20 < faults < 80
    own_hub.set(fail=0, reset=True)
    assert [listing(own_hub, limit=1).status for _ in range(20)] == [200] * 20
    assert own_hub.stats() == {"models": 100, "requests": {"models": {"200": 20}}, "faults": {}}


def test_latency_holds_back_answers_and_not_orders() -> None:
    with SampleHub(models=1, latency=600_000) as hub:
        with socket.create_connection(("127.0.0.1", urlsplit(hub.url).port or 0)) as connection:
            connection.sendall(b"GET /api/models HTTP/1.1\r\nHost: x\r\n\r\n")
            assert hub.ids()
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):
                connection.recv(1)
        hub.set(latency=0)
        assert listing(hub).status == 200


def test_statistics_by_route_and_status(own_hub: SampleHub) -> None:
    id = own_hub.ids()[0]
    targets = ["/api/models", "/api/models?sort=x", f"/api/models/{id}", "/api/models/a/b", "/nowhere", "/robots.txt"]
    for target in [*targets, f"/{id}/resolve/main/README.md", "/api/resolve-cache/models/a/b/0/README.md"]:
        get(own_hub, target)
    assert own_hub.stats() == {
        "models": 100,
        "requests": {
            "models": {"200": 1, "400": 1},
            "model": {"200": 1, "401": 1},
            "other": {"404": 1},
            "robots": {"200": 1},
            "resolve": {"307": 1},
            "readme": {"401": 1},
        },
        "faults": {},
    }
    assert get(own_hub, "/__sample_hub/nothing").status == 404


def test_models_go_and_come_back(own_hub: SampleHub) -> None:
    ids = own_hub.ids()
    own_hub.set(delete=ids[:5])
    assert own_hub.ids() == ids[5:]
    assert own_hub.stats()["models"] == 95
    assert {get(own_hub, f"/api/models/{id}").status for id in ids[:5]} == {401}
    assert [record["id"] for record in everything(own_hub, sort="createdAt", direction=1, limit=10)] == ids[5:]
    own_hub.set(restore=ids[:5])
    assert own_hub.ids() == ids
    assert get(own_hub, f"/api/models/{ids[0]}").status == 200


def test_a_touched_model_is_the_last_modified_one(own_hub: SampleHub) -> None:
    id = own_hub.ids()[10]
    before = get(own_hub, f"/api/models/{id}").json()
    everything(own_hub, sort="lastModified")
    own_hub.set(touch=[id])
    after = get(own_hub, f"/api/models/{id}").json()
    assert {name for name in before if before[name] != after[name]} == {"sha", "lastModified"}
    assert after["lastModified"] > before["lastModified"]
    assert listing(own_hub, sort="lastModified", limit=1).json()[0]["id"] == id
    own_hub.set(touch=[id])
    assert get(own_hub, f"/api/models/{id}").json()["sha"] not in (before["sha"], after["sha"])


def test_a_patched_model_has_other_values_and_its_place_by_them(own_hub: SampleHub) -> None:
    id = own_hub.ids()[10]
    before = get(own_hub, f"/api/models/{id}").json()
    assert listing(own_hub, sort="downloads", limit=1).json()[0]["id"] != id
    own_hub.set(patch={id: {"downloads": 2**40, "cardData": {"license": "mit"}, "pipeline_tag": None}})
    after = get(own_hub, f"/api/models/{id}").json()
    assert after == before | {"downloads": 2**40, "cardData": {"license": "mit"}, "pipeline_tag": None}
    first = listing(own_hub, sort="downloads", limit=1, expand=["downloads", "pipeline_tag"]).json()[0]
    assert first == {"_id": before["_id"], "id": id, "downloads": 2**40, "pipeline_tag": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"touch": ["nobody/nothing"]},
        {"rename": {"nobody/nothing": "a/b"}},
        {"rename": {"{id}": "{id}"}},
        {"patch": {"nobody/nothing": {}}},
        {"patch": {"{id}": {"_id": "0"}}},
        {"window": 0},
        {"refuse": ["nonsense"]},
        {"unknown": 1},
        {"fail": "often"},
    ],
)
def test_an_order_that_cannot_be_carried_out_changes_nothing(own_hub: SampleHub, wrong: dict[str, Any]) -> None:
    ids = own_hub.ids()
    wrong = json.loads(json.dumps(wrong).replace("{id}", ids[0]))
    with pytest.raises(HTTPError, match="400") as error:
        own_hub.set(delete=ids[:50], quota=1, **wrong)
    error.value.close()
    assert own_hub.ids() == ids
    assert [listing(own_hub, limit=1).status for _ in range(3)] == [200] * 3
