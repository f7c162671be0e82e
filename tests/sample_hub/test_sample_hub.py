"""The sample hub as a process, as an HTTP server, and as the Hub's API."""

from __future__ import annotations

import contextlib
import gzip
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from conftest import ROOT
from hypothesis import given, settings, strategies as st
from support.hub_client import PROJECTION, everything, get, listing, next_target, walk

from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.sample_hub.models import MOST

LEGAL = [*PROJECTION, "childrenModelCount", "inference", "inferenceProviderMapping", "mask_token", "resourceGroup"]
LEGAL += ["siblings", "spaces", "usedStorage", "widgetData"]
COMMAND = [sys.executable, "-m", "mlentory_crawl.sample_hub"]


@pytest.fixture(scope="module")
def hub() -> Iterator[SampleHub]:
    """A hub that no test changes."""
    with SampleHub(models=640) as hub:
        yield hub


@pytest.fixture
def own_hub() -> Iterator[SampleHub]:
    """A hub for a test that changes it."""
    with SampleHub(models=100) as hub:
        yield hub


# Process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_says_its_address_and_the_variable_to_set_and_ends_on_a_signal(number: signal.Signals) -> None:
    process = subprocess.Popen([*COMMAND, "--models", "7"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("sample hub: 7 models on http://127.0.0.1:")
    port = int(line.rpartition(":")[2])
    assert process.stdout.readline() == f"to crawl it: export HF_ENDPOINT=http://127.0.0.1:{port}\n"
    with socket.create_connection(("127.0.0.1", port)) as idle:
        # A connection that a client keeps open does not keep the server.
        idle.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(1 << 16).startswith(b"HTTP/1.1 200 OK\r\n")
        process.send_signal(number)
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


def test_a_taken_port_is_an_error_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == f"sample hub: port {port}: Address already in use\n"


@pytest.mark.parametrize("port", ["99999", "-1", "http", "٣", "1" * 5000])
def test_what_is_no_port_is_an_error_in_one_line(port: str) -> None:
    ended = subprocess.run([*COMMAND, f"--port={port}"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"sample hub: --port {port!r}: a number from 0 to 65535 is expected\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--models", "0"],
        ["--models", str(MOST + 1)],
        ["--clones", "5"],
        ["--records", "nowhere.jsonl"],
        ["--fail", "2"],
        ["--window", "0"],
        ["--refuse", "nonsense"],
        ["--modles", "5"],
    ],
)
def test_wrong_usage_exits_2_and_says_why(arguments: list[str]) -> None:
    ended = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_sample_hub_that_does_not_start_raises() -> None:
    with pytest.raises(ValueError, match="models"):
        SampleHub(models=0)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        SampleHub(models=3, port=taken.getsockname()[1])


def test_is_a_scrapy_command(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "scrapy", "sample-hub", "--models", "5"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("sample hub: 5 models on http://127.0.0.1:")
        assert process.stdout.readline().startswith("to crawl it: ")
        process.terminate()
        assert process.stdout.read() == ""
    assert process.returncode == 0


# HTTP


def test_a_connection_takes_many_requests(hub: SampleHub) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(hub.url).port or 0)) as connection:
        connection.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\nHEAD /api/models HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while piece := connection.recv(1 << 16):
            received += piece
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert received.count(b"Allow: /") == 2  # HEAD has no body


def test_what_is_not_http_does_not_stop_the_server(hub: SampleHub) -> None:
    for garbage in (
        b"\x16\x03\x01 hello\r\n\r\n",
        b"GET /" + b"x" * (1 << 17),
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ):
        connection = socket.create_connection(("127.0.0.1", urlsplit(hub.url).port or 0))
        # It may hang up before it has read all.
        with connection, contextlib.suppress(OSError):
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass
    assert get(hub, "/robots.txt").status == 200


@given(path=st.text(max_size=40), query=st.text(max_size=40))
@settings(max_examples=150)
def test_no_target_breaks_it(hub: SampleHub, path: str, query: str) -> None:
    target = quote(path.encode("utf-8", "surrogatepass"), safe="/")
    for prefix in ("/", "/api/models/", "/api/models/a/b/revision/", "/api/resolve-cache/models/"):
        answer = get(hub, f"{prefix}{target}?{quote(query.encode('utf-8', 'surrogatepass'), safe='=&')}")
        assert answer.status in (200, 307, 400, 401, 404), (prefix, path, query)
        parsedate_to_datetime(answer.headers["Date"])
        if answer.status >= 400:
            assert answer.json()["error"]


