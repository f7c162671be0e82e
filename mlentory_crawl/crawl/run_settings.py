"""The settings of a run as its report shows them: without secrets, and the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson

from mlentory_crawl.config.values import shown
from mlentory_crawl.config.variables import Variable

LEFT_OUT = frozenset({"MLENTORY_DATA_DIR"})
"""Settings that say where something is on this machine, which is where the report is found."""


@dataclass(frozen=True)
class RunSettings:
    """The settings of a run that are set, defaults included.

    Attributes:
        values: the values by name: ``set`` in place of secrets, and addresses without credentials.
        changed: the names of those that are not the default of this version.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, variables: Iterable[Variable], settings: Mapping[str, Any]) -> RunSettings:
        """Return the values that variables have in the settings of the project."""
        found = {
            variable: str(settings[variable.name])
            for variable in sorted(variables, key=lambda variable: variable.name)
            if variable.name not in LEFT_OUT and settings.get(variable.name) not in (None, "")
        }
        return cls(
            {variable.name: shown(variable, value) for variable, value in found.items()},
            [variable.name for variable, value in found.items() if value != variable.default],
        )

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the values as JSON, with sorted names and without spaces."""
        return sha256(orjson.dumps(dict(self.values), option=orjson.OPT_SORT_KEYS)).hexdigest()

    def difference(self, before: Mapping[str, str]) -> list[str]:
        """Return how the values differ from earlier ones, a text for each setting."""
        names = sorted(name for name in {*before, *self.values} if before.get(name) != self.values.get(name))
        return [f"{name} ({before.get(name, 'not set')}, now {self.values.get(name, 'not set')})" for name in names]
