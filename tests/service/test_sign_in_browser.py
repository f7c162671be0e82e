"""Signing in and out, and reading from another site, in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from support.browsing import listening
from support.openid_server import CLIENT, SECRET, openid_server

pytestmark = pytest.mark.extra(name="serve")


@contextmanager
def another_site() -> Iterator[str]:
    """The origin of an empty page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_person_signs_in_and_out(browser: Browser, library: Path) -> None:
    with openid_server() as provider:
        given = {"OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}
        with listening(library, SERVE_KEYS="required", **given) as site, browser.new_context() as context:
            page = context.new_page()
            page.goto(f"{site}/coverage?platform=x")
            page.locator("main").get_by_role("link", name="Sign in").click()
            expect(page).to_have_url(f"{site}/coverage?platform=x")
            expect(page.locator("header.top")).to_contain_text("Signed in as Anna <b>")
            (cookie,) = (each for each in context.cookies() if each["name"] == "mlentory")
            assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
            page.get_by_role("button", name="Sign out").click()
            expect(page).to_have_url(f"{site}/")
            expect(page.locator("header.top").get_by_role("link", name="Sign in")).to_be_visible()
            assert "Signed in" not in page.content()


def test_a_page_of_another_site_reads_what_it_may(browser: Browser, library: Path) -> None:
    ask = """async (address) => {
        try {
            const answer = await fetch(address, {headers: {From: "me@example.org", "If-None-Match": "x"}});
            return [answer.status, answer.headers.get("ETag") !== null, answer.headers.get("X-Request-Id") !== null];
        } catch (error) { return error.name; }
    }"""
    with (
        another_site() as friend,
        another_site() as stranger,
        listening(library, SERVE_ORIGINS=friend) as site,
        browser.new_context() as context,
    ):
        page = context.new_page()
        page.goto(friend)
        assert page.evaluate(ask, f"{site}/api/v1/stats") == [200, True, True]
        page.goto(stranger)
        assert page.evaluate(ask, f"{site}/api/v1/stats") == "TypeError"
