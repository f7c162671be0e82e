"""What the files for GitHub and CI name exists here."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlentory_crawl.commands.groups import command_of

ROOT = Path(__file__).parents[2]
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_ci_runs_every_tier() -> None:
    (steps,) = re.findall(r"^for step in (.+); do$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    tiers = [target for target in TARGETS if target.startswith("test")]
    assert len(tiers) == 3
    assert {*tiers, "lint", "typecheck"} <= set(steps.split()) <= set(TARGETS)


def test_workflows_run_what_there_is() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        jobs: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
        commands = [step["run"].split() for job in jobs.values() for step in job["steps"] if "run" in step]
        assert commands
        for command, *rest in commands:
            assert rest[0] in TARGETS if command == "make" else (ROOT / command).is_file()


@pytest.mark.parametrize("path", FORMS, ids=[path.stem for path in FORMS])
def test_a_form_asks_for_what_commands_print(path: Path) -> None:
    form = yaml.safe_load(path.read_text())
    assert form["name"]
    assert form["description"]
    ids = [field["id"] for field in form["body"]]
    assert len(set(ids)) == len(ids)
    assert all(field["attributes"]["label"] for field in form["body"])
    for command in re.findall(r"`mlentory ([a-z][^`]*)`", path.read_text()):
        name, *words = shlex.split(command)
        parser = argparse.ArgumentParser()
        command_of(name).add_options(parser)
        assert [word for word in parser.parse_known_args(words)[1] if word.startswith("-")] == [], command
