"""A small server with the routes of MLflow's REST API and made-up records; it can answer as none should, too."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

API = "/api/2.0/mlflow/"
LISTS = {
    "registered-models/search": "registered_models",
    "model-versions/search": "model_versions",
    "experiments/search": "experiments",
    "runs/search": "runs",
    "logged-models/search": "models",
}
PAGE = 2
"""Pages are small whatever is asked for, so that there are many."""

Answer = tuple[int, str | dict[str, Any]]


class Tracking:
    """What the server has, and what it was asked.

    Attributes:
        records: the records of each list, in order.
        requests: path, parameters and ``Authorization`` header of each request.
        answer: what it answers in place of the records, given path and parameters; None for the records.
    """

    def __init__(self) -> None:
        self.url = ""
        self.records: dict[str, list[Any]] = {name: [] for name in LISTS.values()}
        self.requests: list[tuple[str, dict[str, Any], str | None]] = []
        self.answer: Callable[[str, dict[str, Any]], Answer | None] = lambda path, asked: None
        self.location: str | None = None

    def asked(self, path: str) -> list[dict[str, Any]]:
        """The parameters of the requests for a path."""
        return [asked for each, asked, _ in self.requests if each == path]

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]

    def answered(self, path: str, asked: dict[str, Any]) -> Answer:
        if (special := self.answer(path, asked)) is not None:
            return special
        if path in LISTS:
            return 200, self._page(LISTS[path], asked)
        found = self._single(path, asked)
        if found is None:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"there is none: {path}"}
        return 200, found

    def handle(self, path: str, body: bytes, authorization: str | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to a request."""
        address = urlsplit(path)
        given = {name: values if name == "order_by" else values[0] for name, values in parse_qs(address.query).items()}
        asked = json.loads(body) if body else given
        path = address.path.removeprefix(API)
        self.requests.append((path, asked, authorization))
        status, told = self.answered(path, asked)
        headers = {"Content-Type": "text/html" if isinstance(told, str) else "application/json"}
        if self.location is not None and 300 <= status < 400:
            headers["Location"] = self.location
        return status, headers, told.encode() if isinstance(told, str) else json.dumps(told).encode()

    def _page(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        chosen = [each for each in self.records[name] if _fits(name, each, asked)]
        if "last_updated_timestamp DESC" in asked.get("order_by", ()):
            chosen.sort(key=lambda each: -int(each["last_updated_timestamp"]))
        start = int(asked.get("page_token") or 0)
        end = start + min(PAGE, int(asked["max_results"]))
        page = {name: chosen[start:end]} if chosen[start:end] else {}
        return {**page, "next_page_token": str(end)} if end < len(chosen) else page

    def _single(self, path: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        version = ("name", "version")
        kinds: dict[str, tuple[str, str, tuple[str, ...]]] = {
            "registered-models/get": ("registered_models", "registered_model", ("name",)),
            "model-versions/get": ("model_versions", "model_version", version),
            "experiments/get": ("experiments", "experiment", ("experiment_id",)),
            "runs/get": ("runs", "run", ("run_id",)),
        }
        if path.startswith("logged-models/"):
            kinds[path] = ("models", "model", ("model_id",))
            asked = {"model_id": path.partition("/")[2]}
        if path not in kinds:
            return None
        name, field, keys = kinds[path]
        for each in self.records[name]:
            about = each.get("info", each)
            if [about.get(key) for key in keys] == [asked.get(key) for key in keys]:
                return {field: each}
        return None


def _fits(name: str, record: Any, asked: dict[str, Any]) -> bool:
    if not isinstance(record, dict):
        return name in ("registered_models", "experiments")
    if name == "model_versions":
        if (pattern := re.fullmatch("name LIKE '([^']*)'", asked["filter"])) is not None:
            return re.fullmatch(re.escape(pattern[1]).replace("_", "."), record["name"]) is not None
        return f"name='{record['name']}'" in asked["filter"]
    if name in ("runs", "models") and record["info"].get("experiment_id") not in asked["experiment_ids"]:
        return False
    condition = asked.get("filter", "")
    if name == "runs" and (since := re.search(r"end_time >= (\d+)", condition)):
        return int(record["info"].get("end_time") or 0) >= int(since[1])
    if name == "runs" and "status !=" in condition:
        return f"'{record['info'].get('status')}'" not in condition
    return True


@contextmanager
def tracking() -> Iterator[Tracking]:
    """A server on the loopback, without records yet."""
    held = Tracking()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, text = held.handle(self.path, body, self.headers.get("Authorization"))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        held.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield held
        finally:
            server.shutdown()
            thread.join()


def run_id(number: int) -> str:
    return f"{number:032x}"


def filled(held: Tracking, models: int = 5, runs: int = 7) -> None:
    """Registered models with one version each, from the runs of the same number, and an experiment for every three."""
    for number in range(models):
        stamps = {"creation_timestamp": 1_700_000_000_000, "last_updated_timestamp": 1_700_000_000_000 + number}
        aliases = [{"alias": "champion", "version": "1"}] if number == 0 else []
        held.records["registered_models"].append({"name": f"model-{number}", **stamps, "aliases": aliases})
        held.records["model_versions"].append(
            {
                "name": f"model-{number}",
                "version": "1",
                **stamps,
                "run_id": run_id(number),
                "source": f"s3://m/{number}",
            }
        )
    for number in range(runs):
        experiment = str(number // 3)
        if number % 3 == 0:
            held.records["experiments"].append({"experiment_id": experiment, "name": f"experiment {experiment}"})
        info = {
            "run_id": run_id(number),
            "run_name": f"run-{number}",
            "experiment_id": experiment,
            "status": "FINISHED",
        }
        times = {"start_time": 1_700_000_000_000, "end_time": 1_700_000_100_000}
        data = {
            "metrics": [{"key": "accuracy", "value": number / 10, "timestamp": 1_700_000_000_000, "step": 0}],
            "params": [{"key": "depth", "value": str(number)}],
        }
        held.records["runs"].append({"info": {**info, **times}, "data": data})
    held.records["models"].append(
        {"info": {"model_id": f"m-{'a' * 32}", "name": "classifier", "experiment_id": "0", "source_run_id": run_id(1)}}
    )
