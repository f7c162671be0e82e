"""The log messages about items."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter, LogFormatterResult

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response
    from twisted.python.failure import Failure

MAX_SHOWN = 20


class QuietLogFormatter(LogFormatter):
    """Logs one line for each failure of an item, only the first few of each kind, and nothing for successes."""

    def __init__(self) -> None:
        self._shown: dict[str, int] = {}

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> None:  # type: ignore[override]
        return None

    def dropped(  # type: ignore[override]
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        kind = type(exception).__name__
        self._shown[kind] = shown = self._shown.get(kind, 0) + 1
        if shown > MAX_SHOWN:
            return None
        name = getattr(exception, "log_level", None) or spider.settings["DEFAULT_DROPITEM_LOG_LEVEL"]
        more = " (further messages of this kind are not shown)" if shown == MAX_SHOWN else ""
        return {
            "level": logging.getLevelNamesMapping()[name],
            "msg": "%(kind)s: %(item)s: %(exception)s%(more)s",
            "args": {"kind": kind, "item": _name(item), "exception": exception, "more": more},
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        result = super().item_error(item, exception, response, spider)
        return {**result, "msg": "Error while processing %(item)s", "args": {"item": _name(item)}}


def _name(item: Any) -> str:
    try:
        return f"{item.platform}/{item.kind}/{item.key}"
    except AttributeError:
        return type(item).__name__
