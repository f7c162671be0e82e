"""What the files for Docker say holds together; they are not run here."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlentory_crawl.spiders import variables

ROOT = Path(__file__).parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::([?-])([^}]*))?\}")


def test_every_variable_is_documented() -> None:
    written = (ROOT / ".env.example").read_text() + (ROOT / "docs" / "deployment.md").read_text()
    names = {name for name, _, _ in _VARIABLE.findall(COMPOSE_TEXT)}
    assert names
    assert {name for name in names if not re.search(rf"\b{name}\b", written)} == set()


def test_what_has_no_default_is_asked_for() -> None:
    for name, operator, text in _VARIABLE.findall(COMPOSE_TEXT):
        assert operator, f"{name} may be unset without anybody noticing"
        assert not name.endswith("PASSWORD") or (operator == "?" and text), f"{name} has no message"


def test_ports_of_the_example_are_the_defaults() -> None:
    defaults = {name: text for name, operator, text in _VARIABLE.findall(COMPOSE_TEXT) if operator == "-" and text}
    example = dict(line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line)
    assert defaults
    assert {name: example.get(name) for name in defaults} == defaults


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_server_keeps_its_data_and_its_limits_and_is_reached_from_this_machine_only(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["mem_limit"]
    assert service["stop_grace_period"]
    assert {volume.partition(":")[0] for volume in service["volumes"]} <= COMPOSE["volumes"].keys()
    assert service["ports"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "healthcheck" in service or "HEALTHCHECK" in DOCKERFILE
    assert "image" not in service or not service["image"].endswith(":latest")


def test_the_crawler_gets_settings_that_exist() -> None:
    given = {name for name in COMPOSE["services"]["crawler"]["environment"] if not name.startswith("SCRAPYD_")}
    # Stores name their settings themselves; the rest has to be in the table.
    stores = {name for name in given if name.startswith(("NEO4J_", "ELASTICSEARCH_"))}
    assert given - stores <= {variable.name for variable in variables()}


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
