"""Short lines of the log on a terminal, which the progress line does not overwrite."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Self

from rich.text import Text
from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.log import get_scrapy_root_handler

from mlentory_crawl.console import error_console, is_terminal

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

SHORT_FORMAT = {"LOG_FORMAT": "%(asctime)s %(message)s", "LOG_DATEFORMAT": "%H:%M:%S"}
ROUTINE = ("Spider opened", "Closing spider (finished)", "Spider closed (")
"""The beginnings of lines that say nothing which the outcome does not say."""


def suppress_gone() -> contextlib.suppress:
    """Return a context in which it does not matter whether the terminal is still there: the crawl goes on without."""
    return contextlib.suppress(OSError)


class TerminalHandler(logging.Handler):
    """Writes the log to a console, above whatever is shown at the bottom of it; warnings and errors in color."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        style = "red" if record.levelno >= logging.ERROR else "yellow" if record.levelno >= logging.WARNING else ""
        try:
            # The terminal wraps long lines, so that addresses can be copied.
            self._console.print(Text(self.format(record), style), no_wrap=True)
        except Exception:  # noqa: BLE001  as all handlers do: what cannot be logged ends no crawl
            self.handleError(record)


class Terminal:
    """The terminal that a crawl is watched on; not there where nobody watches, as in a pipe or under scrapyd.

    Args:
        settings: the settings of the crawl, which are not frozen yet.

    Attributes:
        console: the console for everything that is shown on it.
        has_log: whether the log goes to it, and not to a file.
        shows_outcome: whether people want to see more than warnings.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self.console = error_console()
        self.has_log = not settings["LOG_FILE"]
        level = settings["LOG_LEVEL"]
        self.shows_outcome = logging.getLevelNamesMapping().get(str(level), level) <= logging.INFO
        self._handler: logging.Handler | None = None
        if self.has_log:
            for name, value in SHORT_FORMAT.items():
                if settings.getpriority(name) == SETTINGS_PRIORITIES["default"]:
                    settings.set(name, value, priority="command")
            if level != "DEBUG":
                logging.getLogger("scrapy.core.engine").addFilter(_is_news)

    def show(self, renderable: RenderableType) -> None:
        """Show something above whatever is shown at the bottom."""
        with suppress_gone():
            self.console.print(renderable)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not (crawler.settings.getbool("LOG_ENABLED") and is_terminal(sys.stderr)):
            raise NotConfigured
        extension = cls(crawler.settings)
        if extension.has_log:
            crawler.signals.connect(extension.spider_opened, signals.spider_opened)
            crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    def spider_opened(self) -> None:
        # Scrapy makes its handler anew after the extensions have been made.
        if (replaced := get_scrapy_root_handler()) is not None:
            self._handler = TerminalHandler(self.console)
            self._handler.setFormatter(replaced.formatter)
            self._handler.setLevel(replaced.level)
            logging.root.removeHandler(replaced)
            logging.root.addHandler(self._handler)

    def engine_stopped(self) -> None:
        if self._handler is not None and (replaced := get_scrapy_root_handler()) is not None:
            logging.root.removeHandler(self._handler)
            logging.root.addHandler(replaced)


def _is_news(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO or not record.getMessage().startswith(ROUTINE)
