"""No secret of a crawl's settings is anywhere in what the crawl leaves behind."""

from __future__ import annotations

import base64
import hashlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
import zstandard
from support.crawling import Project

from mlentory_crawl.catalog.codec import unpacked
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders import variables

ADDRESS = "ELASTICSEARCH_URL"
MONGODB = "MONGODB_URI"
IN_FILES = ("HF_TOKEN", "ELASTICSEARCH_PASSWORD", "MLFLOW_TRACKING_PASSWORD")


@pytest.fixture(scope="module")
def given() -> dict[str, str]:
    """A value for every secret, and the passwords of addresses."""
    names = [*(variable.name for variable in variables() if variable.secret), ADDRESS]
    return {name: f"hf_{secrets.token_hex(12)}" for name in names}


@pytest.fixture(scope="module")
def crawled(given: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A crawl with all of these settings, and what it printed."""
    folder = tmp_path_factory.mktemp("crawl")
    settings = {**given, ADDRESS: f"https://elastic:{given[ADDRESS]}@127.0.0.1:9", "PROJECTIONS": "turtle"}
    settings[MONGODB] = f"mongodb://elastic:{given[MONGODB]}@127.0.0.1:9/?serverSelectionTimeoutMS=10"
    for name in IN_FILES:
        (folder / name).write_text(f"{settings.pop(name)}\n")
        settings[f"{name}_FILE"] = str(folder / name)
    # One or the other.
    settings.pop("ELASTICSEARCH_API_KEY")
    settings.pop("MONGODB_PASSWORD")
    with SampleHub(models=30) as hub:
        project = Project(folder / "data", hub.url, **settings)
        words = ("-a", "mode=census", "-a", "cards=all", "-L", "DEBUG", "--logfile")
        done = project.scrapy("crawl", "huggingface", *words, folder / "crawl.log")
        assert done.returncode == 0, done.stderr
        quiet = project.scrapy("crawl", "huggingface", "-a", "mode=latest")
        hub.set(deny=["models"])
        refused = project.scrapy("crawl", "huggingface", "-a", "mode=census")
        assert refused.returncode == 1
    shown = [project.scrapy(*words.split()) for words in ("status last", "status --json", "doctor --offline")]
    return project, "".join(each.stdout + each.stderr for each in (done, quiet, refused, *shown))


def kept(project: Project) -> Iterator[tuple[str, bytes]]:
    """The bytes of the log and of all files, as they are and unpacked, and of all values in the catalog."""
    for path in (project.data_dir.parent / "crawl.log", *project.data_dir.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()
            if path.suffix == ".zst":
                with path.open("rb") as packed:
                    yield str(path), zstandard.ZstdDecompressor().stream_reader(packed).read()
    with closing(sqlite3.connect(project.data_dir / CATALOG)) as catalog:
        for table in ("record", "version", "quarantine"):
            column = "payload" if table == "quarantine" else "document"
            for (packed_value,) in catalog.execute(f"SELECT {column} FROM {table}").fetchall():
                yield table, unpacked(packed_value)


def forms(name: str, secret: str) -> Iterator[bytes]:
    """A secret as it might be written: as it is, as credentials are sent, and hashed."""
    yield secret.encode()
    for user in ("", "elastic", "neo4j"):
        yield base64.b64encode(f"{user}:{secret}".encode())[-24:].rstrip(b"=")
    for algorithm in ("md5", "sha1", "sha256"):
        yield hashlib.new(algorithm, secret.encode()).hexdigest().encode()


def test_nothing_that_a_crawl_leaves_behind_has_a_secret(crawled: tuple[Project, str], given: dict[str, str]) -> None:
    project, printed = crawled
    places = [("output", printed.encode()), *kept(project)]
    assert len(places) > 100
    assert sum(b"DEBUG" in content for _, content in places) == 1
    found = [
        (name, place)
        for name, secret in given.items()
        for form in forms(name, secret)
        for place, content in places
        if form in content
    ]
    assert found == []


def test_the_report_says_which_are_set(crawled: tuple[Project, str]) -> None:
    project, printed = crawled
    report = project.report()
    settings = report["settings"]
    assert (settings["HF_TOKEN"], settings["NEO4J_PASSWORD"]) == ("set", "set")
    assert settings[ADDRESS] == "https://127.0.0.1:9"
    # Not of the platform that is crawled, or not set.
    assert {"MLFLOW_TRACKING_TOKEN", "GITHUB_TOKEN", "NEO4J_URI", "MLENTORY_DATA_DIR"}.isdisjoint(settings)
    assert report["settings_changed"] == [
        "ELASTICSEARCH_PASSWORD", ADDRESS, "HF_ENDPOINT", "HF_TOKEN", MONGODB, "NEO4J_PASSWORD",
        "OIDC_CLIENT_SECRET", "PROJECTIONS",
    ]  # fmt: skip
    assert "HF_TOKEN=set, MONGODB_URI=set, NEO4J_PASSWORD=set, OIDC_CLIENT_SECRET=set, PROJECTIONS=turtle" in " ".join(
        printed.split()
    )
