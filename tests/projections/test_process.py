from __future__ import annotations

import asyncio
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support.crawling import ROOT, Project

from mlentory_crawl.projections.process import lines, spawn
from mlentory_crawl.sample_hub import SampleHub

FIRST_PROCESS = ["unshare", "--pid", "--fork", "--kill-child"]


def test_a_child_finds_the_modules_that_its_parent_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    egg = tmp_path / "project.egg"
    with zipfile.ZipFile(egg, "w") as archive:
        archive.writestr("only_in_the_egg.py", "print('found', end='')")
    monkeypatch.setattr(sys, "path", [*sys.path, str(egg)])

    async def run() -> tuple[bytes, bytes | None]:
        return await (await spawn("only_in_the_egg")).communicate()

    assert asyncio.run(run())[0] == b"found"


def test_a_file_in_the_working_directory_is_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, libraries = tmp_path / "here", tmp_path / "libraries"
    for folder, word in ((here, "shadow"), (libraries, "library")):
        folder.mkdir()
        (folder / "a_library.py").write_text(f"NAME = {word!r}")
    (libraries / "a_program.py").write_text("import a_library; print(a_library.NAME, end='')")
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "path", ["", *sys.path, str(libraries)])

    async def run() -> tuple[bytes, bytes | None]:
        return await (await spawn("a_program")).communicate()

    assert asyncio.run(run())[0] == b"library"


def test_lines_are_as_long_as_they_are() -> None:
    async def read() -> list[bytes]:
        stream = asyncio.StreamReader()
        stream.feed_data(b"a\n" + b"b" * 200_000 + b"\n\nc")
        stream.feed_eof()
        return [line async for line in lines(stream)]

    assert asyncio.run(read()) == [b"a", b"b" * 200_000, b"", b"c"]


def test_a_crawl_can_be_the_first_process_of_a_container(tmp_path: Path) -> None:
    if subprocess.run([*FIRST_PROCESS, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user cannot make a process namespace")
    with SampleHub(models=20) as hub:
        project = Project(tmp_path / "data", hub.url)
        done = subprocess.run(
            [*FIRST_PROCESS, *project.command("crawl", "huggingface")],
            cwd=ROOT, env=project.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert project.report()["projections"]["search"]["documents"] == 20
