"""Searches for texts, as they are shown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.articles import page, prose, store
from support.catalogs import Book, model

from mlentory_crawl.commands.groups import command_of
from mlentory_crawl.commands.option_types import NAMES, class_name
from mlentory_crawl.projections.registry import sync

Search = Callable[..., str]
SETTINGS = {"ELASTICSEARCH_URL": None, "NEO4J_URI": None, "MONGODB_URI": None}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("search-texts") / "data"
    book = Book(folder)
    book.crawl({"1": model("acme/Elm-3-8B", description="A model of the zymurgist."), "2": model("acme/oak")})
    book.close()
    long = "Nobody has ever described this in fewer words, " * 8 + "and so on."
    store(
        folder,
        [
            page("old", f"The zymurgist. {prose(120, 1)}", published="2025-01-02", description="An old one."),
            page("new", f"A zymurgist. {prose(120, 2)}", published="2026-01-02", description=long),
            page("other", prose(120, 3), published=None, authors=[{"name": "Bob"}, {"name": "Cleo"}, {"name": "Dan"}]),
        ],
    )
    settings = {**SETTINGS, "MLENTORY_DATA_DIR": str(folder)}
    sync("search", settings, rebuild=False, on_batch=lambda _: None)
    return folder


@pytest.fixture
def search(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Search:
    monkeypatch.setattr("mlentory_crawl.console.WIDTH", 120)

    def run(*words: str) -> str:
        command, parser = command_of("search"), argparse.ArgumentParser()
        command.add_options(parser)
        opts, args = parser.parse_known_args(words)
        assert command({**SETTINGS, "MLENTORY_DATA_DIR": str(data_dir)}).run(args, opts) == 0
        return capsys.readouterr().out

    return run


def test_a_text_that_has_the_words_shows_how_it_describes_itself(search: Search) -> None:
    lines = search("zymurgist").splitlines()
    assert lines[1].split() == ["1", "acme/Elm-3-8B", "MLModel"]  # what describes itself so comes first
    assert "zymurgist" in lines[2]
    old = next(number for number, line in enumerate(lines) if "Old" in line.split())
    assert lines[old].split()[2:] == ["Article", "Ada", "Example", "2025-01-02"]
    assert lines[old + 1].strip() == "An old one."
    excerpt = " ".join(" ".join(lines).split("2026-01-02")[1].split())
    assert excerpt.startswith("Nobody has ever described this")
    assert " …" in excerpt[:220]


def test_without_words_texts_are_sorted_by_date(search: Search) -> None:
    shown = search("--type", "article")
    lines = [line.split()[1] for line in shown.splitlines()[1:4]]
    assert lines == ["New", "Old", "Other"]
    assert "by date of publication" in shown
    assert "Bob, Cleo +1" in shown
    assert "by downloads" in search("--type", "article", "--type", "model")


def test_texts_are_narrowed_down(search: Search) -> None:
    found = json.loads(search("--published-after", "2026", "--author", "ada example", "--json"))
    assert [hit["name"] for hit in found["hits"]] == ["New"]
    assert "text" not in found["hits"][0]


@pytest.mark.parametrize(
    ("noun", "name"),
    [
        ("paper", "ScholarlyArticle"),
        ("article", "Article"),
        ("Post", "SocialMediaPosting"),
        ("repository", "SoftwareSourceCode"),
        ("user", "Person"),
        ("person", "Person"),
        ("ScholarlyArticle", "ScholarlyArticle"),
        ("socialmediaposting", "SocialMediaPosting"),
    ],
)
def test_types_have_plain_names(noun: str, name: str) -> None:
    assert class_name(noun) == name


def test_all_plain_names_are_told() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=", ".join(NAMES)):
        class_name("essay")
