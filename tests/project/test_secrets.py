"""Secrets in files: how they are read, what goes before what, and what a file without a secret is told by."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from support.crawling import CatalogProject, Project

from mlentory_crawl.config.environment import ENV_FILE, names_in_environment, read_environment, read_settings
from mlentory_crawl.config.secret_file import MAX_BYTES, read_secret
from mlentory_crawl.config.values import shown
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders import variables

ROOT = Path(__file__).parents[2]
NAME = "HF_TOKEN_FILE"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in names_in_environment(variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(ENV_FILE, os.devnull)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "token"


def values() -> dict[str, str | None]:
    return read_environment(variables())


def test_every_password_token_and_key_is_a_secret() -> None:
    secrets = {variable.name for variable in variables() if variable.secret}
    named_so = {each.name for each in variables() if each.name.endswith(("PASSWORD", "TOKEN", "KEY", "SECRET"))}
    assert secrets == named_so | {"MONGODB_URI"}  # addresses of MongoDB have the password in them
    assert {"HF_TOKEN", "GITHUB_TOKEN", "NEO4J_PASSWORD", "ELASTICSEARCH_API_KEY", "MLFLOW_TRACKING_TOKEN"} <= secrets
    assert all(variable.default is None for variable in variables() if variable.secret)


@pytest.mark.parametrize("content", ["hf_x", "hf_x\n", "hf_x\r\n", "hf_x\n\n", "\ufeffhf_x\n"])
def test_line_ends_are_no_part_of_a_secret(content: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(content.encode())
    monkeypatch.setenv(NAME, str(file))
    assert values()["HF_TOKEN"] == "hf_x"
    assert read_settings(variables())["HF_TOKEN"].origin == f"file {file}"


def test_spaces_are_a_part_of_a_secret(file: Path) -> None:
    file.write_text(" p w ü \n")
    assert read_secret(NAME, file) == " p w ü "


def test_a_link_is_followed_as_kubernetes_makes_them(file: Path, tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "token").write_text("hf_x")
    file.symlink_to("..data/token")
    assert read_secret(NAME, file) == "hf_x"


def test_an_empty_variable_is_not_set(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("hf_x")
    monkeypatch.setenv(NAME, "")
    monkeypatch.setenv("HF_TOKEN", "hf_y")
    assert values()["HF_TOKEN"] == "hf_y"
    monkeypatch.setenv(NAME, str(file))
    monkeypatch.setenv("HF_TOKEN", "")
    assert values()["HF_TOKEN"] == "hf_x"


def test_both_in_one_place_are_wrong_usage(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, str(file))
    monkeypatch.setenv("HF_TOKEN", "hf_y")
    with pytest.raises(SettingError, match=r"^HF_TOKEN and HF_TOKEN_FILE are both set \(environment\): set only one"):
        values()
    for name in (NAME, "HF_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv(ENV_FILE, str(tmp_path / "settings"))
    (tmp_path / "settings").write_text("HF_TOKEN=hf_y\nHF_TOKEN_FILE=token\n")
    with pytest.raises(SettingError, match=r"^HF_TOKEN and HF_TOKEN_FILE are both set \(\.env\): set only one"):
        values()


def test_the_environment_goes_before_the_file_of_settings(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("hf_x")
    monkeypatch.setenv(ENV_FILE, str(tmp_path / "settings"))
    (tmp_path / "settings").write_text(f"{NAME}=nowhere\n")
    monkeypatch.setenv("HF_TOKEN", "hf_y")
    assert values()["HF_TOKEN"] == "hf_y"
    (tmp_path / "settings").write_text("HF_TOKEN=hf_y\n")
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setenv(NAME, str(file))
    assert values()["HF_TOKEN"] == "hf_x"


def test_a_path_begins_where_it_is_written(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("hf_x")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv(NAME, "../token")
    assert values()["HF_TOKEN"] == "hf_x"
    monkeypatch.delenv(NAME)
    monkeypatch.setenv(ENV_FILE, str(tmp_path / "settings"))
    (tmp_path / "settings").write_text(f"{NAME}=token\n")
    assert values()["HF_TOKEN"] == "hf_x"
    # Also from a folder below the one with the catalog.
    monkeypatch.delenv(ENV_FILE)
    (tmp_path / "settings").rename(tmp_path / ".env")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "catalog.sqlite").touch()
    assert values()["HF_TOKEN"] == "hf_x"


def test_only_secrets_are_read_from_files(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("ada")
    monkeypatch.setenv("NEO4J_USERNAME_FILE", str(file))
    assert values()["NEO4J_USERNAME"] is None


def unusable(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Paths, and what is said of them."""
    for name, content, reason in (
        ("empty", b"", "it is empty"),
        ("blank", b" \n", "it is empty"),
        ("latin", b"s\xe9cret-value", "it is not UTF-8"),
        ("large", b"secret-value" * MAX_BYTES, "it is larger than 64 KiB, too large for a secret"),
        ("lines", b"secret-value\nsecret-value\n", "expected one line without control characters"),
        ("null", b"secret-value\0", "expected one line without control characters"),
    ):
        (tmp_path / name).write_bytes(content)
        yield str(tmp_path / name), reason
    os.mkfifo(tmp_path / "pipe")
    yield str(tmp_path / "pipe"), "it is not a regular file"
    yield str(tmp_path), "it is a directory"
    yield str(tmp_path / "none"), "No such file or directory"
    yield str(tmp_path / "empty" / "below"), "Not a directory"
    yield "x" * 5_000, "File name too long"
    if os.geteuid():
        (tmp_path / "withheld").write_text("secret-value")
        (tmp_path / "withheld").chmod(0)
        yield str(tmp_path / "withheld"), "Permission denied"