def test_only_reading_is_possible(hub: SampleHub) -> None:
    assert get(hub, "/api/models", method="POST").status == 405


def test_robots_may_read_everything(hub: SampleHub) -> None:
    assert get(hub, "/robots.txt").body == b"User-agent: *\nAllow: /\n"


def test_compresses_only_when_both_want_it(hub: SampleHub) -> None:
    plain = get(hub, "/api/models?limit=50", Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    with SampleHub(models=640, gzip=True) as squeezing:
        assert "Content-Encoding" not in listing(squeezing, limit=50).headers
        squeezed = get(squeezing, "/api/models?limit=50", Accept_Encoding="br, gzip")
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(squeezed.body) == plain.body
    assert len(squeezed.body) < len(plain.body) / 2


# Lists


def test_a_census_finds_every_model_once_oldest_first(hub: SampleHub) -> None:
    pages = list(walk(hub, sort="createdAt", direction=1, limit=100, expand=["createdAt"]))
    assert [len(page) for page in pages] == [100] * 6 + [40]
    found = [record for page in pages for record in page]
    assert [record["id"] for record in found] == hub.ids()
    assert len({record["id"].lower() for record in found}) == len({record["_id"] for record in found}) == 640
    assert [record["_id"] for record in found] == sorted(record["_id"] for record in found)
    for record in found:
        created = datetime.fromisoformat(record["createdAt"]).timestamp()
        assert int(record["_id"][:8], 16) == created  # as in every ObjectId
    assert found[0]["createdAt"] == "2022-03-02T23:29:04.000Z"


@pytest.mark.parametrize(
    ("sort", "field"),
    [
        ({}, "trendingScore"),
        *(({"sort": name}, name) for name in ("trendingScore", "lastModified", "likes", "downloads", "createdAt")),
    ],
)
def test_every_sort_is_descending(hub: SampleHub, sort: dict[str, str], field: str) -> None:
    found = everything(hub, limit=90, expand=[field], **sort)
    values = [record[field] for record in found]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) > 2
    assert len({record["id"] for record in found}) == 640


@pytest.mark.parametrize("sort", ["trendingScore", "lastModified", "likes", "downloads"])
def test_only_creation_can_be_walked_upward(hub: SampleHub, sort: str) -> None:
    assert listing(hub, sort=sort, direction=1).status == 400
    assert listing(hub, sort=sort, direction=-1).status == 200


@pytest.mark.parametrize(
    "query", ["sort=size", "direction=up", "limit=0", "limit=-1", "limit=ten", "cursor=x", "cursor="]
)
def test_a_bad_query_is_an_error(hub: SampleHub, query: str) -> None:
    answer = get(hub, f"/api/models?{query}")
    assert answer.status == 400
    assert answer.json()["error"]


def test_a_cursor_belongs_to_its_sort(hub: SampleHub) -> None:
    target = next_target(listing(hub, sort="likes", limit=5))
    assert target is not None
    cursor = parse_qs(urlsplit(target).query)["cursor"]
    assert listing(hub, sort="createdAt", cursor=cursor).status == 400


def test_a_page_has_a_thousand_at_the_most() -> None:
    with SampleHub(models=1001) as hub:
        assert [len(page) for page in walk(hub, limit=5000)] == [1000, 1]
        assert len(listing(hub).json()) == 1000


def test_the_next_page_is_named_by_the_host_that_was_asked(hub: SampleHub) -> None:
    answer = get(hub, "/api/models?limit=2&expand[]=sha&expand[]=tags&filter=a%26b", Host="hub.example:8080")
    assert next_target(answer) is None  # the filter fits nothing
    answer = get(hub, "/api/models?limit=2&expand[]=sha&expand[]=tags&since=2020", Host="hub.example:8080")
    assert answer.headers["Link"].startswith("<http://hub.example:8080/api/models?limit=2&")
    target = next_target(answer)
    assert target is not None
    query = parse_qs(urlsplit(target).query)
    assert query.pop("cursor")
    assert query == {"limit": ["2"], "expand[]": ["sha", "tags"], "since": ["2020"]}


