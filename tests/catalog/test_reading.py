"""The catalog and the index, read by whoever may read them and by many at once."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from suites.search_changes import MODELS
from suites.store import FAR
from support.catalogs import HUB, Book, model
from support.crawling import ROOT, Project
from support.kept_catalogs import OLDEST, Kept

from mlentory_crawl.catalog.database import damage_reported
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.data_directory import CATALOG, restrict
from mlentory_crawl.exceptions import CatalogError, SettingError
from mlentory_crawl.stores.search.tantivy.store import TantivyStore

NOBODY = 65534
PAGE = 4096
IS_READ_BY_ALL = all(folder.stat().st_mode & 0o001 for folder in (ROOT, *ROOT.parents))
as_root = pytest.mark.skipif(
    os.geteuid() != 0 or not IS_READ_BY_ALL,
    reason="only root may become somebody else, who has to reach the checkout",
)


def filled(data_dir: Path, models: int = 40) -> Book:
    book = Book(data_dir)
    book.crawl({str(n): model(f"acme/m-{n}", description=f"{n} " * 3_000, base="acme/base") for n in range(models)})
    return book


def test_eight_threads_read_what_one_reads(data_dir: Path) -> None:
    filled(data_dir).close()
    reader = CatalogReader(data_dir)
    expected = list(reader.states())

    def read(_: int) -> bool:
        return all(list(reader.states()) == expected for _ in range(10)) and bool(
            list(reader.about([f"{HUB}acme/m-3"]))
        )

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(16))) == [True] * 16
    reader.close()


# Permissions


@pytest.fixture
def shared_dir() -> Iterator[Path]:
    """A data directory that everybody can get at, unlike the temporary ones of tests."""
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent)


AS_NOBODY = """
import contextlib, io, json, os, sys
from scrapy.cmdline import execute

user, copy, data_dir, questions = int(sys.argv[1]), *sys.argv[2:4], json.loads(sys.argv[4])

def answer(data_dir, words):
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            given = [word.replace("BESIDE", data_dir) for word in words]
            execute(["scrapy", *given, "-s", f"MLENTORY_DATA_DIR={data_dir}"])
        except SystemExit as ended:
            return ended.code, out.buffer.getvalue().decode(), err.getvalue()

for words in questions:  # loads what the other user may not be able to read
    answer(copy, words)
os.setgroups([])
os.setgid(user)
os.setuid(user)
print(json.dumps([answer(data_dir, words) for words in questions]))
"""

Answer = tuple[int, str, str]
"""Exit code, standard output and standard error."""


def ask(data_dir: Path, *questions: Sequence[str]) -> list[Answer]:
    """What commands say to another user."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = shutil.copytree(data_dir, Path(temporary) / "data")
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(NOBODY), str(copy), str(data_dir), json.dumps(questions)],
            cwd=ROOT, env=Project(data_dir, "http://127.0.0.1:9").environment, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
    return [(code, out, err) for code, out, err in json.loads(done.stdout)]


def indexed(data_dir: Path) -> None:
    store = TantivyStore(data_dir / "search")
    store.open()
    store.write(MODELS, FAR)
    store.flush()
    store.close()


QUESTIONS = (
    ("status", "--json"),
    ("show", "acme/m-1"),
    ("lineage", "acme/base", "--down"),
    ("compare", "acme/m-1", "acme/m-2"),
    ("coverage",),
    ("search",),
)


@as_root
@pytest.mark.parametrize("writes", [False, True], ids=["at rest", "while it is written"])
def test_another_user_can_ask_everything(shared_dir: Path, writes: bool) -> None:
    book = filled(shared_dir, 3)
    indexed(shared_dir)
    shared_dir.parent.chmod(0o777)
    if writes:
        book.crawl({"9": model("acme/m-9")})
    else:
        book.close()
    for words, (code, out, err) in zip(QUESTIONS, ask(shared_dir, *QUESTIONS), strict=True):
        assert (code, err) == (0, ""), words
        assert out
    newest, exported = ask(shared_dir, ("show", "acme/m-9"), ("export", "BESIDE.nt"))
    assert newest[0] == int(not writes)
    assert exported[0] == 0
    if writes:
        book.close()


@as_root
def test_a_directory_that_even_its_owner_may_not_write(shared_dir: Path) -> None:
    filled(shared_dir, 3).close()
    indexed(shared_dir)
    for path in (shared_dir, *shared_dir.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o500 if path.is_dir() else 0o400)
    for words, (code, out, err) in zip(QUESTIONS, ask(shared_dir, *QUESTIONS), strict=True):
        assert (code, err) == (0, ""), words
        assert out
    assert not list(shared_dir.glob("*-wal"))


