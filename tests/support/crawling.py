"""Crawls as a user runs them, against a sample hub, each with a data directory of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from mlentory_crawl.config.environment import ENV_FILE, names_in_environment
from mlentory_crawl.spiders import variables
from support.scrapy_process import run_scrapy

ROOT = Path(__file__).parents[2]


class Project:
    """A data directory with the commands that work on it.

    Args:
        data_dir: where it is, or will be.
        endpoint: the hub's address.
        given: further environment variables.
    """

    def __init__(self, data_dir: Path, endpoint: str, **given: str) -> None:
        names = names_in_environment(variables())
        others = {name: value for name, value in os.environ.items() if name not in names}
        self.data_dir = data_dir
        self.environment = {
            **others,
            ENV_FILE: os.devnull,
            "MLENTORY_DATA_DIR": str(data_dir),
            "HF_ENDPOINT": endpoint,
            **given,
        }

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "scrapy", *map(str, words)]

    def scrapy(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return run_scrapy(words, cwd=ROOT, environment=self.environment, timeout=180)

    def crawl(self, *words: str | Path, code: int = 0, spider: str = "huggingface") -> dict[str, Any]:
        """Run a spider, and return the report after checking that it adds up."""
        done = self.scrapy("crawl", spider, *words)
        assert done.returncode == code, done.stderr[-3000:]
        report = self.report()
        assert_adds_up(report)
        return report

    def report(self) -> dict[str, Any]:
        newest = max((self.data_dir / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        told: dict[str, Any] = json.loads(newest.read_bytes())
        return told

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.scrapy("status", "--json").stdout)
        return told

    def export(self, name: str, *words: str) -> bytes:
        path = self.data_dir.parent / name
        done = self.scrapy("export", path, *words)
        assert done.returncode == 0, done.stderr
        return path.read_bytes()


def assert_adds_up(report: dict[str, Any]) -> None:
    """Check that outcomes add up to what was fetched and asked for, kinds to platforms, and platforms to the whole."""
    records, asked = report["records"], report["requested"]
    fetched = ("new", "changed", "unchanged", "duplicate", "quarantined", "failed")
    requested = ("found", "missing", "blocked", "invalid", "duplicate", "failed")
    assert asked["asked"] == sum(asked[end] for end in requested)
    kinds = {platform: list(by_kind.values()) for platform, by_kind in report["kinds"].items()}
    every = [counts for by_kind in kinds.values() for counts in by_kind]
    for counts in (records, *report["platforms"].values(), *every):
        assert counts["fetched"] == sum(counts[end] for end in fetched)
    assert kinds.keys() == report["platforms"].keys()
    for name in ("fetched", *fetched):
        for platform, counts in report["platforms"].items():
            assert counts[name] == sum(of_kind[name] for of_kind in kinds[platform]), (platform, name)
        assert records[name] == sum(counts[name] for counts in report["platforms"].values()), name
    assert records["deleted"] == sum(counts["deleted"] for counts in every)


class CatalogProject(Project):
    """A project whose crawls keep the catalog alone, which is quicker; `Project`'s keep all projections current."""

    def __init__(self, data_dir: Path, endpoint: str, **given: str) -> None:
        super().__init__(data_dir, endpoint, **{"PROJECTIONS": "none", **given})


def model(number: int, **fields: Any) -> dict[str, Any]:
    """A small made-up record of the Hub's list."""
    return {
        "_id": f"{0x65000000 + number:08x}{number:016x}",
        "id": f"acme/model-{number}",
        "author": "acme",
        "sha": f"{number:040x}",
        "createdAt": "2023-11-14T00:00:00.000Z",
        "lastModified": f"2024-01-01T00:{number // 60 % 60:02}:{number % 60:02}.000Z",
        "private": False,
        "gated": False,
        "disabled": False,
        "downloads": number,
        "likes": 1,
        "tags": ["transformers", "license:mit", "base_model:acme/base", "base_model:finetune:acme/base", "region:us"],
        "pipeline_tag": "fill-mask",
        "library_name": "transformers",
        **fields,
    }


def write_records(path: Path, records: list[dict[str, Any]]) -> Path:
    """A file that a sample hub can serve."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path