def test_the_last_page_names_none(hub: SampleHub) -> None:
    assert "Link" not in listing(hub, limit=640).headers
    assert "Link" in listing(hub, limit=639).headers


def test_fields_by_default(hub: SampleHub) -> None:
    record = listing(hub, sort="createdAt", limit=1).json()[0]
    always = {"_id", "id", "likes", "trendingScore", "private", "downloads", "tags", "createdAt", "modelId"}
    assert always <= record.keys() <= always | {"pipeline_tag", "library_name"}
    full = listing(hub, sort="createdAt", limit=50, full="true", cardData="true", config="true").json()
    assert all(always | {"author", "sha", "lastModified", "gated", "disabled", "siblings"} <= r.keys() for r in full)
    assert all("safetensors" not in r and "baseModels" not in r for r in full)
    assert any("cardData" in r for r in full)
    assert any("config" in r for r in full)


@pytest.mark.parametrize("name", ["expand", "expand[]"])
def test_a_projection_gives_what_it_names(hub: SampleHub, name: str) -> None:
    found = everything(hub, limit=1000, **{name: ["sha", "tags", "cardData", "siblings", "usedStorage"]})
    assert all({"_id", "id", "sha", "tags", "siblings", "usedStorage"} <= record.keys() for record in found)
    assert {field for record in found for field in record} == {
        "_id", "id", "sha", "tags", "cardData", "siblings", "usedStorage",
    }  # fmt: skip


def test_seldom_asked_fields_come_only_when_asked_for(hub: SampleHub) -> None:
    found = everything(hub, limit=1000, expand=PROJECTION)
    assert {field for record in found for field in record} == {"_id", "id", *PROJECTION}
    asked = everything(hub, limit=1000, expand=[*PROJECTION, "siblings", "childrenModelCount", "usedStorage"])
    extra = {"siblings", "childrenModelCount", "usedStorage"}
    assert [{k: v for k, v in record.items() if k not in extra} for record in asked] == found
    assert all(extra <= record.keys() for record in asked)


@pytest.mark.parametrize("path", ["/api/models", "/api/models/{}"])
@pytest.mark.parametrize("name", ["nonsense", "_id", "cardData.license", ""])
def test_an_unknown_field_is_an_error_that_names_the_known_ones(hub: SampleHub, path: str, name: str) -> None:
    answer = get(hub, path.format(hub.ids()[0]) + f"?expand[]=sha&expand[]={name}")
    assert answer.status == 400
    assert len(LEGAL) == 31
    told = answer.json()["error"].partition("one of ")[2].split("|")
    assert sorted(word.strip('"') for word in told) == sorted(LEGAL)


def test_every_known_field_can_be_asked_for(hub: SampleHub) -> None:
    assert listing(hub, expand=LEGAL, limit=5).status == 200


def test_a_known_field_is_refused_on_order(own_hub: SampleHub) -> None:
    assert listing(own_hub, expand=["sha", "evalResults"]).status == 200
    own_hub.set(refuse=["evalResults", "gguf"])
    answer = listing(own_hub, expand=["sha", "evalResults"])
    assert answer.status == 400
    assert '"sha"' in answer.json()["error"]
    assert "evalResults" not in answer.json()["error"]
    assert listing(own_hub, expand=["sha"]).status == 200
    with SampleHub(models=1, refuse=["gguf"]) as refusing:
        assert listing(refusing, expand=["gguf"]).status == 400


def test_conditions_are_joined(hub: SampleHub) -> None:
    found = everything(hub, limit=1000, expand=["author", "tags", "pipeline_tag"])
    author = found[0]["author"]
    assert {r["id"] for r in everything(hub, author=author, limit=3)} == {
        r["id"] for r in found if r["author"] == author
    }
    assert everything(hub, author=author.upper() + "x") == []
    part = found[0]["id"].partition("/")[2][1:5].upper()
    wanted = {r["id"] for r in found if part.lower() in r["id"].lower()}
    assert {r["id"] for r in everything(hub, search=part, limit=3)} == wanted != set()
    tags = ["license:apache-2.0", "text-generation"]
    wanted = {r["id"] for r in found if set(tags) <= set(r["tags"]) and r.get("pipeline_tag") == "text-generation"}
    joined = everything(hub, filter=tags, pipeline_tag="text-generation", limit=4, expand=["sha"])
    assert {r["id"] for r in joined} == wanted
    assert len(joined) == len(wanted) > 4
    assert len(everything(hub, library="nonsense", limit=1000)) == 640  # no such condition: ignored, as on the Hub