def test_a_file_without_a_secret_is_told_by_variable_path_and_reason(tmp_path: Path) -> None:
    for path, reason in unusable(tmp_path):
        with pytest.raises(SettingError) as told:
            read_secret(NAME, Path(path))
        assert str(told.value) == f"{NAME}: {path}: {reason}"


@given(st.binary(min_size=4, max_size=200))
def test_whatever_a_file_holds_is_read_or_refused_and_never_told(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_bytes(content)
    try:
        found = read_secret(NAME, file)
    except SettingError as error:
        told = str(error)
    else:
        assert found.encode() in content
        assert not any(character < " " for character in found)
        return
    assert told in {
        f"{NAME}: {file}: {reason}"
        for reason in ("it is empty", "it is not UTF-8", "expected one line without control characters")
    }


@pytest.mark.parametrize(
    "command", ["list", "crawl huggingface", "status", "doctor --offline", "settings --get BOT_NAME"]
)
def test_commands_say_it_in_one_line(command: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("not-to-be-told\nnot-to-be-told\n")
    names = ["NEO4J_PASSWORD_FILE"]
    if command == "doctor --offline":  # which reads the settings of platforms, too
        names.append(NAME)
    for name in names:
        project = Project(tmp_path / "data", "http://127.0.0.1:9", **{name: str(file)})
        done = project.scrapy(*command.split())
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines() == [f"{name}: {file}: expected one line without control characters"]


@pytest.mark.parametrize("words", ["status", "list", "doctor --offline"])
def test_the_console_script_says_it_in_one_line(words: str, tmp_path: Path) -> None:
    project = Project(tmp_path / "data", "http://127.0.0.1:9", HF_TOKEN_FILE="none", NEO4J_PASSWORD_FILE="none")
    done = subprocess.run(
        [sys.executable, "-m", "mlentory_crawl", *words.split()],
        cwd=ROOT, env=project.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert (
        line.removeprefix(f"mlentory {words.partition(' ')[0]}: ")
        == "NEO4J_PASSWORD_FILE: none: No such file or directory"
    )


@pytest.mark.parametrize(("content", "reason"), [(b"HF_TOKEN=\xe9", "it is not UTF-8")])
def test_a_file_of_settings_that_cannot_be_read_is_one_line(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "settings").write_bytes(content)
    project = Project(tmp_path / "data", "http://127.0.0.1:9", **{ENV_FILE: str(tmp_path / "settings")})
    done = project.scrapy("list")
    assert (done.returncode, done.stderr) == (2, f"{tmp_path / 'settings'}: {reason}\n")


def test_a_crawl_sends_the_token_in_the_file(tmp_path: Path, file: Path) -> None:
    with SampleHub(models=3) as hub:
        project = CatalogProject(tmp_path / "data", hub.url, HF_TOKEN_FILE=str(file))
        file.write_text("hf_from_file\n")
        assert project.crawl("-a", "mode=census")["records"]["new"] == 3
        file.write_text("that the hub does not know")
        assert project.scrapy("crawl", "huggingface", "-a", "mode=census").returncode == 1


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("HF_TOKEN", "hf_x", "set"),
        ("ELASTICSEARCH_URL", "https://me:pw@search.example:9200/x", "https://search.example:9200/x"),
        ("ELASTICSEARCH_URL", "https://search.example", "https://search.example"),
        ("ELASTICSEARCH_URL", "https://me:p/w@search.example", "set"),
        ("ELASTICSEARCH_URL", "me:pw@search.example", "set"),
        ("ELASTICSEARCH_URL", "https://me:pw@[search.example", "set"),
        ("MONGODB_URI", "mongodb://db.example/?tlsCertificateKeyFilePassword=pw", "set"),
        ("CRAWLER_CONTACT", "mailto:ada@example.org", "mailto:ada@example.org"),
    ],
)
def test_nothing_secret_is_shown(name: str, value: str, text: str) -> None:
    (variable,) = (each for each in variables() if each.name == name)
    assert shown(variable, value) == text


def test_values_are_not_in_the_names_of_things(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracebacks of other programs show what objects call themselves."""
    monkeypatch.setenv("X_KEY", "not-to-be-told")
    assert "not-to-be-told" not in repr(read_settings([Variable("X_KEY", None, "", secret=True)]))
