"""The standard output and the standard error: texts and tables for people, JSON for programs."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import orjson
from rich import console as rich_console
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.text import Text

from mlentory_crawl.console.tables import PlainTable, wrapped
from mlentory_crawl.printable import one_line, printable

MAX_TEXT = 400
"""The number of characters of a text that a cell shows."""
WIDTH = 140
"""The width of the output where it is no terminal, and no variable ``COLUMNS`` says otherwise."""
UNITS = {"T": 10**12, "B": 10**9, "M": 10**6, "K": 10**3}
"""Letters for large numbers."""
DIGITS, LARGE = 4, 1e15
"""The number of significant digits of measured values, and the size from which a number is shown by its exponent."""

OnProgress = Callable[[str, int, int | None], None]
"""Takes the name of the present step of a command, how much of it is done, and how much there is to do, if known."""


def print_json(value: Any) -> None:
    """Write one JSON document to the standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def duration(seconds: float) -> str:
    """Return a duration as people read it: in the two largest units that it has."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def print_text(text: str) -> None:
    """Write machine-readable text to the standard output, as UTF-8 whatever the terminal's encoding."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def fail(message: str) -> None:
    """Write one line to the standard error."""
    print(one_line(message), file=sys.stderr)


def number(value: float | str, stated: str | None = None) -> str:
    """Return a value as people read it; JSON has it in full.

    Whole numbers get separators of thousands. Others are rounded to four significant digits, but not to less than a
    whole number; zeros at the end are those of a rounded value. A value that is stated with its spread or as a range
    is shown as it is stated.

    Args:
        value: the value.
        stated: the source's text of it, if it says more than the number.
    """
    if stated is not None and not _is_number(stated):
        return stated
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or (value.is_integer() and abs(value) < LARGE):
        return f"{int(value):,}"
    if 10 ** (DIGITS - 1) <= abs(value) < LARGE:
        return f"{value:,.0f}"
    shown = f"{value:.{DIGITS}g}"
    return shown if float(shown) == value else f"{value:#.{DIGITS}g}".removesuffix(".")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def magnitude(count: int) -> str:
    """Return a count in a list of many, to be compared at a glance: ``7.2B``, ``350M``, ``56.7K``."""
    for unit, size in UNITS.items():
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + unit
    return str(count)


def counted(count: int, name: str) -> str:
    """Return a count with the name of what is counted, such as ``1 model`` and ``2,000 models``."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def shorten(text: str) -> str:
    """Return a text cut to fit into the cell of a table, between two words."""
    if len(text) <= MAX_TEXT:
        return text
    return (text[:MAX_TEXT].rpartition(" ")[0] or text[:MAX_TEXT]) + " ..."


def is_terminal(stream: TextIO | None) -> bool:
    """Check whether somebody sees what is written to a standard stream, which may have been closed."""
    return stream is not None and stream.isatty()


class PlainConsole(Console):
    """A console that prints texts as they are: no markup, no emoji codes, and only what is `printable`.

    Styles are given separately from the text: `styled`, `rich.text.Text`. Texts are broken between words only.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        is_seen = is_terminal(sys.stderr if stderr else sys.stdout)
        width = None if is_seen or "COLUMNS" in os.environ else WIDTH
        super().__init__(stderr=stderr, width=width, soft_wrap=True, markup=False, emoji=False, highlight=False)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # the command handles it

    def print(self, *objects: Any, **options: Any) -> None:
        shown = objects if options.get("no_wrap") else map(self._wrapped, objects)
        super().print(*shown, **options)

    def _wrapped(self, each: Any) -> Any:
        text = Text(printable(each)) if isinstance(each, str) else each
        return Text("\n").join(wrapped(text, self.width)) if isinstance(text, Text) else text

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)

    def render(
        self, renderable: RenderableType, options: rich_console.ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def console() -> Console:
    """Return a console that writes to the standard output, for people."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return PlainConsole()


def error_console() -> Console:
    """Return a console that writes to the standard error, for what people watch beside the results."""
    return PlainConsole(stderr=True)


SHOWN_AFTER = 2.0
"""The number of seconds after which a command shows its progress, if it takes so long."""
REFRESHED_AFTER = 0.1
"""The number of seconds after which it is shown anew."""


@contextmanager
def progress_shown(*, after: float = SHOWN_AFTER, is_watched: bool = True) -> Iterator[OnProgress]:
    """Show how far a command is, at the bottom of a terminal; elsewhere nothing.

    Args:
        after: the number of seconds after which it is shown.
        is_watched: False if the terminal has something else to show.
    """
    out = error_console()
    if not (is_watched and out.is_terminal):
        yield lambda step, done, total: None
        return
    # Imported only here, as it takes time and most commands have ended by then.
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=20)
    bar = Progress(*columns, TimeElapsedColumn(), console=out, transient=True)
    task = bar.add_task("")
    shown, shown_at = "", 0.0

    def show(step: str, done: int, total: int | None) -> None:
        nonlocal shown, shown_at
        if step == shown and time.monotonic() - shown_at < REFRESHED_AFTER:
            return  # a step may take less than showing it
        is_new = step != shown
        shown, shown_at = step, time.monotonic()
        of_total = "" if total is None else f" of {total:,}"
        counts = f": {done:,}{of_total}" if done or total else ""
        bar.update(task, description=f"{step}{counts}", completed=done, total=total, refresh=is_new)

    beginning = threading.Timer(after, bar.start)
    beginning.daemon = True
    beginning.start()
    try:
        yield show
    finally:
        beginning.cancel()
        beginning.join()
        bar.stop()


def styled(*pieces: str | tuple[str, str]) -> Text:
    """Return a line made of pieces, each a text or a text with its style.

    Args:
        pieces: texts, and pairs of text and style.
    """
    parts = [piece if isinstance(piece, tuple) else (piece, "") for piece in pieces]
    return Text.assemble(*((printable(text), style) for text, style in parts))


def table(
    *columns: str, right: tuple[str, ...] = (), title: str | None = None, folding: tuple[str, ...] = ()
) -> PlainTable:
    """Return an empty table.

    Args:
        columns: the headings.
        right: the columns whose cells are numbers.
        title: the title above the table.
        folding: the columns in which long words may be broken, as they are not there to be copied.
    """
    return PlainTable(columns, right, title, folding)
