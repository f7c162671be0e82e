"""A small made-up OpenML: its lists, details and errors, as JSON and as XML; nothing in it is from the real one.

``python tests/support/openml_server.py FLOWS EVALUATIONS`` serves any number of flows and evaluations until it is
interrupted.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from support.http_servers import Answer, served

Row = dict[str, Any]
Fault = Callable[[str], Answer | None]

NOTHING = {"data": "372", "task": "482", "flow": "500", "evaluation": "542"}
UNKNOWN = {"data": "111", "task": "151", "flow": "181"}
ROWS = {"data": "dataset", "task": "task", "flow": "flow", "evaluation": "evaluation"}
LISTS = {"data": "data", "task": "tasks", "flow": "flows", "evaluation": "evaluations"}
PAGE = b"<!DOCTYPE html>\n<html><body><h1>Down for maintenance</h1></body></html>"


def dataset(id: int, **fields: Any) -> Row:
    """A row of the list of datasets."""
    qualities = {"NumberOfInstances": f"{id}0.0", "NumberOfFeatures": "5.0", "MajorityClassSize": "50.0"}
    return {
        "did": id,
        "name": f"meadow-{id}",
        "version": 1,
        "status": "active",
        "format": "ARFF",
        "quality": [{"name": name, "value": value} for name, value in qualities.items()],
        **fields,
    }


def described_dataset(row: Row, **fields: Any) -> Row:
    """The description of a dataset, in the strings that details have."""
    return {
        "id": str(row["did"]),
        "name": row["name"],
        "version": str(row["version"]),
        "description": f"Plants of meadow {row['did']}.",
        "format": row["format"],
        "creator": ["Ada Wiese", "Ben Halm"],
        "contributor": [],
        "upload_date": "2021-05-04T03:02:01",
        "licence": "CC BY 4.0",
        "language": "English",
        "url": f"https://data.example.org/{row['did']}/meadow.arff",
        "default_target_attribute": "kind",
        "citation": [],
        "tag": "plants",
        "visibility": "public",
        **fields,
    }


def task(id: int, on: Row, **fields: Any) -> Row:
    """A row of the list of tasks."""
    inputs = {"estimation_procedure": "1", "source_data": str(on["did"]), "target_feature": "kind"}
    return {
        "task_id": id,
        "task_type_id": 1,
        "task_type": "Supervised Classification",
        "did": on["did"],
        "name": on["name"],
        "status": "active",
        "format": "ARFF",
        "input": [{"name": name, "value": value} for name, value in inputs.items()],
        "quality": on["quality"],
        **fields,
    }


def flow(id: int, **fields: Any) -> Row:
    """A row of the list of flows."""
    name = fields.get("name", f"acme.Sorter{id}")
    return {
        "id": id,
        "full_name": f"{name}(1)",
        "name": name,
        "version": 1,
        "external_version": f"acme=={id}.0",
        "uploader": 7,
        **fields,
    }


def described_flow(row: Row, **fields: Any) -> Row:
    """The description of a flow."""
    return {
        "id": str(row["id"]),
        "uploader": str(row["uploader"]),
        "name": row["name"],
        "version": str(row["version"]),
        "external_version": row["external_version"],
        "description": "Sorts leaves.",
        "creator": "Cleo Blatt",
        "contributor": [],
        "upload_date": "2021-06-07 08:09:10",
        "language": "English",
        "dependencies": "acme==1.2\nnumpy>=1.6",
        "parameter": [
            {"name": "depth", "data_type": "int", "default_value": "3", "description": "how deep"},
            {"name": "seed", "data_type": [], "default_value": [], "description": []},
        ],
        "tag": ["sorting", "leaves"],
        **fields,
    }


def evaluation(run: int, of: Row, on: Row, function: str = "predictive_accuracy", **fields: Any) -> Row:
    """A row of the lists of evaluations, as the XML has it; ``on`` is a task."""
    return {
        "run_id": run,
        "uploader": 7,
        "task_id": on["task_id"],
        "setup_id": run % 50 + 1,
        "flow_id": of["id"],
        "flow_name": of["full_name"],
        "data_id": on["did"],
        "data_name": on["name"],
        "evaluation_engine_id": 1,
        "function": function,
        "upload_time": "2022-01-02 03:04:05",
        "value": f"0.{run % 9_000 + 1_000}",
        **fields,
    }


@dataclass
class OpenML:
    """What the server has, and what goes wrong.

    Attributes:
        lists: the rows, by the first step of a list's path.
        descriptions: by the path of each, such as ``flow/1``; those that are not here are made up from the rows.
        faults: by a part of the path, what is answered in place of the truth.
        asked: how often each path was asked for.
    """

    lists: dict[str, list[Row]] = field(default_factory=dict)
    descriptions: dict[str, Row] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    @classmethod
    def small(cls, datasets: int = 3, flows: int = 4, runs: int = 6) -> OpenML:
        """A few of everything; each run has two measures."""
        data = [dataset(n) for n in range(1, datasets + 1)]
        tasks = [task(n, row) for n, row in enumerate(data, 1)]
        return cls._of(data, tasks, [flow(n) for n in range(1, flows + 1)], runs)

    @classmethod
    def _of(cls, data: list[Row], tasks: list[Row], flows: list[Row], runs: int) -> OpenML:
        evaluations = [
            evaluation(run, flows[run % len(flows)], tasks[run % len(tasks)], function)
            for run in range(1, runs + 1)
            for function in ("predictive_accuracy", "area_under_roc_curve")
        ]
        return cls({"data": data, "task": tasks, "flow": flows, "evaluation": evaluations})

    def answer(self, method: str, path: str, body: bytes) -> Answer | None:
        """What the server answers."""
        self.asked[path] += 1
        for part, fault in self.faults.items():
            if part in path:
                told = fault(path)
                if told is None or told[0] != 100:
                    return told
        return self.plain(path)

    def plain(self, path: str) -> Answer:
        """The same, if nothing goes wrong."""
        format, *steps = path.removeprefix("/api/v1/").split("/")
        is_json = format == "json"
        if steps[0] == "estimationprocedure":
            procedures = {
                "estimationprocedures": {"estimationprocedure": [{"id": "1", "name": "10-fold Crossvalidation"}]}
            }
            return _said(procedures, is_json=is_json)
        if steps[1] != "list":
            described = self._description("/".join(steps))
            return refused(UNKNOWN[steps[0]], "Unknown thing", is_json) if described is None else _said(
                described, is_json=is_json
            )  # fmt: skip
        filters = dict(zip(steps[2::2], steps[3::2], strict=True))
        found = self._rows(steps[0], filters)
        if not found:
            return refused(NOTHING[steps[0]], "No results", is_json)
        if steps[0] == "evaluation" and is_json:
            found = [{name: row[name] for name in row if name not in _XML_ONLY} for row in found]
        return _said({LISTS[steps[0]]: {ROWS[steps[0]]: found}}, is_json=is_json, is_list=True)

    def _rows(self, name: str, filters: dict[str, str]) -> list[Row]:
        found = self.lists[name]
        columns = {"task": "task_id", "flow": "flow_id", "run": "run_id", "data_id": "did"}
        for filter, value in filters.items():
            column = columns.get(filter, filter)
            if column not in ("limit", "offset", "status"):
                found = [row for row in found if str(row[column]) in value.split(",")]
        first = int(filters.get("offset", 0))
        return found[first : first + int(filters.get("limit", len(found)))]

    def _description(self, path: str) -> Row | None:
        name, id = path.split("/")
        row = next((row for row in self.lists[name] if str(row.get("did") or row["id"]) == id), None)
        if row is None:
            return None
        made = described_dataset(row) if name == "data" else described_flow(row)
        return {"data_set_description" if name == "data" else "flow": self.descriptions.get(path, made)}

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address of its API."""
        with served(self.answer) as url:
            yield f"{url}/api/v1"


