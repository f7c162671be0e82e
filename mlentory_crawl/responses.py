"""Responses of services: their JSON, their error messages, their time, and their addresses in messages."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError

from fair4ml.read.json_text import mended_json
from mlentory_crawl.data_directory import in_utc

if TYPE_CHECKING:
    from scrapy.http import Headers, Response

logger = logging.getLogger(__name__)

AHEAD = timedelta(minutes=5)
"""The most that the clock of a service may be ahead of this machine's."""
_SECONDS = re.compile(r"[0-9]{1,15}")


class NoJson(ValueError):
    """A response is not JSON."""


def json_of(response: Response) -> Any:
    """Return the decoded JSON of a response.

    Invalid JSON in it is mended as `fair4ml.read.json_text` describes: one record must not cost the others on a page.

    Raises:
        NoJson: the response is an HTML page, for instance, or incomplete.
    """
    try:
        return orjson.loads(response.body)
    except ValueError as error:
        try:
            mended = mended_json(response.body)
        except (ValueError, RecursionError):
            raise NoJson(f"not valid JSON: {error}") from error
        logger.warning("%s: replaced invalid parts of the JSON: %s", shown(response.url), error)
        return mended


def error_message(response: Response) -> str:
    """Return the error message of a response, at most 500 characters."""
    try:
        answer = orjson.loads(response.body)
        if isinstance(answer, dict):
            answer = answer.get("error", answer.get("detail", answer))
        return str(answer)[:500]
    except ValueError:
        return response.body[:500].decode("utf-8", "replace")


_SILENT: dict[type[BaseException], str] = {
    ResponseDataLossError: "the connection closed before the response was complete",
    DownloadCancelledError: "the response is larger than DOWNLOAD_MAXSIZE allows",
}
"""The meaning of errors that Scrapy raises without a message."""


def failure_message(error: BaseException) -> str:
    """Return the reason why a request has no response."""
    # Twisted's own message shows the reasons as objects.
    reasons = [reason.getErrorMessage() for reason in getattr(error.__cause__, "reasons", ())]
    return "; ".join(reasons) or str(error) or _SILENT.get(type(error)) or type(error).__name__


def shown(url: str) -> str:
    """Return an address without its query, for messages."""
    return url.partition("?")[0]


def time_of(stated: Any) -> datetime | None:
    """Return the time that a text states (ISO 8601); None if it states none, or one in the future."""
    try:
        return _past(datetime.fromisoformat(stated)) if isinstance(stated, str) else None
    except ValueError:
        return None


def served_at(response: Response) -> datetime | None:
    """Return the time of a response according to its server; None if there is none, or it is in the future."""
    date = response.headers.get("Date")
    try:
        return _past(parsedate_to_datetime(date.decode("ascii"))) if date else None
    except (ValueError, OverflowError):
        return None


def fetched_at(response: Response) -> str:
    """Return the time of a response according to its server, else the current time (UTC, ISO 8601)."""
    return in_utc(served_at(response) or datetime.now(UTC))


def header(headers: Headers, name: str) -> str:
    """Return the value of a header; empty if there is none."""
    return (headers.get(name) or b"").decode("latin-1").strip()


def retry_after(headers: Headers) -> float | None:
    """Return the seconds until a server accepts the next request (RFC 9110, section 10.2.3); None if it does not say.

    The header has a number or a date.
    """
    stated = header(headers, "Retry-After")
    if _SECONDS.fullmatch(stated):
        return float(stated)
    try:
        return max(0.0, (parsedate_to_datetime(stated) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _past(time: datetime) -> datetime | None:
    try:
        time = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None
    return time if time.year > 1 and time <= datetime.now(UTC) + AHEAD else None
