"""What every format of files does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import IO, Any, ClassVar


class Format(ABC):
    """Writes records one after the other to a binary file.

    Args:
        file: where to write; it is not closed.
        counters: whether records come with theirs; rows have columns for them only then.
    """

    appends: ClassVar[bool] = True
    """Whether the file is as it should be where it goes on after another one."""

    def __init__(self, file: IO[bytes], *, counters: bool = True) -> None:
        self.file = file
        self.counters = counters

    @classmethod
    def missing(cls) -> str | None:
        """What has to be installed first, in one line; None if nothing has to."""
        return None

    def start(self) -> None:
        """Write what comes before the first record."""

    @abstractmethod
    def write(self, record: dict[str, Any]) -> None:
        """Write one record.

        Args:
            record: ``key``, ``platforms``, ``root``, ``parts``, ``stubs`` and, where they are wanted, ``counters``
                and ``sources`` (a list of ``key``, ``run``, ``source``, ``fetched_at`` and, where there is one,
                ``license``).
        """

    def finish(self) -> None:
        """Write what comes after the last record."""
