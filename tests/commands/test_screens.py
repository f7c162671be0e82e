"""Screens of the commands that answer, on a terminal of 80 columns and on a wide one."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import HUB
from support.families import DATASETS, family, relative, store

from fair4ml.document import Document
from mlentory_crawl.commands.groups import command_of

FLOW = "https://www.openml.org/f/100"
BOARD = "https://boards.test/a-board-with-a-long-address?query=small/tune-8B-GGUF&and=more-than-eighty-columns"

Screen = Callable[..., str]


def value(document: Document, of: str, value: Any, name: str | None = None, **more: str) -> None:
    """Add a value that has no property of its own."""
    iri = f"{document['root']['iri']}#property-{len(document['parts']):016x}"
    named = {} if name is None else {"name": name}
    document["parts"].append({"iri": iri, "class": "PropertyValue", "propertyID": of, "value": value, **named, **more})
    document["root"].setdefault("additionalProperty", []).append(iri)


def evaluation(
    document: Document, dataset: str, metric: str, value: Any, stated: str | None = None, **settings: str
) -> None:
    """Add an evaluation with one result."""
    root = document["root"]
    number = len(document["parts"])
    iri, result = (f"{root['iri']}#{kind}-{number:016x}" for kind in ("evaluation", "result"))
    parts = [
        {"iri": f"{root['iri']}#{name}-{number:016x}", "class": "PropertyValue", "propertyID": name, "value": text}
        for name, text in settings.items()
    ]
    document["parts"] += [
        *parts,
        {
            "iri": iri, "class": "MLModelEvaluation", "name": f"{metric} on {dataset}",
            "evaluatedMLModel": [root["iri"]], "evaluationDataset": [DATASETS + dataset], "evaluationMetrics": [metric],
            "evaluationResults": [result], "isBasedOn": [BOARD], "additionalProperty": [each["iri"] for each in parts],
        },
        {
            "iri": result, "class": "PropertyValue", "propertyID": metric, "value": value,
            **({} if stated is None else {"description": stated}),
        },
    ]  # fmt: skip
    document["stubs"].append({"iri": DATASETS + dataset, "class": "Dataset", "name": dataset})
    root.setdefault("hasEvaluation", []).append(iri)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("screens")
    book = family(folder)
    many = relative("tide/measured-8B", "MIT", **{"tide__base-8B": None})
    value(many, "parameterCount", 8_030_261_248, unitText="parameters")
    value(many, "parameterCount", 8_030_000_000, "BF16", unitText="parameters")
    value(many, "contextLength", 8192, unitText="tokens")
    many["root"]["codeSampleSnippet"] = ["from small import load\n\nif load():\n    print('[bold]ready')"]
    evaluation(many, "bench/words", "wer", 62.03071672354948, config="en", split="test")
    evaluation(many, "bench/lander", "mean_reward", 12.5, "12.5 +/- 3.25")
    other = relative("small/other", "MIT")
    evaluation(other, "bench/words", "wer", 71.5, config="en", split="test")
    for document in (many, other):
        store(book, document)
    flow: Document = {"root": {"iri": FLOW, "class": "MLModel", "name": "sklearn.SVC(1)"}, "parts": [], "stubs": []}
    value(flow, "parameter", 0.25, "C")
    value(flow, "parameter", 100_000, "max_iter")
    value(flow, "parameter_without_default", "gamma", "gamma")
    value(flow, "component", f"{FLOW}1", "kernel")
    store(book, flow)
    for number in range(12):
        store(book, relative(f"crowd/tune-{number:02}", "MIT" if number % 2 else None, **{"tide__base-8B": "adapter"}))
    book.close()
    return folder


@pytest.fixture
def screen(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Screen:
    def run(width: int, name: str, *words: str) -> str:
        monkeypatch.setattr("mlentory_crawl.console.WIDTH", width)
        command, parser = command_of(name), argparse.ArgumentParser()
        command.add_options(parser)
        opts, args = parser.parse_known_args(words)
        assert command({"MLENTORY_DATA_DIR": str(data_dir)}).run(args, opts) == 0
        return capsys.readouterr().out

    return run


def below(text: str, heading: str) -> list[str]:
    """The lines of a section."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(heading)) + 1
    return lines[start : lines.index("", start)]


