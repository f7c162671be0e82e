"""Servers on the loopback that stand between a client and a real server, or answer what none of ours would."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


@contextmanager
def served(answer: Callable[[str, str, bytes], Answer | None], host: str = "127.0.0.1") -> Iterator[str]:
    """A server's address.

    Args:
        answer: what it answers to method, path and body; None hangs up.
        host: an address of the loopback.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answered = answer(self.command, self.path, body)
            self.close_connection = answered is None
            if answered is None:
                return
            status, headers, told = answered
            if status == 200 and self._has(headers):
                status, told = 304, b""
            (self.send_response_only if "Date" in headers else self.send_response)(status)
            for name, value in ({"Content-Type": "application/json"} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            if self.command != "HEAD":
                with suppress(ConnectionError):  # not everybody listens to the end
                    self.wfile.write(told)

        def _has(self, headers: dict[str, str]) -> bool:
            """Whether the client has what would be sent, as it says."""
            asked = [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")]
            return any(name in headers and self.headers.get(condition) == headers[name] for condition, name in asked)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

        def log_message(self, *args: object) -> None: ...

    with ThreadingHTTPServer((host, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://{host}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def forwarded(url: str, method: str, path: str, body: bytes) -> Answer:
    """What a real server at a URL answers."""
    kind = "application/x-ndjson" if "_bulk" in path else "application/json"
    request = urllib.request.Request(
        url + path, data=body or None, method=method, headers={"Content-Type": kind, "Accept": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, {"X-Elastic-Product": "Elasticsearch"}, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {"X-Elastic-Product": "Elasticsearch"}, error.read()
