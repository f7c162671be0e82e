"""Dates as pages state them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_YEAR = r"(?P<year>[12]\d{3})(?!\d)"
_DAY = r"(?P<day>\d{1,2})"
_WRITTEN = (
    re.compile(rf"\b{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}", re.IGNORECASE | re.ASCII),
    re.compile(rf"\b{_DAY}(?:st|nd|rd|th)?(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}", re.IGNORECASE | re.ASCII),
    re.compile(rf"\b{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.]{_DAY}(?!\d)", re.ASCII),
    re.compile(rf"\b{_YEAR}\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?{_DAY}\s?[日일]"),
    # With dots the day comes first; with strokes or dashes only where one of the numbers cannot be a month.
    re.compile(rf"\b{_DAY}\.\s?(?P<month>\d{{1,2}})\.\s?{_YEAR}", re.ASCII),
    re.compile(rf"\b(?P<first>\d{{1,2}})(?P<mark>[/-])(?P<second>\d{{1,2}})(?P=mark){_YEAR}", re.ASCII),
)
_DASHED = re.compile(r"[\u2010-\u2015\u2212]")
_IN_PATH = (
    re.compile(r"/(?P<year>(?:19|20)\d{2})/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?=[/_-]|$)", re.ASCII),
    re.compile(r"/(?P<year>(?:19|20)\d{2})[-_](?P<month>\d{2})[-_](?P<day>\d{2})(?=[/_.-]|$)", re.ASCII),
    re.compile(rf"/(?P<year>(?:19|20)\d{{2}})/{_MONTH}/(?P<day>\d{{1,2}})(?=[/_-]|$)", re.IGNORECASE | re.ASCII),
)
_LONGEST = 100
_EARLIEST = 1450
# The beginnings of the calendars of programs, sent where there is no date.
_PLACEHOLDERS = frozenset({date(1970, 1, 1), date(1900, 1, 1), date(1899, 12, 31), date(1899, 12, 30)})


def stated_date(text: str) -> str | None:
    """The date that a text consists of, or begins with, in ISO 8601: a time with its zone, or a day.

    None for anything that is not precise to the day, and for numbers that could be day and month or month and day. A
    time without a zone could be any of 24: then it is the day.
    """
    text = _DASHED.sub("-", text.strip())
    if not text or len(text) > _LONGEST:
        return None
    time = _time(text)
    if time is None:
        return _written(text)
    if not _is_plausible(time.date()):
        return None
    is_zoned = time.tzinfo is not None and "T" in text.upper().replace(" ", "T", 1)[:12]
    return _zoned(time) if is_zoned else time.date().isoformat()


def written_date(text: str) -> str | None:
    """The first date inside a text; None as for `stated_date`."""
    return _written(_DASHED.sub("-", text))


def date_in_path(path: str) -> str | None:
    """The day that the path of an address names in full (``/2024/03/09/``); None if it has none, or only a month."""
    for pattern in _IN_PATH:
        if match := pattern.search(path):
            return _day(match)
    return None


def _time(text: str) -> datetime | None:
    """The time in ISO 8601, or in the form of e-mails."""
    if text[:4].isdecimal() and text[4:5] in "-0123456789/":
        plain = text.replace("/", "-") if text[4:5] == "/" else text
        plain = re.sub(r"\s+([+-]\d{2}:?\d{2}|UTC|GMT|Z)$", r"\1", plain)
        plain = re.sub(r"(?:UTC|GMT)$", "Z", plain)
        if len(plain) < 8 or "W" in plain or (plain.isdecimal() and len(plain) != 8):
            return None
        try:
            return datetime.fromisoformat(plain)
        except ValueError:
            return None
    if text[:3].isalpha() and text[3:5] == ", ":
        try:
            return parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
    return None


def _zoned(time: datetime) -> str:
    # A zone with seconds cannot be written in ISO 8601, and some times have no day in UTC.
    try:
        if (time.utcoffset() or timedelta()) % timedelta(minutes=1):
            return time.date().isoformat()
        time.astimezone(UTC)
    except OverflowError:
        return time.date().isoformat()
    return time.isoformat(timespec="seconds")


def _written(text: str) -> str | None:
    found = [match for pattern in _WRITTEN if (match := pattern.search(text))]
    return _day(min(found, key=lambda match: match.start())) if found else None


def _day(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        if min(first, second) > 12 or (first != second and max(first, second) <= 12):
            return None
        month, day = sorted((first, second))
    else:
        day = int(parts["day"])
        month = _MONTHS[parts["name"].lower()] if parts.get("name") else int(parts["month"])
    try:
        found = date(int(parts["year"]), month, day)
    except ValueError:
        return None
    return found.isoformat() if _is_plausible(found) else None


def _is_plausible(day: date) -> bool:
    return day.year >= _EARLIEST and day not in _PLACEHOLDERS
