"""Who has an ORCID iD is erased everywhere; who has a name only is not, and that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zstandard
from support.ai4life_server import artifact, served_zoo
from support.crawling import Project
from support.erasing import erased, without_marks
from support.openml_server import OpenML

from mlentory_crawl.catalog.erasure import Marks
from mlentory_crawl.erasure.redactor import Redactor

ADA = "https://orcid.org/0000-0002-1825-0097"
BEN = {"name": "Ben Halm"}


def left(data_dir: Path, *names: str) -> dict[str, list[str]]:
    """The names that are anywhere in a data directory, by file; but for the marks."""
    found = {}
    for path in sorted(path for path in data_dir.rglob("*") if path.is_file() and path.suffix != ".sqlite-shm"):
        text = without_marks(path) if path.name == "catalog.sqlite" else path.read_bytes()
        if path.suffix == ".zst":
            text = zstandard.ZstdDecompressor().decompressobj().decompress(text)
        if there := [name for name in names if name.encode() in text]:
            found[str(path.relative_to(data_dir))] = there
    return found


def test_a_person_with_an_orcid_is_nowhere_any_more(tmp_path: Path) -> None:
    authors = [{"name": "Ada Example", "orcid": "0000-0002-1825-0097"}, BEN]
    with served_zoo([artifact("one", authors=authors), artifact("two")]) as server:
        project = Project(tmp_path / "data", "http://127.0.0.1:9", AI4LIFE_ENDPOINT=server.url)
        project.crawl(spider="ai4life")
        assert left(project.data_dir, "Ada Example", "1825-0097")
        erased(project, ADA)
        assert left(project.data_dir, "Ada Example", "1825-0097") == {}
        project.crawl(spider="ai4life")
        assert left(project.data_dir, "Ada Example", "1825-0097") == {}
    exported = project.export("after.jsonl")
    assert b"Ben Halm" in exported
    again = Project(tmp_path / "again", "http://127.0.0.1:9")
    assert again.scrapy("replay", "--all", "--from", project.data_dir).returncode == 0
    assert again.export("again.jsonl") == exported


def test_what_names_somebody_by_it_goes_as_a_whole() -> None:
    redactor = Redactor(Marks(frozenset([ADA])), "ai4life")
    answer = {
        "authors": [{"name": "Ada Example", "orcid": "0000-0002-1825-0097"}, BEN, "Ada Example"],
        "packager": {"name": "Ada", "link": f"{ADA}"},
        "other": {"name": "Carl", "orcid": "0000-0001-5109-3700"},
    }
    body = redactor.without("https://zoo.example/artifacts", json.dumps(answer).encode())
    assert body is not None
    # Whose name it is that stands alone, nobody can tell.
    assert json.loads(body) == {"authors": [BEN, "Ada Example"], "other": answer["other"]}
    assert redactor.kept(answer) == json.loads(body)


@pytest.mark.parametrize("asked", ["part", "name"])
def test_who_is_told_by_name_only_cannot_be_told(tmp_path: Path, asked: str) -> None:
    with OpenML.small().served() as url:
        project = Project(tmp_path / "data", "http://127.0.0.1:9", OPENML_ENDPOINT=url)
        quick = ("-s", "DOWNLOAD_SLOTS={}")
        assert project.scrapy("crawl", "openml", "-a", "mode=census", *quick).returncode == 0
    things = [json.loads(line) for line in project.export("all.jsonl").splitlines()]
    agent = next(part for thing in things for part in thing["parts"] if part["class"] == "Agent")
    before = project.export("before.jsonl")
    for words in ([], ["--mark"]):
        done = project.scrapy("erase", agent["iri"] if asked == "part" else agent["name"], *words)
        assert done.returncode == 2
        assert "is erased with the records that name it" in done.stderr
        assert "Traceback" not in done.stderr
    assert project.export("after.jsonl") == before
