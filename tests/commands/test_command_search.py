from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
from conftest import ROOT, RunScrapy
from scrapy.cmdline import execute
from scrapy.settings import Settings
from suites.search_changes import HUB, MODELS, change
from suites.store import FAR

from mlentory_crawl.stores.search.tantivy.store import TantivyStore


@pytest.fixture
def filled(data_dir: Path) -> None:
    """A data directory whose search index has `MODELS`, a dataset, and a model with a hostile name."""
    dataset = change("d", "wikimedia/wikipedia", kind="Dataset", license=["CC-BY-SA-3.0"])
    hostile = change("h", "evil/\x1b[31m[red]\u202e", mlTask=["[bold]task"], keywords=["hostile"])
    store = TantivyStore(data_dir / "search")
    store.open()
    assert store.write([*MODELS, dataset, hostile], FAR) == []
    store.flush()
    store.close()


class Ran(NamedTuple):
    """What became of a command."""

    code: object
    out: str
    err: str

    def told(self) -> dict[str, Any]:
        """What it printed, which is JSON and nothing else."""
        assert (self.code, self.err) == (0, "")
        answer: dict[str, Any] = json.loads(self.out)
        assert list(answer) == [
            *("total", "hits", "facets", "suggestion", "unstated", "unknown", "sort", "filters", "histograms")
        ]
        return answer


class Search(Protocol):
    """Runs ``scrapy search`` with these arguments in this process, which takes no time to start."""

    def __call__(self, *args: str) -> Ran: ...


@pytest.fixture
def search(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Search:
    monkeypatch.chdir(ROOT)

    def run(*args: str) -> Ran:
        settings = Settings()
        settings.setmodule("mlentory_crawl.settings")
        settings.set("MLENTORY_DATA_DIR", str(data_dir), priority="cmdline")
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", "search", *args], settings)
        return Ran(ended.value.code, *capsys.readouterr())

    return run


@pytest.mark.usefixtures("filled")
def test_prints_a_table_for_people(search: Search) -> None:
    run = search("google-bert", "uncased")
    assert (run.code, run.err) == (0, "")
    row = next(line for line in run.out.splitlines() if "google-bert/bert-base-uncased" in line)
    assert row.split() == [
        "1", "google-bert/bert-base-uncased", "fill-mask", "Apache-2.0", "110.1M", "60M", "2K", "2024-02-19",
    ]  # fmt: skip
    assert "1 to 1 of 1 found" in run.out


@pytest.mark.usefixtures("filled")
def test_shows_another_spelling_and_where_the_words_are(search: Search) -> None:
    run = search("maskd", "language", "modeling")
    assert "Found instead: masked language modeling" in run.out
    assert "Pretrained on English text with masked language modeling." in run.out
    answer = search("wisper", "--json").told()
    assert answer["suggestion"] == "whisper"
    assert answer["hits"][0]["highlight"] == {"name": {"text": "openai/whisper-tiny", "matches": [[7, 14]]}}


@pytest.mark.usefixtures("filled")
def test_prints_json_for_programs(search: Search) -> None:
    answer = search("whisper", "--json").told()
    assert answer["total"] == 1
    assert answer["hits"][0]["iri"] == f"{HUB}openai/whisper-tiny"
    assert answer["hits"][0]["parameters"] == 37_760_640
    assert answer["hits"][0]["score"] > 0
    assert answer["facets"] == {}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("args", "names"),
    [
        (
            "--task fill-mask --task text-classification --sort name",
            "RoBERTa-large bert-base-uncased bert-german-sentiment",
        ),
        ("--license mit", "RoBERTa-large"),
        ("--library Transformers --language de", "whisper-tiny"),
        ("--author openai --platform huggingface", "whisper-tiny"),
        ("--dataset bookcorpus", "bert-base-uncased"),
        ("--keyword exbert", "bert-base-uncased"),
        ("--base-model google-bert/bert-base-uncased", "bert-german-sentiment"),
        ("--type dataset", "wikipedia"),
        ("--type mlmodel --license cc-by-sa-3.0", ""),
        ("--min-parameters 100M --max-parameters 0.2B", "bert-base-uncased"),
        ("--min-downloads 1 --max-downloads 500k", "whisper-tiny"),
        ("--min-likes 1000", "bert-base-uncased"),
        ("--modified-after 2024-02-20", "whisper-tiny"),
        ("--modified-before 2023", "bert-german-sentiment"),
        ("--created-after 2022-09 --created-before 2022-09-26", "whisper-tiny"),
        ("--sort parameters --limit 1 --offset 1", "bert-base-uncased"),
        ("bert --sort likes --limit 1", "bert-base-uncased"),
        ("--limit 2", "bert-base-uncased RoBERTa-large"),
        ("--where base-model=google-bert/bert-base-uncased", "bert-german-sentiment"),
        ("--where task=fill-mask --task text-classification --license mit", "RoBERTa-large"),
        ("--without license --has task --language de", "bert-german-sentiment"),
        ("--has description --has parameters", "bert-base-uncased"),
    ],
)
def test_options_narrow_down(search: Search, args: str, names: str) -> None:
    assert [hit["name"].rpartition("/")[2] for hit in search(*args.split(), "--json").told()["hits"]] == names.split()


