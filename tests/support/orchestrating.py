"""Dagster's view of a data directory; its commands are real processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from mlentory_crawl.config.environment import names_in_environment
from mlentory_crawl.orchestration.program import PROGRAM
from mlentory_crawl.spiders import variables
from support.crawling import Project

DEFINITIONS = "mlentory_crawl.orchestration.definitions"
CRAWL = "crawl_huggingface"


class Orchestrated(Project):
    """A data directory with what Dagster shows of it.

    Args:
        patch: sets the environment, in which the definitions are loaded anew, and undoes that.
        data_dir: where the data directory is, or will be.
        endpoint: the hub's address.
        given: further environment variables.

    Attributes:
        view: the module of the definitions; failures are tried again without delay.
        instance: keeps runs and events, in memory unless it is replaced.
    """

    def __init__(self, patch: pytest.MonkeyPatch, data_dir: Path, endpoint: str, **given: str) -> None:
        for name in (*names_in_environment(variables()), PROGRAM):
            patch.delenv(name, raising=False)
        super().__init__(data_dir, endpoint, **given)
        for name, value in self.environment.items():
            patch.setenv(name, value)
        patch.delitem(sys.modules, DEFINITIONS, raising=False)
        self.view: Any = import_module(DEFINITIONS)
        patch.setattr(self.view, "RETRY_AFTER", 0.0)
        self.instance = dg.DagsterInstance.ephemeral(tempdir=str(data_dir.parent))

    def run(self, job: str, *chosen: str, partition: str | None = None, **arguments: str) -> Done:
        """Run a job to its end in this process.

        Args:
            job: its name.
            chosen: the assets to materialize; all of the job if there are none.
            partition: the partition of them.
            arguments: those of the crawl.
        """
        done = self.view.definitions.resolve_job_def(job).execute_in_process(
            run_config=configured(job, arguments) if arguments else None,
            instance=self.instance,
            asset_selection=[dg.AssetKey.from_user_string(key) for key in chosen] or None,
            partition_key=partition,
            raise_on_error=False,
        )
        return Done(done, self.instance)


def configured(job: str, arguments: Mapping[str, str]) -> dict[str, Any]:
    """The configuration of a run that passes arguments to the crawl."""
    crawl = f"crawl_{job.removesuffix('_enrich')}"
    return {"ops": {crawl: {"config": {"arguments": dict(arguments)}}}}


@contextmanager
def orchestrated(data_dir: Path, endpoint: str, **given: str) -> Iterator[Orchestrated]:
    """For fixtures that serve a whole module."""
    with pytest.MonkeyPatch.context() as patch:
        yield Orchestrated(patch, data_dir, endpoint, **given)


class Done:
    """What became of a run.

    Attributes:
        success: whether no step failed.
        tags: those of the run.
        metadata: of each asset that was materialized, by its key.
        versions: the data version of each.
        checks: whether each passed, by asset and name.
    """

    def __init__(self, done: dg.ExecuteInProcessResult, instance: dg.DagsterInstance) -> None:
        self._done = done
        run = instance.get_run_by_id(done.run_id)
        assert run is not None
        self.run_id, self.success, self.tags = done.run_id, done.success, run.tags
        self.metadata: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, str] = {}
        for event in done.get_asset_materialization_events():
            told = event.materialization
            key = told.asset_key.to_user_string()
            self.metadata[key] = {name: value.value for name, value in told.metadata.items()}
            self.versions[key] = (told.tags or {}).get("dagster/data_version", "")
        self.checks = {
            (told.asset_key.to_user_string(), told.check_name): told.passed
            for told in done.get_asset_check_evaluations()
        }

    def failed_checks(self) -> set[tuple[str, str]]:
        return {name for name, passed in self.checks.items() if not passed}

    def attempts(self, step: str) -> int:
        started = (dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_RESTARTED)
        return sum(event.event_type in started for event in self._done.events_for_node(step))

    def failure(self, step: str) -> str:
        """The reason that a step failed for."""
        (failure,) = (event for event in self._done.events_for_node(step) if event.is_step_failure)
        description = failure.step_failure_data.user_failure_data
        assert description is not None
        return str(description.description)


def program(path: Path, source: str) -> str:
    """A program of Python as the value of `PROGRAM`; in it, ``COMMAND`` starts the real one."""
    command = "[sys.executable, '-P', '-m', 'mlentory_crawl', *sys.argv[1:]]"
    path.write_text(f"import os, sys\nCOMMAND = {command}\n{source}")
    return f"{sys.executable} {path}"


def kept(folder: Path) -> bytes:
    """All that Dagster keeps in a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


MARKED = {each.name: f"hf_marked_{each.name}" for each in variables() if each.secret and each.name != "MONGODB_URI"}
"""A value that can be found again for each secret, of the kind that a sample hub takes for a token."""


def secrets_in(text: bytes) -> list[str]:
    """The names of the secrets of `MARKED` that a text has."""
    return [name for name, value in MARKED.items() if value.encode() in text]
