"""The result of one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        check: the subject, which is also the name of its section in ``docs/troubleshooting.md``.
        state: ``problem`` if something will fail, ``note`` if somebody should know.
        message: one sentence for people.
    """

    check: str
    state: State
    message: str