SCREENS = (
    ("show", "tide/measured-8B"), ("show", "tide/measured-8B", "--why"), ("show", "tide/base-8B"), ("show", FLOW),
    ("show", "other/named-only"), ("lineage", "small/tune-8B-GGUF", "--data", "all"),
    ("lineage", "tide/base-8B", "--down"), ("lineage", "tide/base-8B", "--down", "--format", "licenses"),
    ("compare", "tide/measured-8B", "small/other"),
    ("leaderboard", "--dataset", "bench/words"), ("leaderboard", "--dataset", "bench/words", "--sources"),
)  # fmt: skip


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("words", SCREENS, ids=" ".join)
def test_lines_are_no_longer_than_the_terminal_but_for_single_words(
    screen: Screen, width: int, words: tuple[str, ...]
) -> None:
    for line in screen(width, *words).splitlines():
        assert len(line) <= width or len(line.split()[-1]) > 36, line


def test_values_without_a_property_have_headings(screen: Screen) -> None:
    flow = screen(80, "show", FLOW)
    assert below(flow, "hyperparameters") == ["  C         0.25", "  max_iter  100000"]
    assert below(flow, "hyperparameters without a default") == ["  gamma"]
    assert below(flow, "components") == [f"  kernel  {FLOW}1"]
    model = screen(80, "show", "tide/measured-8B")
    assert below(model, "parameters by type") == ["  BF16  8,030,000,000"]
    assert "\nparameterCount     8,030,261,248\ncontextLength      8,192 tokens\n" in model


def test_evaluations_are_a_table_with_rounded_values_and_spreads(screen: Screen) -> None:
    assert below(screen(80, "show", "tide/measured-8B"), "evaluations (2)") == [
        f"published in  {BOARD}",
        "on                      metric               value",
        "bench/words (en, test)  wer                  62.03",
        "bench/lander            mean_reward  12.5 +/- 3.25",
    ]


def test_children_are_counted_by_kind_and_the_rest_has_its_command(screen: Screen) -> None:
    lines = below(screen(80, "show", "tide/base-8B"), "parent of 14 models (12 adapter, 1 finetune, 1 kind not stated)")
    assert lines[0] == f"  adapter  {HUB}crowd/tune-00"
    assert lines[-1] == "  ... and 4 more: mlentory lineage tide/base-8B --down"
    assert len(lines) == 11


def test_each_fact_names_its_record_by_the_kind_where_there_is_only_one(screen: Screen) -> None:
    shown = " ".join(screen(80, "show", "tide/measured-8B", "--why").split())
    assert "license MIT huggingface/model: cardData.license (looked up)" in shown


def test_a_snippet_keeps_its_lines(screen: Screen) -> None:
    lines = screen(80, "show", "tide/measured-8B").splitlines()
    at = lines.index("codeSampleSnippet  from small import load")
    assert lines[at + 1 : at + 4] == ["", " " * 19 + "if load():", " " * 23 + "print('[bold]ready')"]


def test_records_that_state_a_fact_stand_beside_it_on_a_wide_terminal(screen: Screen) -> None:
    lines = screen(160, "show", "tide/measured-8B", "--why").splitlines()
    license = next(line for line in lines if line.startswith("license"))
    assert " ".join(license.split()) == "license MIT huggingface/model: cardData.license (looked up)"


def test_what_names_an_entity_has_pages(screen: Screen) -> None:
    shown = screen(160, "show", "tide/base-8B", "--why")
    assert shown.endswith(
        "named by entities of huggingface: 5 of 14 shown, with 14 records that name it;"
        " --offset 5 shows the next, --limit more at once\n"
    )
    last = screen(160, "show", "tide/base-8B", "--why", "--limit", "6", "--offset", "12")
    assert last.endswith("named by entities of huggingface: 2 of 14 shown, with 14 records that name it\n")
    place = "    huggingface/model: baseModels.models (linked)"
    assert last.splitlines()[-5:-1] == [
        "  orchard/tune-8B  as its wasDerivedFrom", place, "  tide/measured-8B  as its wasDerivedFrom", place,
    ]  # fmt: skip


