"""Exports that can be downloaded: what is offered, whole and in parts, and what never is."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings, strategies as st
from starlette.testclient import TestClient
from support.catalogs import DAY, HUB, Book
from support.families import relative
from support.guarded import served
from support.served import dumped, indexed

from mlentory_crawl.data_directory import DUMPS
from mlentory_crawl.erasure.erase import erase

pytestmark = pytest.mark.extra(name="serve")

API = "/api/v1/dumps"
NAME = "all.jsonl"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "data")
    made.crawl({"1": relative("a/kept", "MIT"), "2": relative("a/secret", "MIT", a__kept="finetune")})
    indexed(made.data_dir)
    yield made
    made.close()


@pytest.fixture
def file(book: Book) -> Path:
    return dumped(book.data_dir, NAME)


@pytest.fixture
def asking(book: Book, file: Path) -> Iterator[TestClient]:
    with served(book.data_dir) as client:
        yield client


def names(client: TestClient) -> list[str]:
    answer = client.get(API)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["total"] == told["shown"] == len(told["dumps"])
    return [each["name"] for each in told["dumps"]]


def changed(file: Path, **members: Any) -> None:
    """Write other things into the description of a dump."""
    about = file.with_name(f"{file.name}.about.json")
    about.write_text(json.dumps({**json.loads(about.read_bytes()), **members}))


def test_a_dump_is_listed_with_what_it_is_true_for(book: Book, asking: TestClient, file: Path) -> None:
    content = file.read_bytes()
    (told,) = asking.get(API).json()["dumps"]
    assert told.pop("exported_at")[:2] == "20"
    assert told.pop("terms").startswith("Each platform's terms hold")
    assert told == {
        "name": NAME, "format": "jsonl", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(),
        "sequence": book.writer.sequence, "described": {"MLModel": 2}, "provenance": False, "counters": False,
        "is_whole": True,
    }  # fmt: skip
    book.crawl({"3": relative("b/later", "MIT")})
    assert asking.get(API).json()["dumps"][0]["sequence"] < book.writer.sequence


def test_a_selection_is_called_one(book: Book, asking: TestClient) -> None:
    dumped(book.data_dir, "mit.csv", "--license", "MIT", "--counters", "--provenance")
    (told,) = [each for each in asking.get(API).json()["dumps"] if each["name"] == "mit.csv"]
    assert (told["format"], told["is_whole"], told["counters"], told["provenance"]) == ("csv", False, True, True)


def test_a_dump_is_sent_as_it_is(asking: TestClient, file: Path) -> None:
    content = file.read_bytes()
    answer = asking.get(f"{API}/{NAME}", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (200, content)
    digest = hashlib.sha256(content)
    expected = {
        "etag": f'"{digest.hexdigest()}"', "content-length": str(len(content)), "accept-ranges": "bytes",
        "content-type": "application/octet-stream", "content-disposition": f'attachment; filename="{NAME}"',
        "repr-digest": f"sha-256=:{b64encode(digest.digest()).decode()}:", "x-content-type-options": "nosniff",
    }  # fmt: skip
    assert expected.items() <= dict(answer.headers).items()
    assert "content-encoding" not in answer.headers


def test_a_download_goes_on_where_it_was(asking: TestClient, file: Path) -> None:
    content = file.read_bytes()
    tag = asking.head(f"{API}/{NAME}").headers["etag"]

    def part(asked: str, **headers: str) -> tuple[int, bytes, str | None]:
        answer = asking.get(f"{API}/{NAME}", headers={"Range": asked, "Accept-Encoding": "gzip", **headers})
        return answer.status_code, answer.content, answer.headers.get("content-range")

    assert part("bytes=100-", **{"If-Range": tag}) == (
        206,
        content[100:],
        f"bytes 100-{len(content) - 1}/{len(content)}",
    )
    assert part("bytes=-7")[:2] == (206, content[-7:])
    assert part("bytes=100-", **{"If-Range": '"another"'})[:2] == (200, content)
    assert part(f"bytes={len(content)}-")[::2] == (416, f"bytes */{len(content)}")


def test_nothing_of_a_file_is_read_for_its_headers(asking: TestClient, file: Path) -> None:
    os.truncate(file, 10**11)
    changed(file, bytes=10**11)
    answer = asking.head(f"{API}/{NAME}")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", str(10**11))


HOSTILE = (
    "..%2F..%2Fcatalog.sqlite", "%2e%2e%2fall.jsonl", ".hidden.jsonl", f"{NAME}.about.json", f"{NAME}.part",
    "sub%2Finner.jsonl", "all.jsonl%00", "all.jsonl%0A", "%2Fetc%2Fpasswd", "link.jsonl", "pipe.jsonl", "folder.jsonl",
    "plain.txt", "nothing.jsonl", "é.jsonl", "linked.jsonl", "x" * 199 + ".nt",
)  # fmt: skip


def test_nothing_else_is_sent(asking: TestClient, file: Path) -> None:
    folder = file.parent
    about = file.with_name(f"{NAME}.about.json").read_bytes()
    (folder / "link.jsonl").symlink_to(file)
    for each in (".hidden.jsonl", "sub/inner.jsonl", "plain.txt", "é.jsonl", "linked.jsonl", "x" * 199 + ".nt"):
        (folder / each).parent.mkdir(exist_ok=True)
        (folder / each).write_bytes(file.read_bytes())
    for each in (
        ".hidden.jsonl",
        "link.jsonl",
        "pipe.jsonl",
        "folder.jsonl",
        "sub/inner.jsonl",
        "plain.txt",
        "é.jsonl",
    ):
        (folder / f"{each}.about.json").write_bytes(about)
    (folder / "linked.jsonl.about.json").symlink_to(file.with_name(f"{NAME}.about.json"))
    (folder / f"{NAME}.part").write_bytes(b"half")
    (folder / "folder.jsonl").mkdir()
    os.mkfifo(folder / "pipe.jsonl")
    for name in HOSTILE:
        answer = asking.get(f"{API}/{name}")
        assert answer.status_code in (400, 404), name
        assert answer.headers["content-type"] == "application/problem+json"
    assert names(asking) == [NAME]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60), st.sampled_from(["", ".jsonl", "/"]))
def test_a_name_is_no_path(asking: TestClient, name: str, end: str) -> None:
    answer = asking.get(f"{API}/{quote(name + end, safe='')}")
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"


UNFIT: tuple[dict[str, Any], ...] = (
    {"catalog": "another"}, {"sequence": 10**6}, {"erasures": 1}, {"bytes": 1}, {"bytes": "2"}, {"sha256": "x\r\ny"},
    {"sha256": None}, {"described": ["x"]}, {"exported_at": 5},
)  # fmt: skip


def test_what_does_not_fit_its_description_is_not_offered(asking: TestClient, file: Path) -> None:
    whole = file.with_name(f"{NAME}.about.json").read_text()
    for members in UNFIT:
        changed(file, **members)
        assert names(asking) == [], members
        assert asking.get(f"{API}/{NAME}").status_code == 404
        file.with_name(f"{NAME}.about.json").write_text(whole)
        assert names(asking) == [NAME]


def test_a_damaged_description_hides_its_file_alone(book: Book, asking: TestClient, file: Path) -> None:
    dumped(book.data_dir, "other.nt")
    for text in ("", "[]", "{", '{"bytes": 5}', "null"):
        file.with_name(f"{NAME}.about.json").write_text(text)
        assert names(asking) == ["other.nt"]


def test_what_is_from_before_an_erasure_is_not_offered(book: Book, asking: TestClient, file: Path) -> None:
    tag = asking.get(f"{API}/{NAME}").headers["etag"]
    with book.writer.erasing(book.writer.names_of([f"{HUB}a/secret"]), DAY.format(2)):
        pass
    assert names(asking) == []
    assert asking.get(f"{API}/{NAME}", headers={"If-None-Match": tag}).status_code == 404
    dumped(book.data_dir, NAME)
    assert names(asking) == [NAME]
    assert "a/secret" not in asking.get(f"{API}/{NAME}").text


def test_an_erasure_deletes_dumps(book: Book, file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "mine.txt"
    elsewhere.touch()
    for name in ("half.nt.part", "without-description.nt"):
        (file.parent / name).touch()
    (file.parent / "link.nt").symlink_to(elsewhere)
    counts, problems = erase(book.data_dir, book.writer, [f"{HUB}a/secret"])
    assert (counts["files of dumps"], problems) == (5, [])
    assert list((book.data_dir / DUMPS).iterdir()) == []
    assert elsewhere.exists()


def test_a_description_is_never_that_of_another_file(book: Book, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is left when an export dies in between is not offered, or is what it is said to be."""
    book.crawl({"3": relative("b/later", "MIT")})

    def died(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", died)
    with pytest.raises(KeyboardInterrupt):
        dumped(book.data_dir, NAME)
    monkeypatch.undo()
    with served(book.data_dir) as client:
        assert names(client) == []


def test_an_export_is_of_one_moment(book: Book, file: Path) -> None:
    about = json.loads(file.with_name(f"{NAME}.about.json").read_bytes())
    assert (about["sequence"], about["erasures"]) == (book.writer.sequence, 0)
    assert about["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_page_shows_what_to_do(book: Book, asking: TestClient, file: Path) -> None:
    dumped(book.data_dir, "all.jsonl.zst")
    shown = asking.get("/dumps").text
    packed = (file.parent / "all.jsonl.zst").read_bytes()
    assert zstandard.decompress(packed, max_output_size=10**6) == file.read_bytes()
    assert f"{asking.base_url}/api/v1/dumps/all.jsonl.zst".replace("//api", "/api") in shown
    assert f"{hashlib.sha256(packed).hexdigest()}  all.jsonl.zst" in shown
    for each in file.parent.iterdir():
        each.unlink()
    assert "There are no dumps at the moment" in asking.get("/dumps").text


def test_without_a_folder_there_are_none(book: Book) -> None:
    with served(book.data_dir) as client:
        assert names(client) == []
        assert client.get(f"{API}/{NAME}").status_code == 404
