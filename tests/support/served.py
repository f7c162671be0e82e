"""A small catalog to serve: a family with results and a history, and a model whose every text is hostile."""

from __future__ import annotations

import argparse
import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from fair4ml.document import Document
from mlentory_crawl.commands.export import Command
from mlentory_crawl.config.variables import VARIABLES
from mlentory_crawl.data_directory import DUMPS
from mlentory_crawl.projections.registry import sync
from support.catalogs import HUB, Book
from support.families import relative, using

EXAM = f"{HUB}datasets/bench/exam"
TASK = "https://w3id.org/mlentory/tasks#text-generation"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=pwned()>\u202e\x1b[31m\r\nSet-Cookie: a=b"
"""A text that would be markup, a header, a command to a terminal, if it were taken for one."""


def evaluated(document: Document, value: float) -> Document:
    """The model with a result on the exam."""
    iri = f"{document['root']['iri']}#evaluation-00"
    document["root"]["hasEvaluation"] = [iri]
    document["parts"] += [
        {
            "iri": iri, "class": "MLModelEvaluation", "evaluatedMLModel": [document["root"]["iri"]],
            "evaluationDataset": [EXAM], "evaluationResults": [f"{iri}-result"],
        },
        {"iri": f"{iri}-result", "class": "PropertyValue", "propertyID": "accuracy", "value": value},
    ]  # fmt: skip
    document["stubs"].append({"iri": EXAM, "class": "Dataset", "name": "bench/exam"})
    return document


def about(document: Document, owner: str) -> Document:
    """The model with a task and an owner."""
    document["root"] |= {"mlTask": [TASK], "sharedBy": [HUB + owner]}
    document["stubs"] += [
        {"iri": TASK, "class": "DefinedTerm", "name": "text-generation"},
        {"iri": HUB + owner, "class": "Agent", "name": owner},
    ]
    return document


def hostile() -> Document:
    document = relative("evil/model", "MIT")
    document["root"] |= {"name": HOSTILE, "description": HOSTILE, "keywords": [HOSTILE, "x" * 5_000]}
    license = f"{HUB}evil#license-0123456789abcdef"
    document["root"]["license"] = [license, "javascript:alert(1)"]
    document["stubs"] += [{"iri": each, "class": "License", "name": HOSTILE} for each in document["root"]["license"]]
    return document


def settings_of(data_dir: Path, **given: Any) -> dict[str, Any]:
    """The settings of a project without servers, and without those of the machine that runs the test."""
    defaults = {variable.name: variable.default for variable in VARIABLES}
    return {**defaults, "MLENTORY_DATA_DIR": str(data_dir), **given}


def indexed(data_dir: Path, *names: str) -> None:
    """Bring the search index up to date, and other projections."""
    for name in ("search", *names):
        sync(name, settings_of(data_dir), rebuild=False, on_batch=lambda _: None)


def dumped(data_dir: Path, name: str, *words: str) -> Path:
    """Export the catalog into the folder that is offered."""
    parser = argparse.ArgumentParser()
    Command.add_options(parser)
    path = data_dir / DUMPS / name
    with redirect_stdout(io.StringIO()):
        assert Command(settings_of(data_dir)).run([str(path)], parser.parse_args(words)) == 0
    return path


def bury(book: Book, key: str) -> None:
    """Take a record away, as a census that missed it does."""
    ((gone,),) = book.rows("SELECT id FROM record WHERE key = ?", key)
    with book.writer._database.transaction():
        book.writer._records.bury(book.run, "2024-01-02T12:00:00Z", [gone])


def small(data_dir: Path) -> Book:
    """A catalog of two days, with its search index."""
    book = Book(data_dir)
    base = about(using(relative("tide/base-8B", "CC-BY-NC-4.0"), trainedOn=["tide/corpus"]), "tide")
    tune = relative("orchard/tune-8B", "MIT", tide__base="finetune", **{"tide__base-8B": "finetune"})
    first: Mapping[str, Document] = {
        "1": base,
        "2": evaluated(about(using(tune, trainedOn=["tide/corpus"]), "orchard"), 0.905),
        "3": evaluated(relative("small/tune-8B-GGUF", "MIT", **{"orchard__tune-8B": "quantized"}), 0.9),
        "4": hostile(),
        "5": using(relative("old/name", "MIT"), trainedOn=["tide/corpus"]),
        "6": relative("gone/model", "MIT"),
    }
    book.crawl(first)
    again = relative("orchard/tune-8B", "Apache-2.0", **{"tide__base-8B": "finetune"})
    second = {
        "2": evaluated(about(using(again, trainedOn=["tide/corpus"]), "orchard"), 0.91),
        "5": using(relative("new/name", "MIT"), trainedOn=["tide/corpus"]),
    }
    book.crawl(second)
    bury(book, "6")
    indexed(data_dir)
    dumped(data_dir, "everything.jsonl.zst")
    return book