@pytest.mark.usefixtures("filled")
def test_counts_by_the_usual_facets(search: Search) -> None:
    facets = search("--license", "mit", "--facets", "--json").told()["facets"]
    assert list(facets) == ["task", "license", "library", "language", "author", "platform", "type"]
    assert facets["license"] == {"Apache-2.0": 2, "CC-BY-SA-3.0": 1, "MIT": 1}
    assert facets["task"] == {"fill-mask": 1}
    run = search("--facets")
    assert "automatic-speech-recognition  1" in run.out


@pytest.mark.usefixtures("filled")
def test_says_what_the_counts_of_a_facet_are_of(search: Search) -> None:
    told = "The counts by task, license are those without --task and --license."
    assert told in search("--license", "mit", "--task", "fill-mask", "--facets").out
    assert "The counts by" not in search("--min-likes", "1", "--facets").out
    assert "The counts by" not in search("--license", "mit").out


@pytest.mark.usefixtures("filled")
def test_where_there_is_no_room_beside_it_facts_stand_below_the_name(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlentory_crawl.console.WIDTH", 60)
    run = search("masked", "language", "modeling", "uncased")
    assert run.out.splitlines()[:4] == [
        "   name",
        "1  google-bert/bert-base-uncased",
        "   fill-mask \u00b7 Apache-2.0 \u00b7 110.1M parameters \u00b7 60M",
        "   downloads \u00b7 2K likes \u00b7 2024-02-19",
    ]
    assert "   Pretrained on English text with masked language modeling." in run.out
    assert all(len(line) <= 60 or len(line.split()) == 1 for line in search().out.splitlines())


@pytest.mark.usefixtures("filled")
def test_says_the_type_where_there_are_several(search: Search) -> None:
    lines = search().out.splitlines()
    assert lines[0].split()[:2] == ["name", "type"]
    assert "7 found" in lines[-1]
    assert "Dataset" in next(line for line in lines if "wikimedia/wikipedia" in line)


@pytest.mark.usefixtures("filled")
def test_says_how_to_go_on(search: Search) -> None:
    assert "3 to 4 of 7 found, by downloads; --offset 4 shows the next" in search("--limit", "2", "--offset", "2").out
    assert search("--limit", "0").out == "7 found\n"


@pytest.mark.usefixtures("filled")
def test_finding_nothing_is_no_failure(search: Search) -> None:
    run = search("zyxwvut")
    assert (run.code, run.out, run.err) == (0, "Nothing found.\n", "")


@pytest.mark.usefixtures("filled")
def test_says_how_many_are_left_out_for_want_of_a_number(search: Search) -> None:
    # The dataset is of a type that has no parameters.
    run = search("--min-parameters", "100M", "--max-parameters", "0.2B")
    assert run.out.splitlines()[-1] == (
        "3 more match but state no parameter count; --without parameters instead of --min-parameters and"
        " --max-parameters shows them."
    )
    answer = search("--min-parameters", "1", "--created-after", "2022-09", "--json").told()
    assert answer["unstated"] == {}
    assert search("--modified-after", "2024", "--language", "zh", "--json").told()["unstated"] == {"modified": 1}
    assert "1 more matches but states no date of modification; --without modified instead of --modified-after" in (
        search("--modified-after", "2024", "--language", "zh").out
    )


@pytest.mark.usefixtures("filled")
def test_says_which_value_nothing_has(search: Search) -> None:
    run = search("--license", "apache", "--type", "model")
    assert run.code == 0
    assert run.out.splitlines() == ["Nothing found.", "No model has the license 'apache'; did you mean Apache-2.0 (2)?"]
    assert search("--library", "transfomers").out.endswith("'transfomers'; did you mean transformers (3)?\n")
    assert search("--base-model", "bert-base-uncased", "--json").told()["unknown"] == [
        {"field": "base_model", "value": "bert-base-uncased", "near": {"google-bert/bert-base-uncased": 1}}
    ]
    assert search("--license", "xyzzy").out == "Nothing found.\nNothing has the license 'xyzzy'.\n"
    assert "has the" not in search("--license", "mit", "--language", "zh").out, "each of these exists"
    some = search("--license", "apache", "--license", "MIT").out
    assert "1 to 1 of 1 found" in some
    assert "Nothing has the license 'apache'; did you mean Apache-2.0 (2)?" in some


@pytest.mark.usefixtures("filled")
def test_the_order_is_said(search: Search) -> None:
    assert search("--json").told()["sort"] == "downloads"
    assert search("bert", "--json").told()["sort"] == "relevance"
    assert "1 to 7 of 7 found, by downloads" in search().out
    assert "3 found, by likes" in search("bert", "--sort", "likes").out
    assert ", by" not in search("bert").out


@pytest.mark.usefixtures("filled")
def test_a_misspelled_option_is_no_other_one(search: Search) -> None:
    for word, told in (("--licence=mit", "--license"), ("--min-params", "--min-parameters"), ("--lic", "--license")):
        run = search("bert", word)
        assert (run.code, run.out) == (2, "")
        assert f"there is no option {word}; did you mean {told}?" in run.err
    assert "there is no option --xyzzy\n" in search("--xyzzy").err


@pytest.mark.usefixtures("filled")
def test_a_terminal_obeys_no_name(search: Search) -> None:
    run = search("hostile")
    assert run.code == 0
    assert "evil/\ufffd[31m[red]" in run.out
    assert "[bold]task" in run.out
    assert "\x1b" not in run.out
    assert "\u202e" not in run.out


def test_says_in_one_line_that_there_is_no_index(search: Search, data_dir: Path) -> None:
    for options in ((), ("--json",)):
        run = search("bert", *options)
        assert (run.code, run.out) == (1, "")
        assert run.err.count("\n") == 1
        assert "no search index" in run.err
    assert not data_dir.exists()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "args",
    [
        "--limit -1",
        "--offset x",
        "--sort size",
        "--type animal",
        "--min-parameters many",
        "--modified-after yesterday",
        "--lisence mit",
        "--lic mit",
        "--has size",
        "--where license",
        "--without parameters --min-parameters 1",
        "--without parameters --has parameters",
        "--without license --license MIT",
    ],
)
def test_wrong_usage_is_said(search: Search, args: str) -> None:
    run = search("bert", *args.split())
    assert run.code == 2
    assert "error: " in run.err
    assert "Traceback" not in run.err


@pytest.mark.usefixtures("filled")
def test_reads_the_data_directory_of_the_environment(scrapy: RunScrapy) -> None:
    run = scrapy("search", "whisper", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["total"] == 1
