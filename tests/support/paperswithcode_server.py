"""Papers with Code, made up: its API on the loopback, and files of its archive."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.http_servers import Answer, served

Thing = dict[str, Any]


def paper(number: int, **fields: Any) -> Thing:
    """A made-up paper as the API shows it; every second one is on arXiv."""
    return {
        "id": str(number),
        "arxiv_id": f"2401.{number:05d}v2" if number % 2 else None,
        "title": f"Paper {number}",
        "abstract": f"About thing {number}.",
        "authors": ["Ada Example", f"Author {number}"],
        "published": f"2024-01-{1 + number % 28:02d}",
        "citation_count": number,
        "url_abs": f"https://papers.example/{number}",
        "conference_name": "CONF 2024",
        "tasks": [{"id": "1", "name": "Image Classification", "slug": "image-classification"}],
        "methods": [{"id": "5", "name": "Widgetry", "slug": "widgetry"}],
        "repositories": [{"url": f"https://github.com/acme/code-{number}.git", "is_official": True}],
        "project_pages": [{"url": "https://acme.example/project"}],
        "hf_models": [f"acme/model-{number}"],
        "hf_datasets": ["https://huggingface.co/datasets/acme/corpus"],
        "hf_spaces": [],
        **fields,
    }


def task(number: int, **fields: Any) -> Thing:
    return {"id": str(number), "name": f"Task {number}", "slug": f"task-{number}", "description": "To do.", **fields}


def method(number: int, **fields: Any) -> Thing:
    return {"id": str(number), "name": f"M{number}", "slug": f"m-{number}", "full_name": f"Method {number}", **fields}


def benchmark(number: int, **fields: Any) -> Thing:
    return {"id": str(number), "name": f"Bench {number}", "slug": f"bench-{number}", "description": "Hard.", **fields}


def evaluation(number: int, paper: int, dataset: int, **fields: Any) -> Thing:
    return {
        "id": str(number),
        "paper_id": str(paper),
        "paper_arxiv_id": f"2401.{paper:05d}" if paper % 2 else None,
        "paper_title": f"Paper {paper}",
        "task_id": "1",
        "task_name": "Image Classification",
        "task_slug": "image-classification",
        "dataset_id": str(dataset),
        "dataset_name": f"Bench {dataset}",
        "model_name": f"Net-{number}",
        "harness": None,
        "metrics": {"Accuracy": "84.1%", "Params": "1,234", "FPS": "-"},
        "num_parameters": 1234,
        "is_open": True,
        "source_url": f"/paper/{paper}",
        **fields,
    }


class Catalog:
    """What the server has, and what was asked of it.

    Attributes:
        lists: the things by list.
        override: answers that a path gets in place of its own, until they are used up.
        asked: how often each path was asked for.
    """

    def __init__(self, papers: int = 7, *, keys: tuple[str, str] = ("count", "results"), largest: int = 100) -> None:
        self.lists: dict[str, list[Thing]] = {
            "papers": [paper(n) for n in range(1, papers + 1)],
            "tasks": [task(1, name="Image Classification", slug="image-classification"), task(2)],
            "methods": [method(5)],
            "datasets": [benchmark(9), benchmark(10)],
            "evaluations": [evaluation(n, 1 + n % 3, 9) for n in range(1, 6)],
        }
        self.keys = keys
        self.largest = largest
        self.override: dict[str, list[Answer]] = {}
        self.asked: Counter[str] = Counter()
        self.confirms = True

    def answer(self, method: str, address: str, body: bytes) -> Answer:
        parts = urlsplit(address)
        path = parts.path.removeprefix("/api/v1/")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked[path] += 1
        if self.override.get(path):
            return self.override[path].pop(0)
        name, _, rest = path.partition("/")
        things = self.lists.get(name, [])
        if rest and rest != "search":
            found = [each for each in things if rest in (each["id"], str(each.get("arxiv_id")).partition("v")[0])]
            return (200, {}, _json(found[0])) if found else (404, {}, _json({"detail": "Not found"}))
        for of in ("paper", "dataset"):
            if f"{of}_id" in query:
                things = [each for each in things if each[f"{of}_id"] == query[f"{of}_id"]]
        if "start_date" in query:
            things = [each for each in things if each["published"] >= query["start_date"]]
        if words := query.get("q") or query.get("search"):
            things = [each for each in things if words.casefold() in json.dumps(each).casefold().replace("-", " ")]
        size, page = min(int(query["page_size"]), self.largest), int(query["page"])
        count, items = self.keys
        told = {count: len(things), "page": page, items: things[(page - 1) * size : page * size]}
        if self.confirms:
            told["applied_filters"] = {k: v for k, v in query.items() if k.endswith("_date")}
        return 200, {}, _json(told)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


@contextmanager
def paperswithcode(catalog: Catalog) -> Iterator[str]:
    """The address of an API that answers from a catalog."""
    with served(catalog.answer) as url:
        yield f"{url}/api/v1"


# The archive

OLD = "https://paperswithcode.com/"


def archived_paper(number: int, **fields: Any) -> Thing:
    return {
        "paper_url": f"{OLD}paper/paper-{number}",
        "arxiv_id": f"2401.{number:05d}" if number % 2 else None,
        "title": f"Paper {number}",
        "abstract": f"About thing {number}.",
        "url_abs": f"https://papers.example/{number}",
        "url_pdf": f"https://papers.example/{number}.pdf",
        "authors": ["Ada Example", f"Author {number}"],
        "tasks": ["Image Classification", "Juggling"],
        "date": "2024-01-02",
        "proceeding": None,
        "methods": [{"name": "Widgetry", "full_name": "Widgetry", "introduced_year": 2000}],
        **fields,
    }


def archived_code(number: int, **fields: Any) -> Thing:
    return {
        "paper_url": f"{OLD}paper/paper-{number}",
        "paper_title": f"Paper {number}",
        "paper_arxiv_id": f"2401.{number:05d}" if number % 2 else None,
        "repo_url": f"https://github.com/acme/code-{number}",
        "is_official": number % 2 == 0,
        "mentioned_in_paper": True,
        "mentioned_in_github": False,
        "framework": "pytorch",
        **fields,
    }


def row(name: str, paper_url: str = "", **fields: Any) -> Thing:
    return {
        "model_name": name,
        "paper_title": "",
        "paper_url": paper_url,
        "paper_date": "2024-02-03",
        "code_links": [{"title": "acme/code", "url": "https://github.com/acme/code"}],
        "model_links": [],
        "uses_additional_data": False,
        "metrics": {"Accuracy": "84.1%", "F1": "20.0 ± 1.2", "Params": "1,234", "Recall": "-"},
        **fields,
    }


def leaderboard(name: str, rows: list[Thing], *, inner: list[Thing] | None = None, **fields: Any) -> Thing:
    return {
        "dataset": name,
        "description": f"The data of {name}.",
        "dataset_citations": [],
        "dataset_links": [{"title": name, "url": "https://data.example/"}],
        "subdatasets": inner or [],
        "sota": {"metrics": ["Accuracy"], "rows": rows},
        **fields,
    }


def table(name: str, datasets: list[Thing], *, subtasks: list[Thing] | None = None, **fields: Any) -> Thing:
    return {
        "task": name,
        "description": "",
        "categories": ["Vision"],
        "subtasks": subtasks or [],
        "synonyms": [],
        "source_link": None,
        "datasets": datasets,
        **fields,
    }


def small_archive() -> dict[str, list[Any]]:
    """One of everything, with tables inside tables."""
    on_arxiv = "https://arxiv.org/abs/2401.00001v3"
    inner = leaderboard("dev", [row("Net-B", on_arxiv)])
    inner["subdataset"] = inner.pop("dataset")
    return {
        "papers-with-abstracts": [archived_paper(n) for n in range(1, 8)],
        "links-between-papers-and-code": [archived_code(n) for n in range(1, 6)],
        "methods": [{"url": f"{OLD}method/widgetry", "name": "W", "full_name": "Widgetry", "description": "It turns."}],
        "datasets": [
            {
                "url": f"{OLD}dataset/shapes",
                "name": "Shapes",
                "full_name": None,
                "homepage": "https://shapes.example/",
                "description": "Many shapes.",
                "paper": {"title": "Paper 1", "url": f"{OLD}paper/paper-1"},
                "introduced_date": "2020-01-01",
                "warning": None,
                "modalities": ["Images"],
                "languages": ["English", "Gibberish of old"],
                "variants": ["Shapes", "Shapes (dev)"],
                "num_papers": 3,
                "data_loaders": [],
            }
        ],
        "evaluation-tables": [
            table(
                "Image Classification",
                [leaderboard("Shapes", [row("Net-A", on_arxiv), row("Net-B", on_arxiv)], inner=[inner])],
                subtasks=[table("Juggling", [leaderboard("Balls", [row("Net-A"), row("Net-A"), row("")])])],
            ),
        ],
    }


def write_archive(folder: Path, parts: dict[str, list[Any]], ending: str = ".json") -> Path:
    """The files of an archive."""
    for name, things in parts.items():
        path = folder / f"{name}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if ending == ".parquet":
            import pyarrow
            from pyarrow import parquet

            parquet.write_table(pyarrow.Table.from_pylist(things), path)
        else:
            body = _json(things)
            path.write_bytes(gzip.compress(body) if ending.endswith(".gz") else body)
    return folder
