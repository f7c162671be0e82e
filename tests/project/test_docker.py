"""What the files for Docker say holds together; they are not run here."""

from __future__ import annotations

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlentory_crawl.config import names_in_environment
from mlentory_crawl.spiders import variables

ROOT = Path(__file__).parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
PORTS_TEXT = (ROOT / "docker-compose.ports.yml").read_text()
PORTS: dict[str, Any] = yaml.safe_load(PORTS_TEXT)
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::([?+-])([^}]*))?\}")


def test_every_variable_is_documented() -> None:
    written = (ROOT / ".env.example").read_text() + (ROOT / "docs" / "deployment.md").read_text()
    names = {name for name, _, _ in _VARIABLE.findall(COMPOSE_TEXT + PORTS_TEXT)}
    assert names
    assert {name for name in names if not re.search(rf"\b{name}\b", written)} == set()


def test_what_has_no_default_is_asked_for() -> None:
    for name, operator, _ in _VARIABLE.findall(COMPOSE_TEXT):
        assert operator, f"{name} may be unset without anybody noticing"
    asked = {name: text for name, operator, text in _VARIABLE.findall(COMPOSE_TEXT) if operator == "?" and text}
    assert asked.keys() == {secret["environment"] for secret in COMPOSE["secrets"].values()}
    assert all(f"set {name} in .env" in text for name, text in asked.items())


def test_ports_of_the_example_are_the_defaults() -> None:
    defaults = {
        name: text for name, operator, text in _VARIABLE.findall(COMPOSE_TEXT + PORTS_TEXT) if operator == "-" and text
    }
    assert {defaults.pop(name) for name in ("HF_TOKEN", "GITHUB_TOKEN")} == {"none"}
    example = dict(line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line)
    assert defaults
    assert {name: example.get(name) for name in defaults} == defaults


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_server_keeps_its_data_and_its_limits(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["mem_limit"]
    assert service["stop_grace_period"]
    assert {volume.partition(":")[0] for volume in service["volumes"]} <= COMPOSE["volumes"].keys()
    assert "healthcheck" in service or "HEALTHCHECK" in DOCKERFILE
    assert "image" not in service or not service["image"].endswith(":latest")


def test_only_the_crawler_has_a_way_out_and_a_port() -> None:
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    services = COMPOSE["services"]
    assert {name for name, service in services.items() if "edge" in service["networks"]} == {"crawler"}
    assert {name for name, service in services.items() if "ports" in service} == {"crawler"}
    assert all(set(service["networks"]) <= COMPOSE["networks"].keys() for service in services.values())


@pytest.mark.parametrize("compose", [COMPOSE, PORTS], ids=["alone", "with ports"])
def test_nothing_listens_beyond_this_machine(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_ports_are_those_of_the_stores() -> None:
    """What the second file adds is reached from this machine: a network without a way out has no ports."""
    assert PORTS["services"].keys() == COMPOSE["services"].keys() - {"crawler"}
    for name, service in PORTS["services"].items():
        assert service.keys() == {"networks", "ports"}
        assert set(service["networks"]) == {*COMPOSE["services"][name]["networks"], "edge"}


# The users that the images run as, or read files as.
USERS = {"neo4j": "7474", "elasticsearch": "1000", "crawler": re.findall(r"--uid (\d+)", DOCKERFILE)[0]}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_secrets_reach_a_server_as_files_that_it_alone_reads(name: str) -> None:
    service = COMPOSE["services"][name]
    mounted = {
        secret.get("target", f"/run/secrets/{secret['source']}"): secret for secret in service.get("secrets", ())
    }
    assert {secret["source"] for secret in mounted.values()} <= COMPOSE["secrets"].keys()
    mounted |= {config["target"]: config for config in service.get("configs", ())}
    for file in mounted.values():
        assert (file["uid"], file["mode"]) == (USERS[name], "0o400")
    named = {text for key, text in service["environment"].items() if key.endswith("_FILE")}
    # One that may be unset is only named if it is set.
    assert {_VARIABLE.sub(lambda found: found[3], text) for text in named} == mounted.keys()
    for key, text in service["environment"].items():
        assert key.endswith("_FILE") or not key.endswith(("PASSWORD", "TOKEN", "KEY", "AUTH"))
        assert not re.search(r"PASSWORD|TOKEN", text) or key.endswith("_FILE")


def test_what_may_be_unset_has_some_content() -> None:
    for config in COMPOSE["configs"].values():
        (found,) = _VARIABLE.finditer(config["content"])
        assert found[2] == "?" or found[3]


def test_the_crawler_gets_settings_that_exist() -> None:
    given = {name for name in COMPOSE["services"]["crawler"]["environment"] if not name.startswith("SCRAPYD_")}
    assert given <= names_in_environment(variables())


def test_a_newcomer_gets_passwords(tmp_path: Path) -> None:
    for name in ("Makefile", ".env.example"):
        shutil.copy(ROOT / name, tmp_path)
    command = ["make", "--no-print-directory", ".env"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    made = (tmp_path / ".env").read_text()
    needed = {secret["environment"] for secret in COMPOSE["secrets"].values()}
    passwords = dict(re.findall(r"^(\w+)=([0-9a-f]{32})$", made, re.MULTILINE))
    assert passwords.keys() == needed
    assert len(set(passwords.values())) == len(needed)
    assert not any(password in done.stdout for password in passwords.values())
    example = re.sub(
        r"(?m)^# (?=(SCRAPYD|NEO4J|ELASTICSEARCH)_PASSWORD=$)", "", (tmp_path / ".env.example").read_text()
    )
    assert re.sub(r"[0-9a-f]{32}$", "", made, flags=re.MULTILINE) == example
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / ".env").read_text() == made


def test_the_image_is_built_from_files_that_it_can_see_and_runs_as_a_user_without_rights() -> None:
    patterns = (ROOT / ".dockerignore").read_text().splitlines()
    seen = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    assert "*" in patterns
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    ]  # fmt: skip
    assert copied
    for path in copied:
        assert (ROOT / path).exists()
        assert any(fnmatch(path, pattern) for pattern in seen), f"{path} is hidden by .dockerignore"
    assert re.search(r"^USER (?!root|0)\w+$", DOCKERFILE, re.MULTILINE)
    assert f"WORKDIR {COMPOSE['services']['crawler']['volumes'][0].partition(':')[2]}" in DOCKERFILE
