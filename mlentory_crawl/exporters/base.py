"""The interface of all file formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import IO, Any, ClassVar

ABOUT = "{}.about.json"
"""The name of the description of a file."""


class Format(ABC):
    """Writes records one after the other to a binary file.

    Args:
        file: the file to write to; it is not closed.
        counters: whether records come with theirs; rows have columns for them only then.
    """

    appends: ClassVar[bool] = True
    """True if a file of this format can be appended to another one."""

    shows_names: ClassVar[bool] = False
    """True if each record is shown with the names of what it refers to, and so needs all of its stubs."""

    def __init__(self, file: IO[bytes], *, counters: bool = True) -> None:
        self.file = file
        self.counters = counters

    @classmethod
    def missing(cls) -> str | None:
        """A line that states what has to be installed first, or None if nothing is missing."""
        return None

    def start(self) -> None:
        """Write the beginning of the file, before the first record."""

    @abstractmethod
    def write(self, record: dict[str, Any]) -> None:
        """Write one record.

        Args:
            record: ``key``, ``platforms``, ``root``, ``parts``, ``stubs`` and, if they are wanted, ``counters``
                and ``sources`` (a list of ``key``, ``run``, ``source``, ``fetched_at`` and, if there is one,
                ``license``).
        """

    def finish(self) -> None:
        """Write the end of the file, after the last record."""
