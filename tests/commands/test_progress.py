"""How far a command is, seen on a terminal and nowhere else."""

from __future__ import annotations

import io
import os
import pty
import sys
from collections.abc import Callable, Iterator

import pytest

from mlentory_crawl.console import progress_shown


class Terminal:
    """A terminal at the standard error."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self.file = os.fdopen(slave, "w")

    def seen(self, text: str) -> str:
        """What it gets until a text is in it, colors left out."""
        found = ""
        while text not in found:
            found += os.read(self._master, 4096).decode("utf-8", "replace")
            found = found.replace("\x1b[0m", "")
        return found

    def write(self, text: str) -> None:
        self.file.write(text)
        self.file.flush()

    def close(self) -> None:
        self.file.close()
        os.close(self._master)


Open = Callable[[], Terminal]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens one, in the test itself: pytest gives it streams of its own before it begins."""
    made = Terminal()
    monkeypatch.setenv("TERM", "xterm")

    def opened() -> Terminal:
        monkeypatch.setattr(sys, "stderr", made.file)
        return made

    yield opened
    made.close()


@pytest.mark.parametrize(("total", "told"), [(None, "read: 1,200 "), (3_000, "read: 1,200 of 3,000 ")])
def test_a_count_is_shown(terminal: Open, total: int | None, told: str) -> None:
    screen = terminal()
    with progress_shown(after=0) as show:
        show("read", 1_200, total)
        screen.seen(told)
    # The line is gone.
    screen.write("done")
    assert screen.seen("done").endswith("\x1b[2Kdone")


@pytest.mark.parametrize("is_watched", [True, False])
def test_what_ends_soon_is_not_shown(terminal: Open, is_watched: bool) -> None:
    screen = terminal()
    with progress_shown(after=3_600 if is_watched else 0, is_watched=is_watched) as show:
        show("read", 1, None)
    screen.write("done")
    assert screen.seen("done") == "done"


def test_no_file_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    with progress_shown(after=0) as show:
        show("read", 1, None)
    assert file.getvalue() == ""


def test_a_failure_ends_it(terminal: Open) -> None:
    screen = terminal()
    with pytest.raises(ValueError, match="odd"), progress_shown(after=0) as show:  # noqa: PT012  it is shown when it fails
        show("read", 0, None)
        screen.seen("read")
        raise ValueError("odd")
    screen.write("done")
    assert screen.seen("done").endswith("\x1b[2Kdone")


def test_each_step_has_its_own_count(terminal: Open) -> None:
    screen = terminal()
    with progress_shown(after=0) as show:
        show("read", 10, 20)
        screen.seen("read: 10 of 20 ")
        show("written", 0, None)
        screen.seen("written ")
