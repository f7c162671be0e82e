"""A catalog with something for each page, and the addresses of these pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import orjson

from fair4ml.document import Document, document_of
from fair4ml.entities import Article, Dataset, ScholarlyArticle, Stub
from mlentory_crawl.catalog.commits import Commit, Entry
from support.archived_cards import keep_cards
from support.catalogs import DAY, HUB, Book, rejected
from support.documents import model_record
from support.families import relative, using
from support.served import EXAM, about, bury, dumped, evaluated, indexed

POST = "https://blog.example.org/a-first-look"
PAPER = "https://arxiv.org/abs/2401.00001"
ADA = "https://blog.example.org/ada"
LONG_NAME = f"nest/{'a-model-whose-name-says-everything-that-was-done-to-it-' * 2}v0.1-final-GGUF"
QUERY = "SELECT ?model ?license WHERE { ?model a fair4ml:MLModel ; schema:license [ schema:name ?license ] }"
PAGES = {
    "start": "/",
    "search": "/search",
    "search for a word": "/search?q=tune&type=MLModel&has=license&sort=name",
    "search without hits": "/search?q=zyzzyva",
    "search with filters without hits": "/search?task=no-such-task&not_license=MIT&min_parameters=5",
    "values of a facet": "/search/license?q=tune&license=MIT",
    "values of a facet without": "/search/task?starts=zyzzyva",
    "model": "/models/orchard/tune-8B",
    "model with everything": "/models/acme/tiny-bert",
    "model with a long name": f"/models/{LONG_NAME}",
    "model that is gone": "/models/gone/model",
    "model on a day": "/models/orchard/tune-8B?at=2024-01-01T12:00:00Z",
    "dataset": f"/entity?name={EXAM}",
    "dataset that is named": f"/entity?name={HUB}datasets/tide/corpus",
    "paper": f"/entity?name={PAPER}",
    "article": f"/entity?name={POST}",
    "person": f"/entity?name={ADA}",
    "license": "/entity?name=https://spdx.org/licenses/MIT",
    "lineage up": "/models/small/tune-8B-GGUF/lineage",
    "lineage down": "/models/tide/base-8B/lineage?direction=down&depth=5",
    "lineage of nothing": "/models/acme/alone/lineage",
    "leaderboards": "/leaderboards",
    "leaderboard": "/leaderboards?dataset=bench/exam",
    "leaderboard without results": "/leaderboards?dataset=tide/corpus",
    "compare": "/compare?name=tide/base-8B&name=orchard/tune-8B&name=acme/tiny-bert",
    "compare nothing": "/compare",
    "datasets": "/datasets",
    "licenses": "/licenses",
    "tasks": "/tasks",
    "owners": "/owners",
    "owners without": "/owners?q=zyzzyva",
    "models on a dataset": "/datasets/tide/corpus",
    "models under a license": "/licenses/MIT",
    "models for a task": "/tasks/text-generation",
    "models of an owner": "/owners/tide",
    "history": "/models/orchard/tune-8B/history",
    "history of a model that is gone": "/models/gone/model/history",
    "coverage": "/coverage",
    "drift": "/drift",
    "drift since a day": "/drift?since=2024-01-02",
    "changes": "/changes",
    "changes of a kind": "/changes?since=2024-01-02&platform=huggingface&kind=model&event=gone",
    "changes that are none": "/changes?since=2030-01-01",
    "dumps": "/dumps",
    "question in SPARQL": f"/query?{urlencode({'query': QUERY})}",
    "question that is none": "/query",
    "for programs": "/api",
    "runs": "/runs",
    "run": "/runs/last",
    "run that is older": "/runs/20240101T000000Z_00000000",
}
"""The addresses of pages that there are, by what they show."""
FAILURES = {"no such model": "/models/no/such", "no such page": "/no/such/page", "no number": "/search?limit=many"}
"""The addresses of pages that say what is wrong."""
REPORT = {
    "run_id": "20240103T000000Z_00000000", "platform": "huggingface", "mode": "census", "software_version": "0.1.0",
    "started_at": "2024-01-03T00:00:00Z", "finished_at": "2024-01-03T00:10:00Z", "seconds": 600.0,
    "verdict": "suspect", "problems": ["far fewer records than in the run before: 5 instead of 9"],
    "records": {
        "fetched": 9, "new": 7, "changed": 1, "unchanged": 0, "deleted": 1, "quarantined": 1, "failed": 0,
    },
    "states": {"blocked": 2}, "field_issues": {"license: is no text": 3}, "fields": {},
}  # fmt: skip


CARD = """---
license: mit
---
# A tune