def test_a_cursor_holds_its_place_when_models_move_and_go(own_hub: SampleHub) -> None:
    before = [record["id"] for record in everything(own_hub, sort="lastModified")]
    pages = walk(own_hub, sort="lastModified", limit=30)
    first = [record["id"] for record in next(pages)]
    assert first == before[:30]
    # One moves to the front from ahead, the last one seen goes, and one goes that was not seen yet.
    own_hub.set(touch=[before[50]], delete=[before[29], before[40]])
    rest = [record["id"] for page in pages for record in page]
    assert rest == [id for id in before[30:] if id not in (before[40], before[50])]
    after = [record["id"] for record in everything(own_hub, sort="lastModified")]
    assert after == [before[50], *(id for id in before if id not in (before[29], before[40], before[50]))]


# One model


def test_a_model_as_in_lists(hub: SampleHub) -> None:
    for record in everything(hub, limit=1000, expand=LEGAL)[::37]:
        query = "&".join(f"expand[]={name}" for name in LEGAL)
        assert get(hub, f"/api/models/{record['id']}?{query}").json() == record


def test_a_model_by_default(hub: SampleHub) -> None:
    record = get(hub, f"/api/models/{hub.ids()[0]}").json()
    assert {"_id", "id", "modelId", "author", "sha", "siblings", "spaces", "usedStorage", "widgetData"} <= record.keys()
    hidden = {"baseModels", "childrenModelCount", "downloadsAllTime", "evalResults", "trendingScore"}
    assert not hidden & record.keys()


def test_files_have_sizes_when_asked_for(hub: SampleHub) -> None:
    id = hub.ids()[0]
    plain = get(hub, f"/api/models/{id}").json()["siblings"]
    assert all(file.keys() == {"rfilename"} for file in plain)
    files = get(hub, f"/api/models/{id}?blobs=true").json()["siblings"]
    assert [file["rfilename"] for file in files] == [file["rfilename"] for file in plain]
    assert all(isinstance(file["size"], int) and len(file["blobId"]) == 40 for file in files)
    large = [file for file in files if "lfs" in file]
    assert large
    assert all(file["lfs"]["size"] == file["size"] and len(file["lfs"]["sha256"]) == 64 for file in large)


def test_a_missing_model(hub: SampleHub) -> None:
    answer = get(hub, "/api/models/nobody/nothing")
    assert (answer.status, answer.json()) == (401, {"error": "Invalid username or password."})
    assert answer.headers["X-Error-Message"] == "Invalid username or password."
    assert "X-Error-Code" not in answer.headers
    known = get(hub, "/api/models/nobody/nothing", Authorization="Bearer hf_some")
    assert (known.status, known.headers["X-Error-Code"]) == (404, "RepoNotFound")


def test_a_wrong_token_is_no_evidence(hub: SampleHub) -> None:
    for target in ("/api/models", f"/api/models/{hub.ids()[0]}"):
        answer = get(hub, target, Authorization="Bearer wrong")
        assert answer.status == 401
        assert "Invalid credentials" in answer.headers["X-Error-Message"]


@pytest.mark.parametrize("id", ["a%2Fb", "a/b/c", "a//b", ""])
def test_what_is_no_id_is_an_error(hub: SampleHub, id: str) -> None:
    assert get(hub, f"/api/models/{id}").status == 400


def test_another_case_and_old_names_lead_to_the_model(hub: SampleHub) -> None:
    id = hub.ids()[0]
    for other in (id.upper(), id.lower(), id.partition("/")[2]):
        answer = get(hub, f"/api/models/{other}?expand[]=sha&x=%20y")
        assert (answer.status, answer.headers["Location"]) == (307, f"/api/models/{id}?expand[]=sha&x=%20y")
    young = hub.ids()[-1]
    assert get(hub, f"/api/models/{young.partition('/')[2]}").status == 401
    readme = get(hub, f"/{id.upper()}/resolve/main/README.md")
    assert (readme.status, readme.headers["Location"]) == (307, f"/{id}/resolve/main/README.md")


