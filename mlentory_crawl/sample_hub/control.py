"""The interface for tests to inspect and change the sample hub, under ``/__sample_hub/``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from mlentory_crawl.sample_hub.conditions import Conditions, Quota, Statistics
from mlentory_crawl.sample_hub.hub import Hub
from mlentory_crawl.sample_hub.messages import Answer, Request

CONTROL = "/__sample_hub/"
_CONDITIONS: dict[str, Callable[[Any], Any]] = {
    "fail": float,
    "latency": float,
    "quota": int,
    "window": int,
    "refuse": list,
    "deny": list,
}
_KEYS = ("delete", "restore", "touch", "patch", "rename", "reset", *_CONDITIONS)


class Control:
    """Answers the requests of tests.

    ``GET stats`` returns ``models``, ``requests`` by route and status, and ``faults``; ``GET ids`` all ids, oldest
    first. ``POST set`` takes an object. ``delete``, ``restore``, ``touch`` (a new commit, now): lists of ids.
    ``patch``: fields by id. ``rename``: new ids by old ones. ``fail``, ``latency``, ``quota``, ``window``, ``refuse``,
    ``deny``: see `Conditions`. ``reset``: restart the statistics from zero. An order that cannot be carried out in full
    changes nothing and is answered with a 400.

    Args:
        hub, conditions, quota, statistics: the objects that it inspects and changes.
    """

    def __init__(self, hub: Hub, conditions: Conditions, quota: Quota, statistics: Statistics) -> None:
        self._hub = hub
        self._conditions = conditions
        self._quota = quota
        self._statistics = statistics

    def answer(self, request: Request) -> Answer:
        """The answer to a request under `CONTROL`."""
        match request.method, request.path.removeprefix(CONTROL):
            case "GET", "stats":
                return _json(
                    {
                        "models": len(self._hub),
                        "requests": self._statistics.requests,
                        "faults": self._statistics.faults,
                    }
                )
            case "GET", "ids":
                return _json(self._hub.ids())
            case "POST", "set":
                try:
                    self._set(orjson.loads(request.body))
                except (ValueError, TypeError, AttributeError, KeyError) as error:
                    return Answer.error("control", 400, f"{type(error).__name__}: {error}")
                return _json({})
        return Answer.error("control", 404, "There are GET stats, GET ids and POST set.")

    def _set(self, order: dict[str, Any]) -> None:
        if unknown := order.keys() - set(_KEYS):
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(_KEYS)}")
        hub = self._hub
        actions = [partial(hub.delete, self._number(id)) for id in order.get("delete", [])]
        actions += [partial(hub.restore, self._number(id)) for id in order.get("restore", [])]
        actions += [partial(hub.touch, self._number(id)) for id in order.get("touch", [])]
        actions += [
            partial(hub.patch, self._number(id), _fields(fields)) for id, fields in order.get("patch", {}).items()
        ]
        actions += [
            partial(hub.rename, self._number(old), self._free(new)) for old, new in order.get("rename", {}).items()
        ]
        conditions = {name: kind(order[name]) for name, kind in _CONDITIONS.items() if name in order}
        replace(self._conditions, **conditions)  # raises if a value is out of range
        for action in actions:
            action()
        for name, value in conditions.items():
            setattr(self._conditions, name, value)
        if conditions.keys() & {"quota", "window"}:
            self._quota.restart()
        if order.get("reset"):
            self._statistics.reset()

    def _free(self, id: str) -> str:
        n = self._hub.find(id)
        if n is not None and self._hub.id(n) == id:
            raise ValueError(f"a model has the id {id!r} already")
        return id

    def _number(self, id: str) -> int:
        n = self._hub.find(id, deleted=True)
        if n is None or self._hub.id(n) != id:
            raise ValueError(f"no model has the id {id!r}")
        return n


def _fields(fields: dict[str, Any]) -> dict[str, Any]:
    if fixed := fields.keys() & {"_id", "id", "modelId", "author", "createdAt"}:
        raise ValueError(f"cannot be patched: {', '.join(sorted(fixed))}")
    return dict(fields)


def _json(value: object) -> Answer:
    return Answer("control", body=orjson.dumps(value))