@as_root
def test_who_may_not_read_is_told_in_one_line(shared_dir: Path) -> None:
    filled(shared_dir, 1).close()
    indexed(shared_dir)
    shared_dir.chmod(0o700)
    for words, (code, out, err) in zip(QUESTIONS, ask(shared_dir, *QUESTIONS), strict=True):
        assert (code, out, err.count("\n")) == (1, "", 1), words
        assert "Permission denied" in err


@as_root
def test_who_may_not_write_is_told_in_one_line(shared_dir: Path) -> None:
    filled(shared_dir, 1).close()
    for code, out, err in ask(shared_dir, ("sync",), ("prune",)):
        assert (code, out.strip(), err) == (1, "", f"{shared_dir / 'lock'}: Permission denied\n")


@as_root
def test_who_may_not_migrate_is_told_what_to_do(shared_dir: Path) -> None:
    kept = Kept(OLDEST, shared_dir.parent)
    kept.catalog.chmod(0o644)
    for code, out, err in ask(shared_dir, ("status", "--json"), ("show", kept.entities["changed"])):
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert f"who may write {shared_dir} has to run a command first" in err
    CatalogReader(shared_dir).close()
    assert [code for code, *_ in ask(shared_dir, ("status", "--json"))] == [0]


@as_root
def test_what_a_killed_run_has_left_is_read_by_who_may_write(shared_dir: Path) -> None:
    book = filled(shared_dir, 1)
    log = shared_dir / f"{CATALOG}-wal"
    left = log.read_bytes()
    book.close()
    log.write_bytes(left)
    ((code, _, err),) = ask(shared_dir, ("status", "--json"))
    assert code == 1
    assert "a run that did not end has left catalog.sqlite-wal" in err
    CatalogReader(shared_dir).close()


def test_the_index_is_as_readable_as_its_folder_is_meant_to_be(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        indexed(tmp_path)
    finally:
        os.umask(before)
    files = list((tmp_path / "search").iterdir())
    assert files
    assert {file.stat().st_mode & 0o777 for file in files} == {0o640}


@pytest.mark.parametrize(
    ("access", "own", "expected"),
    [("group", 0o022, 0o027), ("owner", 0o022, 0o077), ("all", 0o022, 0o022), ("group", 0o077, 0o077)],
)
def test_files_are_for_whom_they_are_meant(access: str, own: int, expected: int) -> None:
    before = os.umask(own)
    try:
        restrict(access)
    finally:
        now = os.umask(before)
    assert now == expected


def test_nobody_else_is_meant() -> None:
    with pytest.raises(SettingError, match="MLENTORY_DATA_ACCESS: expected one of owner, group, all, got 'world'"):
        restrict("world")


# Damage


def test_a_damaged_document_is_told_with_the_file(data_dir: Path) -> None:
    book = filled(data_dir, 2)
    book.alter("UPDATE record SET document = x'00112233' WHERE key = '1'")
    book.close()
    told = rf"{CATALOG} cannot be read: a document .*; where it is damaged"
    with pytest.raises(CatalogError, match=told), damage_reported(data_dir):
        list(CatalogReader(data_dir).states())


def test_a_full_disk_is_no_damage(data_dir: Path) -> None:
    temporary = sqlite3.connect("")
    temporary.executescript("PRAGMA max_page_count = 2; CREATE TABLE version (texts BLOB);")
    told = f"the disk of {data_dir}, or that of temporary files, is full: make room, then run the same command"
    with pytest.raises(CatalogError, match=f"^{told}$"), damage_reported(data_dir):
        temporary.execute("INSERT INTO version VALUES (zeroblob(100000))")
    temporary.close()


@pytest.mark.parametrize("words", [("status",), ("show", "acme/m-1"), ("export", "x.nt"), ("sync",), ("prune",)])
def test_damaged_pages_are_one_line(data_dir: Path, words: tuple[str, ...]) -> None:
    filled(data_dir, 400).close()
    path = data_dir / CATALOG
    pages = bytearray(path.read_bytes())
    for start in range(len(pages) // 4 // PAGE * PAGE, len(pages), PAGE):  # it can be opened
        pages[start : start + 64] = b"\xff" * 64
    path.write_bytes(pages)
    done = Project(data_dir, "http://127.0.0.1:9").scrapy(*words)
    assert (done.returncode, done.stdout.strip(), done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert str(path) in done.stderr
    assert "backup" in done.stderr
