"""The choice among the representations of an answer, by what the client accepts (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

HTML, JSON, JSON_LD, TURTLE = "text/html", "application/json", "application/ld+json", "text/turtle"
LONGEST = 2_000
"""The number of characters of a header that are read."""


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """Return the media type that a client prefers; the first one offered if it accepts none, or does not care.

    Args:
        accept: its header ``Accept``.
        offered: the media types that there are; of those it likes equally, the first one.
    """
    return acceptable(accepted(accept), offered) or offered[0]


def accepted(accept: str | None) -> list[tuple[str, float]]:
    """Return the ranges of media types in a header ``Accept``, each with its quality.

    Args:
        accept: the header; without one, everything is accepted.
    """
    return [_range(part) for part in (accept or "*/*")[:LONGEST].split(",")]


def acceptable(wanted: Sequence[tuple[str, float]], offered: Sequence[str]) -> str | None:
    """Return the media type that a client prefers, of those it likes equally the first; None if it accepts none.

    Args:
        wanted: as `accepted` returns it.
        offered: the media types that there are.
    """
    best, quality = None, 0.0
    for media_type in offered:
        liked = _quality(media_type, wanted)
        if liked > quality:
            best, quality = media_type, liked
    return best


def _range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = next((value for key, _, value in (each.partition("=") for each in parameters) if key == "q"), "1")
    try:
        return name, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return name, 0.0


def _quality(media_type: str, wanted: Sequence[tuple[str, float]]) -> float:
    """Return how much a media type is liked: the most specific range that fits decides."""
    for fitting in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        found = [quality for name, quality in wanted if name == fitting]
        if found:
            return max(found)
    return 0.0