It answers *questions*, see [the exam](https://exam.example.org/) and ![a badge](https://badge.example.org/x.svg).

| task | |
|---|---:|
| exam | 0.91 |

#### Use

```python
answer = model("What is it?")
```

> It is not for medicine.

{}
""".format("- A line that makes it longer than what is read in passing.\n" * 40)
"""A model card that has what cards have, and goes on."""


def varied(data_dir: Path) -> Book:
    """A catalog with a family of models, data, a paper, an article and its author, and what became of a model."""
    book = Book(data_dir)
    base = about(using(relative("tide/base-8B", "CC-BY-NC-4.0"), trainedOn=["tide/corpus"]), "tide")
    base["root"]["conditionsOfAccess"] = "gated"
    base["root"]["description"] = "A base for others. " * 30
    tune = relative("orchard/tune-8B", "MIT", **{"tide__base-8B": "finetune"})
    first = {
        "1": base,
        "2": evaluated(about(using(tune, trainedOn=["tide/corpus"]), "orchard"), 0.905),
        "3": evaluated(relative("small/tune-8B-GGUF", "MIT", **{"orchard__tune-8B": "quantized"}), 0.9),
        "4": model_record(),
        "5": relative(LONG_NAME, "MIT", **{"orchard__tune-8B": "quantized"}),
        "6": relative("gone/model", "MIT"),
        "7": relative("acme/alone"),
    }
    book.crawl(first, {"1": {"downloads": 1_234_567, "likes": 89}, "2": {"downloads": 42}})
    again = relative("orchard/tune-8B", "Apache-2.0", **{"tide__base-8B": "finetune"})
    book.crawl({"2": evaluated(about(using(again, trainedOn=["tide/corpus"]), "orchard"), 0.91)})
    keep_cards(book, {"orchard/tune-8B": CARD})
    bury(book, "6")
    book.begin()
    book.writer.commit(book.run, Commit(entries=list(_entries(book)), rejected=[rejected("nest/odd")]))
    reported(book)
    indexed(data_dir, "sparql")
    for name in ("everything.jsonl.zst", "everything.nt"):
        dumped(data_dir, name, "--counters")
    return book


def reported(book: Book) -> None:
    """Give the runs their reports."""
    for day, run in enumerate(sorted(id for (id,) in book.rows("SELECT id FROM run")), 1):
        at = DAY.format(day)
        told = {**REPORT, "run_id": f"202401{day:02}T000000Z_00000000", "started_at": at, "finished_at": at}
        book.writer.runs.save_report(run, orjson.dumps(told))
        book.writer.runs.complete(run, at, watermark=None, census=None)
        book.writer.values.keep(run, at)


def _entries(book: Book) -> Iterable[Entry]:
    tune, ada = Stub(f"{HUB}orchard/tune-8B", "MLModel", "orchard/tune-8B"), Stub(ADA, "Person", "Ada Example")
    exam = Dataset(
        iri=EXAM, name="bench/exam", url=EXAM, description="An exam.", license=["https://spdx.org/licenses/MIT"]
    )
    article = Article(
        iri=POST, name="A first look at a tune", url=POST, author=[ADA], about=[tune.iri],
        date_published=date(2024, 1, 2), description="What it is good for.", keywords=["models", "looks"],
    )  # fmt: skip
    for platform, kind, root, stubs in (
        ("huggingface", "dataset", exam, [Stub("https://spdx.org/licenses/MIT", "License", "MIT")]),
        ("arxiv", "article", ScholarlyArticle(iri=PAPER, name="On tunes", url=PAPER, author=[ADA]), [ada]),
        ("article", "article", article, [tune, ada]),
    ):
        document: Document = document_of(root, [], stubs)
        yield book.entry(root.iri, orjson.loads(orjson.dumps(document)), platform=platform, kind=kind)
