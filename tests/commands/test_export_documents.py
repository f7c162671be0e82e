"""Exports of texts as documents, and exports of the graph, which have no text."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from support.articles import BLOG, Texts, page, prose
from support.catalogs import Book, model

from fair4ml.write.document_classes import ArticleDocument, UserDocument
from fair4ml.write.documents import documents_of
from mlentory_crawl.commands.export import Command
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.exporters.formats import FORMATS
from mlentory_crawl.projections.run_files import RunFiles

needs_parquet = pytest.mark.extra(name="parquet")
ELM = "https://huggingface.co/acme/Elm-3-8B"
TEXT = prose(300, 1)
LAST = TEXT.splitlines()[-1]
FILES = ("ArticleDocument.json", "PostDocument.json", "RepositoryDocument.json", "UserDocument.json")

Export = Callable[..., Path]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("documents") / "data"
    book = Book(folder)
    book.crawl({"1": model("acme/Elm-3-8B")})
    book.close()
    with Texts(folder) as texts:
        texts.add(
            page("elm", TEXT, title="Elm 3 8B", subtitle="A look", links=[ELM], license="CC-BY-4.0"),
            seed={"user_full_name": "Paula Example", "file": "seeds.yaml"},
        )
        texts.add(page("second", prose(200, 2), authors=[{"name": "Bob Other"}], language="de", published=None))
        texts.add(page("forbidden", prose(200, 3), noai=True, authors=[{"name": "Carl Forbids", "url": f"{BLOG}carl"}]))
        texts.add(page("excerpt", None, description="Only this is kept.", authors=[{"name": "Dora Keeps"}]))
    return folder


@pytest.fixture
def export(data_dir: Path, tmp_path: Path) -> Export:
    def run(name: str, *words: str, code: int = 0) -> Path:
        parser = argparse.ArgumentParser()
        Command.add_options(parser)
        opts, args = parser.parse_known_args([str(tmp_path / name) if name != "-" else name, *words])
        assert Command({"MLENTORY_DATA_DIR": str(data_dir)}).run(args, opts) == code
        return tmp_path / name

    return run


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def about(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_bytes())
    return told


def test_a_row_has_the_text_and_what_is_known_of_it(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    path = export("texts.jsonl", "--documents")
    elm, second = rows(path)
    assert elm == {
        "id": elm["id"],
        "url": f"{BLOG}elm",
        "type": "Article",
        "title": "Elm 3 8B",
        "authors": ["Ada Example"],
        "published": "2026-03-04",
        "modified": None,
        "language": "en",
        "license": ["https://spdx.org/licenses/CC-BY-4.0"],
        "tags": ["models"],
        "platform": "article",
        "site": "A made-up blog",
        "source_author": "Paula Example",
        "fetched_at": "2026-03-05T00:00:00Z",
        "description": elm["description"],
        "text": TEXT,
        "mentions": [ELM],
        "alike": [],
    }
    assert (second["title"], second["source_author"], second["published"]) == ("Second", None, None)
    shown = " ".join(capsys.readouterr().out.split())
    assert "2 documents in" in shown
    assert "1 left out (noai); 1 left out (without a text)" in shown


def test_the_description_of_the_file_says_what_is_left_out(export: Export) -> None:
    path = export("texts.jsonl", "--documents", "--language", "de")
    told = about(path.with_name("texts.jsonl.about.json"))
    assert told["described"] == {"Article": 1}
    assert (told["documents"], told["left_out"], told["where"]) == (True, {}, {"language": ["de"]})
    assert "belongs to its author" in told["license"]
    assert "vocabularies" not in told
    everything = about(export("all.jsonl", "--documents").with_name("all.jsonl.about.json"))
    assert everything["left_out"] == {"noai": 1, "without a text": 1}


def test_formats_of_rows_agree(export: Export) -> None:
    expected = rows(export("a.jsonl", "--documents"))
    assert json.loads(export("a.json", "--documents").read_bytes()) == expected
    packed = export("a.jsonl.zst", "--documents").read_bytes()
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)) as reader:
        assert [json.loads(line) for line in reader.read().splitlines()] == expected
    assert rows(export("a.txt", "--documents", "--format", "jsonl")) == expected


@needs_parquet
def test_parquet_has_typed_columns(export: Export) -> None:
    from pyarrow import parquet

    table = parquet.read_table(export("a.parquet", "--documents"))
    expected = rows(export("a.jsonl", "--documents"))
    assert table.column_names == list(expected[0])
    assert table.column("text").to_pylist() == [each["text"] for each in expected]
    assert table.column("mentions").to_pylist() == [each["mentions"] for each in expected]
    assert f"{table.column('published').to_pylist()[0]:%Y-%m-%d %Z}" == "2026-03-04 UTC"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("x.ttl", "--documents"), r"x.ttl: expected a name that ends with one of .jsonl .jsonlines"),
        (("x", "--documents", "--format", "csv"), r"--documents: expected one of jsonl, .* got csv"),
        (("x.jsonl", "--documents", "--counters"), r"--provenance and --counters are for exports without --documents"),
        (("x", "--format", "llm-twin", "--provenance"), r"--provenance and --counters are for exports without"),
        (("-", "--format", "llm-twin"), r"llm-twin is a folder of files"),
    ],
)
def test_wrong_usage(export: Export, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        export(*words)


def test_a_folder_that_cannot_be_made_is_named(export: Export, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(WrongUsage, match=r"taken cannot be made: File exists"):
        export("taken", "--format", "llm-twin")


# LLM Twin


def test_the_files_are_those_of_llm_twin(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    folder = export("twin", "--format", "llm-twin")
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, "about.json"])
    articles, posts, repositories, users = (json.loads((folder / name).read_bytes()) for name in FILES)
    assert (posts, repositories) == ([], [])
    elm, second = articles
    assert elm["content"] == {"Title": "Elm 3 8B", "Subtitle": "A look", "Content": TEXT, "language": "en"}
    assert (elm["platform"], elm["author_full_name"], elm["link"]) == ("article", "Ada Example", f"{BLOG}elm")
    assert (elm["published_at"], elm["source_author"], elm["mentions"]) == ("2026-03-04", "Paula Example", [ELM])
    # Those who wrote texts that are left out are left out with them.
    assert [(user["first_name"], user["last_name"]) for user in users] == [("Ada", "Example"), ("Bob", "Other")]
    assert {elm["author_id"], second["author_id"]} == {user["_id"] for user in users}
    assert about(folder / "about.json")["left_out"] == {"noai": 1, "without a text": 1}
    assert "2 in ArticleDocument.json, 2 in UserDocument.json" in capsys.readouterr().out


def test_its_classes_read_them(export: Export) -> None:
    folder = export("twin", "--format", "llm-twin")
    articles, users = (json.loads((folder / name).read_bytes()) for name in (FILES[0], FILES[3]))
    read = [ArticleDocument.from_mongo(each) for each in articles]
    assert [each.content["Title"] for each in read] == ["Elm 3 8B", "Second"]
    assert [UserDocument.from_mongo(each).full_name for each in users] == ["Ada Example", "Bob Other"]


def test_the_same_content_gives_the_same_bytes_and_other_files_stay(export: Export) -> None:
    first = {path.name: path.read_bytes() for path in export("one", "--format", "llm-twin").iterdir()}
    folder = export("two", "--format", "llm-twin")
    (folder / "notes.txt").write_text("mine")
    again = {path.name: path.read_bytes() for path in export("two", "--format", "llm-twin").iterdir()}
    assert again.pop("notes.txt") == b"mine"
    assert {name: text for name, text in again.items() if name in FILES} == {
        name: text for name, text in first.items() if name in FILES
    }


def test_what_fails_halfway_leaves_nothing_new(
    export: Export, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = export("twin", "--format", "llm-twin")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def fails(state: Any, provenance: Any) -> Any:
        if state["root"]["iri"].endswith("second"):
            raise OSError("the disk is full")
        return documents_of(state, provenance)

    monkeypatch.setattr("mlentory_crawl.commands.documents_export.documents_of", fails)
    export("twin", "--format", "llm-twin", code=1)
    assert "twin could not be written: the disk is full" in " ".join(capsys.readouterr().err.split())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# The graph


@pytest.mark.parametrize(
    "ending", [each if each != ".parquet" else pytest.param(each, marks=needs_parquet) for each in FORMATS]
)
def test_no_export_of_the_graph_has_a_text(export: Export, ending: str) -> None:
    written = export(f"graph{ending}").read_bytes()
    if ending == ".jsonl.zst":
        written = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(written)).read()
    elif ending == ".parquet":
        from pyarrow import parquet

        written = str(parquet.read_table(export(f"graph{ending}")).to_pylist()).encode()
    assert LAST.encode() not in written
    assert b"Elm 3 8B" in written
    assert TEXT.split(".")[0].encode() in written  # the excerpt


def test_no_file_of_a_run_has_a_text(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with Texts(data_dir) as texts:
        texts.add(page("elm", TEXT, title="Elm 3 8B"))
        run = texts.run.name
    files = RunFiles(data_dir, run)
    while files.step():
        pass
    files.flush()
    files.close()
    written = [path for path in data_dir.rglob(f"{run}.*") if "raw" not in path.parts]
    assert {path.parent.parent.name for path in written} == {"rdf", "normalized"}
    for path in written:
        text = path.read_bytes()
        if path.suffix == ".zst":
            text = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(text)).read()
        assert b"Elm 3 8B" in text
        assert LAST.encode() not in text
