"""Tokens that somebody has left anywhere in a document are in nothing that is made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.crawling import Project
from support.exported_documents import article, id_of, repository, user, written

pytestmark = pytest.mark.extra(name="documents")

LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0"
TOKEN = f"hf_{LETTERS[:34]}"
SPILT = f"My token {TOKEN} is here"
PAGE = f"https://notes.example/p?token={TOKEN}"


def everywhere(value: Any) -> Any:
    """A document with a token in each of its texts, but for ids and dates."""
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if "id" in name or name.endswith("_at")}
        return {f"{name} {TOKEN}" if "." in name else name: everywhere(each) for name, each in value.items()} | kept
    if isinstance(value, list):
        return [everywhere(each) for each in value]
    if isinstance(value, str) and value.startswith("https://"):
        return f"{value}?token={TOKEN}"
    return f"{value} {SPILT}" if isinstance(value, str) else value


def test_a_token_is_nowhere_but_in_the_archive(tmp_path: Path) -> None:
    own: dict[str, Any] = {
        "authors": [{"id": id_of(7), "full_name": "Ben Sample", "url": "https://notes.example/ben"}],
        "source_author": "Ada Example",
        "description": "On caches",
        "tags": ["llm"],
        "license": ["CC-BY-4.0"],
        "mentions": ["https://huggingface.co/example-lab/merged-7b"],
        "image": "https://images.example/c.png",
        "language": "en",
    }
    folder = written(
        tmp_path / "warehouse",
        Article=[everywhere(article(10, **own)), article(11, PAGE, content={"Content": SPILT})],
        Post=[everywhere({**article(20, "https://notes.example/post"), **own})],
        Repository=[everywhere(repository(30))],
        User=[everywhere(user())],
    )
    project = Project(tmp_path / "data", "http://127.0.0.1:9")
    done = project.scrapy("crawl", "documents", "-a", f"dir={folder}", "-s", "LOG_LEVEL=DEBUG")
    assert done.returncode == 0, done.stderr
    report = project.report()
    assert (report["records"]["new"], report["records"]["quarantined"]) == (5, 0)
    made = [
        project.export("all.jsonl", "--provenance"),
        project.export("all.ttl"),
        project.export("texts.jsonl", "--documents"),
        project.scrapy("show", "https://notes.example/p", "--json").stdout.encode(),
        project.scrapy("search", "token", "--json").stdout.encode(),
    ]
    assert project.scrapy("export", tmp_path / "twin", "--format", "llm-twin").returncode == 0
    found = [path for path in (*project.data_dir.rglob("*"), *(tmp_path / "twin").iterdir()) if path.is_file()]
    files = {str(path): path.read_bytes() for path in found if "raw" not in path.parts}
    assert len(json.loads(files[str(tmp_path / "twin" / "ArticleDocument.json")])) == 2
    for name, text in {
        **files,
        **{str(number): text for number, text in enumerate(made)},
        "log": done.stderr.encode(),
    }.items():
        assert TOKEN.encode() not in text, name
    assert made[2].count(b"[secret removed]") > 10