_XML_ONLY = frozenset({"data_id", "uploader", "evaluation_engine_id"})


def refused(code: str, message: str, is_json: bool = True, status: int = 412) -> Answer:
    """An error as the API tells it."""
    error = {"error": {"code": code, "message": message, "additional_information": ""}}
    return _said(error, is_json=is_json, status=status)


def _said(told: Row, *, is_json: bool, is_list: bool = False, status: int = 200) -> Answer:
    if is_json:
        text = _unescaped(told) if is_list else json.dumps(told)
        return status, {}, text.encode()
    ((name, inside),) = told.items()
    return status, {"Content-Type": "text/xml"}, _xml(name, inside, ' xmlns:oml="http://openml.org/openml"').encode()


def _unescaped(value: Any) -> str:
    """JSON as templates write it that escape nothing."""
    if isinstance(value, dict):
        return "{" + ",".join(f'"{name}":{_unescaped(inside)}' for name, inside in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n".join(map(_unescaped, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else json.dumps(value)


def _xml(name: str, value: Any, attributes: str = "") -> str:
    if isinstance(value, list):
        return "".join(_xml(name, each) for each in value)
    if isinstance(value, dict):
        if set(value) == {"name", "value"}:
            return f"<oml:{name} name={quoteattr(value['name'])}>{escape(str(value['value']))}</oml:{name}>"
        inside = "".join(_xml(each, inner) for each, inner in value.items())
        return f"<oml:{name}{attributes}>{inside}</oml:{name}>"
    return f"<oml:{name}>{escape(str(value))}</oml:{name}>"


def times(count: int, answer: Answer | None) -> Fault:
    """A fault that goes away after so many answers."""
    left = [count]

    def fault(path: str) -> Answer | None:
        left[0] -= 1
        return answer if left[0] >= 0 else (100, {}, b"")

    return fault


def always(answer: Answer | None) -> Fault:
    """A fault that stays."""
    return lambda path: answer


class Volume(OpenML):
    """Any number of flows and evaluations, made up as they are asked for."""

    def __init__(self, flows: int, evaluations: int) -> None:
        data = [dataset(n) for n in range(1, 51)]
        super().__init__({"data": data, "task": [task(n, row) for n, row in enumerate(data, 1)]})
        self.flows, self.evaluations = flows, evaluations

    def _rows(self, name: str, filters: dict[str, str]) -> list[Row]:
        if name in self.lists:
            return super()._rows(name, filters)
        first, limit = int(filters["offset"]), int(filters["limit"])
        if name == "flow":
            return [flow(n) for n in range(first + 1, min(first + limit, self.flows) + 1)]
        if filters["function"] != "predictive_accuracy":
            return []
        tasks = self.lists["task"]
        return [
            evaluation(run, flow(run % self.flows + 1), tasks[run % len(tasks)])
            for run in range(first + 1, min(first + limit, self.evaluations) + 1)
        ]

    def _description(self, path: str) -> Row | None:
        name, id = path.split("/")
        return {"flow": described_flow(flow(int(id)))} if name == "flow" else super()._description(path)


def main() -> None:
    """Serve what the command line asks for."""
    flows, evaluations = map(int, sys.argv[1:])
    with Volume(flows, evaluations).served() as url:
        print(url, flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
