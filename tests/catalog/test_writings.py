"""What is written about an entity, and what `show` tells of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from support.articles import BLOG, Texts, page, prose, store
from support.catalogs import HUB, Book, model

from fair4ml.describe.likenesses import Alike, relate
from fair4ml.document import Document, document_of
from fair4ml.entities import Article, SocialMediaPosting, Stub
from mlentory_crawl.catalog.queries.description import describe
from mlentory_crawl.catalog.queries.writings import AlikeText, writings
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.groups import command_of
from mlentory_crawl.face import Catalog

FORMER = f"{HUB}acme/Elm-2"
"""The name that a model had before."""
ELM, OAK, CODE = f"{HUB}acme/Elm-3-8B", f"{HUB}acme/Oak-2", "https://github.com/acme/pine"
WHOLE = prose(400, 1)
LAST = WHOLE.splitlines()[-1]
FIRST_LOOK = f"{BLOG}elm-3-8b-a-first-look"


def other(root: Article, *stubs: Stub, alike: Alike | None = None) -> Document:
    """A text that something else than the reader of pages has found, and compared."""
    parts, more = relate(root, [alike] if alike else [])
    return document_of(root, parts, [*stubs, *more], prose(150, 99))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("writings") / "data"
    book = Book(folder)
    coded = [model(f"acme/Pine-{number:02}B") for number in range(12)]
    for each in coded:
        each["root"]["codeRepository"] = [CODE]
        each["stubs"].append({"iri": CODE, "class": "SoftwareSourceCode", "name": "acme/pine"})
    elm = Stub(ELM, "MLModel", "acme/Elm-3-8B")
    post = SocialMediaPosting(
        iri=f"{BLOG}post", url=f"{BLOG}post", description="Elm 3 is [bold]out\x1b[1m.", mentions=[ELM]
    )
    copy = Article(iri=f"{BLOG}copy", name="A copy", url=f"{BLOG}copy")
    book.crawl(
        {
            "1": model("acme/Elm-2"),
            **{str(number): each for number, each in enumerate(coded, 10)},
            "post": other(post, elm),
            "copy": other(copy, alike=Alike(Stub(FIRST_LOOK, "Article", "Elm 3 8B: a first look"), 0.93)),
        }
    )
    book.crawl({"1": model("acme/Elm-3-8B")})
    book.close()
    with Texts(folder) as texts:
        links = [ELM, f"{OAK}/tree/main", "https://arxiv.org/abs/2401.00001", CODE]
        texts.add(page("elm-3-8b-a-first-look", WHOLE, title="Elm 3 8B: a first look", subtitle="It is", links=links))
        texts.add(page("week", prose(200, 2), links=[ELM, OAK], published="2026-03-09", authors=[{"name": "Bob"}]))
        texts.add(page("undated", prose(200, 3), links=[FORMER], published=None, site_name=None))
        for number in range(9):
            texts.add(page(f"part-{number}", prose(200, 10 + number), links=[ELM], published=f"2025-01-0{number + 1}"))
    return folder


@pytest.fixture
def reader(data_dir: Path) -> Iterator[CatalogReader]:
    with closing(CatalogReader(data_dir)) as opened:
        yield opened


def test_the_newest_texts_come_first_and_those_without_a_date_last(reader: CatalogReader) -> None:
    found = writings(reader, ELM, most=20)
    names = [each.iri.removeprefix(BLOG) for each in found.newest]
    parts = [f"part-{number}" for number in range(8, -1, -1)]
    assert names == ["week", "elm-3-8b-a-first-look", *parts, "post", "undated"]
    assert found.count == len(names)
    week, look = found.newest[:2]
    assert (week.type, week.name, week.authors, week.date) == ("Article", "Week", ["Bob"], "2026-03-09")
    assert (week.site, week.how) == ("A made-up blog", "mentions")
    assert (look.authors, look.how) == (["Ada Example"], "about")
    post = found.newest[-2]
    assert (post.type, post.name, post.authors, post.date) == (
        "SocialMediaPosting",
        "Elm 3 is [bold]out\x1b[1m.",
        [],
        None,
    )


def test_ten_are_returned_and_all_are_counted(reader: CatalogReader) -> None:
    found = writings(reader, ELM)
    assert (found.count, len(found.newest)) == (13, 10)
    assert writings(reader, OAK).count == 2  # only named
    assert writings(reader, f"{HUB}acme/nothing").count == 0


def test_a_repository_knows_the_models_that_it_is_the_code_of(reader: CatalogReader) -> None:
    found = describe(reader, "https://github.com/acme/pine")
    assert (found.code_of.count, len(found.code_of.models)) == (12, 10)
    assert found.code_of.models[0] == (f"{HUB}acme/Pine-00B", "acme/Pine-00B")
    assert [each.iri for each in found.written.newest] == [FIRST_LOOK]
    assert describe(reader, ELM).code_of.count == 0


def test_likeness_is_told_from_both_sides(reader: CatalogReader) -> None:
    assert describe(reader, FIRST_LOOK).alike == [AlikeText(f"{BLOG}copy", "A copy", 0.93)]
    assert describe(reader, f"{BLOG}copy").alike == [AlikeText(FIRST_LOOK, "Elm 3 8B: a first look", 0.93)]
    assert describe(reader, ELM).alike == []


def test_json_has_them_and_never_the_text(data_dir: Path) -> None:
    with Catalog({"MLENTORY_DATA_DIR": str(data_dir)}) as catalog:
        of_model, of_text = (catalog.model(name).to_dict() for name in (ELM, FIRST_LOOK))
    assert of_model["written"]["count"] == 13
    assert of_model["written"]["newest"][0]["iri"] == f"{BLOG}week"
    assert of_model["codeOf"] == {"count": 0, "models": []}
    assert of_text["alike"] == [{"iri": f"{BLOG}copy", "name": "A copy", "likeness": 0.93}]
    assert "text" not in of_text
    assert LAST not in orjson.dumps(of_text).decode()


def test_changes_have_no_text(data_dir: Path) -> None:
    with Catalog({"MLENTORY_DATA_DIR": str(data_dir)}) as catalog:
        changed = {each.iri: each.state for each in catalog.changes().changes}
    state = changed[FIRST_LOOK]
    assert state is not None
    assert "text" not in state
    assert state["root"]["name"] == "Elm 3 8B: a first look"


def test_texts_are_stored_where_they_cannot_be_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mlentory_crawl.catalog.likeness.find_spec", lambda name: None)
    store(tmp_path, [page("a", WHOLE), page("b", WHOLE)])
    with closing(CatalogReader(tmp_path)) as reader:
        assert [state["root"].get("relation") for state, _ in reader.states()] == [None, None]
    told = [record.message for record in caplog.records if "compared" in record.message]
    assert len(told) == 1
    assert told[0].endswith("'mlentory-crawl[documents]'")


Screen = Callable[..., str]


@pytest.fixture
def screen(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Screen:
    def run(*words: str) -> str:
        command, parser = command_of("show"), argparse.ArgumentParser()
        command.add_options(parser)
        opts, args = parser.parse_known_args(words)
        assert command({"MLENTORY_DATA_DIR": str(data_dir)}).run(args, opts) == 0
        return capsys.readouterr().out

    return run


def section(text: str, heading: str) -> list[str]:
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(heading)) + 1
    return lines[start : lines.index("", start)]


def test_a_model_shows_what_is_written_about_it(screen: Screen) -> None:
    lines = section(screen(ELM), "written about it (13)")
    assert lines[0].split() == ["date", "title", "by"]
    assert lines[1].split("  ")[0] == "2026-03-09"
    assert lines[1].endswith("Bob, A made-up blog")
    assert lines[2].strip() == f"{BLOG}week (article, mentions it)"
    assert lines[4].strip() == f"{FIRST_LOOK} (article, about it)"
    assert lines[-1] == "  ... and 3 more"


def test_a_text_shows_its_author_first_and_what_it_is_about(screen: Screen) -> None:
    shown = screen(FIRST_LOOK)
    lines = shown.splitlines()
    assert lines[:2] == ["Elm 3 8B: a first look", f"Article  {FIRST_LOOK}"]
    assert [line.split()[0] for line in lines[3:5]] == ["author", "datePublished"]
    assert any(line.split() == ["siteName", "A", "made-up", "blog"] for line in lines)
    assert section(shown, "about (1)")[0].split() == ["model", "acme/Elm-3-8B", ELM]
    assert [line.split()[:2] for line in section(shown, "mentions (3)")] == [
        ["model", "acme/Oak-2"], ["paper", "arXiv:2401.00001"], ["repository", "acme/pine"],
    ]  # fmt: skip
    assert section(shown, "nearly the same text (1)") == [" 93%  A copy".strip(), f"     {BLOG}copy"]
    assert "textSimilarity" not in shown


@pytest.mark.parametrize("words", [(), ("--why",), ("--format", "ttl"), ("--format", "jsonld"), ("--json",)])
def test_no_form_of_it_has_the_whole_text(screen: Screen, words: tuple[str, ...]) -> None:
    shown = screen(FIRST_LOOK, *words)
    assert WHOLE.split(".")[0] in shown  # the excerpt
    assert LAST not in shown


def test_what_strangers_wrote_is_text(screen: Screen) -> None:
    shown = screen(f"{BLOG}post")
    assert "Elm 3 is [bold]out" in shown
    assert "\x1b" not in shown