def test_a_renamed_model(own_hub: SampleHub) -> None:
    old, other = own_hub.ids()[3:5]
    native_id = get(own_hub, f"/api/models/{old}").json()["_id"]
    own_hub.set(rename={old: "newcomer/first"})
    own_hub.set(rename={"newcomer/first": "newcomer/second"})
    for path in (old, "newcomer/first", old.upper()):
        assert get(own_hub, f"/api/models/{path}").headers["Location"] == "/api/models/newcomer/second"
    record = get(own_hub, "/api/models/newcomer/second").json()
    assert record["_id"] == native_id
    assert record["author"] == "newcomer"
    assert record["modelId"] == "newcomer/second"
    assert "newcomer/second" in own_hub.ids()
    assert old not in own_hub.ids()
    # The path is free for another model.
    own_hub.set(rename={other: old})
    taken = get(own_hub, f"/api/models/{old}")
    assert taken.status == 200
    assert taken.json()["_id"] != native_id


def test_revisions(own_hub: SampleHub) -> None:
    id = own_hub.ids()[0]
    sha = get(own_hub, f"/api/models/{id}").json()["sha"]
    own_hub.set(touch=[id])
    new = get(own_hub, f"/api/models/{id}").json()["sha"]
    assert new != sha
    for revision in ("main", sha, new):
        assert get(own_hub, f"/api/models/{id}/revision/{revision}?expand[]=sha").status == 200
    answer = get(own_hub, f"/api/models/{id}/revision/refs%2Fpr%2F1")
    assert (answer.status, answer.headers["X-Error-Code"]) == (404, "RevisionNotFound")
    moved = get(own_hub, f"/api/models/{id.upper()}/revision/refs%2Fpr%2F1")
    assert moved.headers["Location"] == f"/api/models/{id}/revision/refs%2Fpr%2F1"


# Model cards


def test_a_readme_takes_two_requests_from_main_and_one_by_commit(hub: SampleHub) -> None:
    found = everything(hub, limit=1000, expand=["sha", "gated", "disabled", "cardData"])
    record = next(r for r in found if not r["gated"] and not r["disabled"] and r.get("cardData", {}).get("license"))
    first = get(hub, f"/{record['id']}/resolve/main/README.md")
    assert first.status == 307
    assert first.headers["Location"] == f"/api/resolve-cache/models/{record['id']}/{record['sha']}/README.md"
    second = get(hub, first.headers["Location"])
    assert second.status == 200
    assert second.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert second.headers["X-Repo-Commit"] == record["sha"]
    _, front_matter, text = second.body.decode().split("---\n", 2)
    assert front_matter.startswith(f"{next(iter(record['cardData']))}: ")
    assert f"# {record['id'].partition('/')[2]}\n" in text
    again = get(hub, first.headers["Location"], If_None_Match=second.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_readmes_that_cannot_be_had() -> None:
    with SampleHub(models=200) as hub:
        found = everything(hub, expand=["sha", "siblings", "gated", "disabled"])
        without = next(r for r in found if len(r["siblings"]) == 1)
        first, second = [r for r in found if len(r["siblings"]) > 3 and not r["gated"] and not r["disabled"]][:2]
        hub.set(patch={first["id"]: {"gated": "manual"}, second["id"]: {"disabled": True}})
        # What the record says can be had all the same.
        assert get(hub, f"/api/models/{first['id']}?expand[]=gated").json()["gated"] == "manual"
        assert get(hub, f"/api/models/{second['id']}?expand[]=disabled").json()["disabled"] is True
        for path in ("/{id}/resolve/main/README.md", "/api/resolve-cache/models/{id}/{sha}/README.md"):
            answer = get(hub, path.format(**without))
            assert (answer.status, answer.headers["X-Error-Code"]) == (404, "EntryNotFound")
            answer = get(hub, path.format(**first))
            assert (answer.status, answer.headers["X-Error-Code"]) == (401, "GatedRepo")
            assert get(hub, path.format(**first), Authorization="Bearer hf_x").status == 403
            assert get(hub, path.format(**second)).status == 403
            assert get(hub, path.format(id="nobody/nothing", sha="0" * 40)).status == 401
        answer = get(hub, f"/{first['id']}/resolve/other/README.md")
        assert (answer.status, answer.headers["X-Error-Code"]) == (404, "RevisionNotFound")
        assert get(hub, f"/api/resolve-cache/models/{first['id']}/{'0' * 40}/README.md").status == 404
