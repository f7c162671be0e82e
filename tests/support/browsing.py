"""A browser that visits pages of the service, and notes what it should not have to."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from mlentory_crawl.service.application import application
from support.guarded import HERE
from support.served import settings_of

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
SCHEMES = ("light", "dark")
PHONE, NARROWEST, TABLET, DESKTOP = 390, 360, 820, 1440
"""Widths of windows."""


@contextmanager
def listening(data_dir: Path, **given: str) -> Iterator[str]:
    """The address of the service over a data directory, on a free port."""
    config = uvicorn.Config(
        application(settings_of(data_dir, **given)), HERE, 0, ws="none", log_level="error", proxy_headers=False
    )
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    socket.listen()  # who comes before the service has started waits
    thread = threading.Thread(target=server.run, args=([socket],))
    thread.start()
    try:
        yield f"http://{HERE}:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser of their own.

    Args:
        browser: the browser.
        site: the address of the service.
        options: of the browser's context, `java_script_enabled` among them.

    Attributes:
        page: what they look at.
        complaints: errors and warnings of the console, errors of scripts, and requests to other hosts.
    """

    def __init__(self, browser: Browser, site: str, **options: Any) -> None:
        self._context = browser.new_context(base_url=site, **options)
        self._site = site
        self.complaints: list[str] = []
        self.page: Page = self._context.new_page()
        self.page.on("console", lambda said: self._note(said.type, said.text, said.location.get("url", "")))
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("dialog", self._dismiss)
        self._context.on("request", lambda request: self._check(request.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, type: str, text: str, url: str) -> None:
        # A page that says what is wrong has a status that the browser remarks on.
        if type in ("error", "warning") and not (text.startswith("Failed to load") and url == self.page.url):
            self.complaints.append(f"{type}: {text}")

    def _check(self, url: str) -> None:
        if not url.startswith((f"{self._site}/", "data:")):
            self.complaints.append(f"asks {url}")

    def close(self) -> None:
        """Close the browser's context."""
        self._context.close()

    def overflow(self, width: int) -> int:
        """Return by how many pixels the page is wider than a window of this width."""
        self.resize(width)
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def resize(self, width: int) -> None:
        """Give the window a width."""
        self.page.set_viewport_size({"width": width, "height": 900})
