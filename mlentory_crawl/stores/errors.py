"""Error messages of the libraries that stores are written with."""

from __future__ import annotations

LONGEST = 500


def error_message(error: Exception) -> str:
    """The message of an error in one line, short enough for a list; its class where it has none."""
    return " ".join(str(error).split())[:LONGEST] or type(error).__name__
