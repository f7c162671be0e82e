"""Answers of services: what they say, when they were made, and how messages name them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson

from fair4ml.read.json_text import mended_json

if TYPE_CHECKING:
    from scrapy.http import Response

logger = logging.getLogger(__name__)

AHEAD = timedelta(minutes=5)
"""How far the clock of a service may be ahead of this machine's."""


class NoJson(ValueError):
    """An answer is no JSON."""


def json_of(response: Response) -> Any:
    """What an answer says.

    What is no valid JSON in it is mended as `fair4ml.read.json_text` says: it must not cost the other records of a
    page.

    Raises:
        NoJson: it is a page, for instance, or cut.
    """
    try:
        return orjson.loads(response.body)
    except ValueError as error:
        try:
            told = mended_json(response.body)
        except (ValueError, RecursionError):
            raise NoJson(f"this is no JSON: {error}") from error
        logger.warning("%s: what is no valid JSON in it was replaced: %s", shown(response.url), error)
        return told


def told_error(response: Response) -> str:
    """What an answer says of why it is none."""
    try:
        told = orjson.loads(response.body)
        if isinstance(told, dict):
            told = told.get("error", told.get("detail", told))
        return str(told)[:500]
    except ValueError:
        return response.body[:500].decode("utf-8", "replace")


def shown(url: str) -> str:
    """An address without its query, for messages."""
    return url.partition("?")[0]


def time_of(stated: Any) -> datetime | None:
    """The moment that a text states (ISO 8601); None where it states none, or one that is yet to come."""
    try:
        return _past(datetime.fromisoformat(stated)) if isinstance(stated, str) else None
    except ValueError:
        return None


def served_at(response: Response) -> datetime | None:
    """When an answer was made, as its server says; None where it does not, or states a moment that is yet to come."""
    date = response.headers.get("Date")
    try:
        return _past(parsedate_to_datetime(date.decode("ascii"))) if date else None
    except (ValueError, OverflowError):
        return None


def fetched_at(response: Response) -> str:
    """When an answer was made, as its server says, else now (UTC, ISO 8601)."""
    return f"{served_at(response) or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _past(time: datetime) -> datetime | None:
    try:
        time = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None
    return time if time.year > 1 and time <= datetime.now(UTC) + AHEAD else None