def test_a_model_is_not_named_by_its_own_evaluations(screen: Screen) -> None:
    shown = screen(160, "show", "tide/measured-8B", "--why")
    assert "evaluatedMLModel" not in shown
    assert "named by" not in shown
    assert "wasDerivedFrom" in screen(160, "show", "tide/base-8B", "--why")


def test_a_lineage_has_pages_and_a_summary(screen: Screen) -> None:
    first = screen(80, "lineage", "tide/base-8B", "--down", "--limit", "10")
    assert first.count("  adapter") == 10
    assert "\nall derivations: resolved, baseModels.models\n" in first
    assert "\nand 6 more: --offset 10 shows the next\n16 models derived from it\n" in first
    second = screen(80, "lineage", "tide/base-8B", "--down", "--limit", "10", "--offset", "10")
    assert second.count("  adapter") == 2
    assert [" ".join(line.split()) for line in second.splitlines()[-6:-2]] == [
        "license models conflicts", "MIT 7 7", "Apache-2.0 2 1", "no license stated 7"
    ]  # fmt: skip
    assert first.splitlines()[-6:] == second.splitlines()[-6:]
    assert second.endswith("\n8 license conflicts, inherited by 1 model: --licenses shows why\n")
    assert "more" not in second


def test_a_branch_begins_with_its_name_however_long(screen: Screen) -> None:
    lines = screen(40, "lineage", "orchard/tune-8B").splitlines()
    assert lines[:2] == ["orchard/tune-8B  Apache-2.0", "\u2514\u2500\u2500 tide/base-8B  llama3.1, gated"]
    assert screen(8, "lineage", "orchard/tune-8B").splitlines()[2] == "\u2514\u2500\u2500 tide/base-8B"
    assert "No record states what it derives from." in screen(80, "lineage", "tide/base-8B")


def test_conflicts_have_pages_of_their_own(screen: Screen) -> None:
    words = ("lineage", "tide/base-8B", "--down", "--format", "licenses", "--limit", "6")
    assert "and 3 more: --offset 6 shows the next\n" in screen(120, *words)
    rest = screen(120, *words, "--offset", "6")
    assert rest.count("llama3.1\n") == 3
    assert "small/tune-8B-GGUF  Apache-2.0   tide/base-8B      llama3.1\n" in rest
    assert "Not judged, no license stated: " in screen(120, *words)
    assert ", and 4 more (--format json)\n" in screen(120, *words)


def test_long_names_are_given_once_where_models_stand_side_by_side(screen: Screen) -> None:
    names = [f"crowd/tune-{number:02}" for number in range(5)]
    narrow, wide = (screen(width, "compare", *names) for width in (86, 160))
    assert narrow.startswith("1  crowd/tune-00\n2  crowd/tune-01\n")
    assert [line.split() for line in narrow.splitlines() if line.startswith("facts")] == [["facts", *"12345"]]
    assert [line.split() for line in wide.splitlines() if line.startswith("facts")] == [["facts", *names]]


def test_compared_values_are_rounded_and_spreads_are_as_stated(screen: Screen) -> None:
    shown = screen(160, "compare", "tide/measured-8B", "small/other")
    rows = {line.rsplit(maxsplit=2)[0].rstrip(): line.split() for line in shown.splitlines() if " on bench/" in line}
    assert rows["wer on bench/words (en, test)"][-2:] == ["62.03", "71.5"]
    assert "12.5 +/- 3.25" in shown


def test_a_result_is_one_line_and_its_source_is_told_on_request(screen: Screen) -> None:
    lines = screen(80, "leaderboard", "--dataset", "bench/words").splitlines()
    assert lines == [
        "wer on bench/words (config en, split test), of 100, lower is better",
        "   model             value",
        "1  tide/measured-8B  62.03",
        "2  small/other        71.5",
        "for all: stated by huggingface",
        "",
    ]
    told = screen(80, "leaderboard", "--dataset", "bench/words", "--sources").splitlines()
    assert told[3] == f"   {BOARD}"
    assert len(told) == len(lines) + 2
