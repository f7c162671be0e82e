"""The standard output and the standard error: texts, facts and tables for people, JSON for programs.

No word is ever broken, so that what people copy (ids, IRIs, names of runs) is whole: what is too long for a line runs
over its end. A table that would have to break words becomes a block of lines for each of its rows.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from rich import console as rich_console
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from mlentory_crawl.printable import one_line, printable

MAX_TEXT = 400
"""The number of characters of a text that a cell shows."""
WIDTH = 140
"""The width of the output where it is no terminal."""
DIGITS = 4
"""The number of significant digits of measured values."""
GAP = 2
"""The number of spaces between columns."""

# Scripts without spaces may be broken between any two characters.
_WIDE = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60"
_WORD = re.compile(rf"[{_WIDE}]\s*|[^\s{_WIDE}]+\s*")

OnProgress = Callable[[str, int, int | None], None]
"""Takes the name of the present step of a command, how much of it is done, and how much there is to do, if known."""


def print_json(value: Any) -> None:
    """Write one JSON document to the standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


@contextmanager
def progress_shown() -> Iterator[OnProgress]:
    """Show how far a command is: a bar on the standard error if that is a terminal, which disappears at the end."""
    if not sys.stderr.isatty():
        yield lambda step, done, total: None
        return
    # Imported only here, as few commands need it.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:

        def show(step: str, done: int, total: int | None) -> None:
            if not bar.tasks or bar.tasks[0].description != step:
                for task in bar.task_ids:
                    bar.remove_task(task)
                bar.add_task(step, total=total)
            bar.update(bar.task_ids[0], completed=done, total=total)

        yield show


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


def number(value: float | str) -> str:
    """Return a value as people read it; JSON has it in full.

    Whole numbers get separators of thousands. Others are rounded to four significant digits, but not to less than a
    whole number; zeros at the end are those of a rounded value. A text is shown as its source states it: a value with
    its spread, a range.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    if 10 ** (DIGITS - 1) <= abs(value) < 1e15:
        return f"{value:,.0f}"
    shown = f"{value:.{DIGITS}g}"
    return shown if float(shown) == value else f"{value:#.{DIGITS}g}"


def counted(count: int, name: str) -> str:
    """Return a count with the name of what is counted, such as ``1 model`` and ``2,000 models``."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def shorten(text: str) -> str:
    """Return a text cut to fit into the cell of a table, between two words."""
    if len(text) <= MAX_TEXT:
        return text
    return (text[:MAX_TEXT].rpartition(" ")[0] or text[:MAX_TEXT]) + " ..."


class PlainConsole(Console):
    """A console that prints texts as they are: no markup, no emoji codes, and only what is `printable`.

    Styles are given separately from the text: `styled`, `rich.text.Text`. Texts are broken between words only.
    """

    def __init__(self) -> None:
        width = None if sys.stdout.isatty() else WIDTH
        super().__init__(width=width, soft_wrap=True, markup=False, emoji=False, highlight=False)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # the command handles it

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(self._wrapped(each) for each in objects), **options)

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


def styled(*pieces: str | tuple[str, str]) -> Text:
    """Return a line made of pieces, each a text or a text with its style.

    Args:
        pieces: texts, and pairs of text and style.
    """
    parts = [piece if isinstance(piece, tuple) else (piece, "") for piece in pieces]
    return Text.assemble(*((printable(text), style) for text, style in parts))


def wrapped(text: Text, width: int) -> list[Text]:
    """Return the lines of a text that is broken between words; a longer word is a line of its own."""
    lines = []
    for line in text.split("\n", allow_blank=True):
        offsets, at = [], len(line.plain) - len(line.plain.lstrip())
        for word in _WORD.finditer(line.plain):
            length = cell_len(word[0].rstrip())
            if at and word.start() and at + length > width:
                offsets.append(word.start())
                at = 0
            at += cell_len(word[0])
        for each in line.divide(offsets):
            each.rstrip()
            lines.append(each)
    return lines


def hanging(label: Text, text: Text, indent: int, width: int) -> Iterator[Text]:
    """Yield a label and, beside it, a text; the text's lines begin at the same column."""
    first, *others = wrapped(text, width - indent) or [Text()]
    yield Text.assemble(label, " " * max(indent - label.cell_len, 1 if label else 0), first)
    for line in others:
        yield Text.assemble(" " * indent, line)


class Facts:
    """Labels and, beside each, its value.

    Args:
        indent: the number of spaces before the labels.
    """

    def __init__(self, indent: int = 0) -> None:
        self._indent = indent
        self._rows: list[tuple[Text, Text]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, label: str, value: str | Text) -> None:
        """Add a value; an empty label continues the one before."""
        self._rows.append((Text(one_line(label), "bold"), _line(value)))

    def __rich_console__(self, console: Console, options: rich_console.ConsoleOptions) -> Iterator[Text]:
        """Yield the lines."""
        indent = self._indent + max((label.cell_len for label, _ in self._rows), default=0) + GAP
        for label, value in self._rows:
            yield from hanging(Text.assemble(" " * self._indent, label), value, indent, options.max_width)


class PlainTable:
    """A table in which the text of a cell is one line, so that no text can look like another row.

    Columns get as much of the width as their words need; if there is less, each row becomes a block: its first cell,
    and below it the others with their headings.

    Args:
        columns: the headings.
        right: the columns whose cells are numbers.
        title: the title above the table.

    Attributes:
        show_header: whether the headings are shown.
    """

    def __init__(self, columns: Sequence[str], right: Sequence[str] = (), title: str | None = None) -> None:
        self._headings = [Text(one_line(column), "bold") for column in columns]
        self._right = [column in right for column in columns]
        self._title = None if title is None else styled((title.lstrip("\n"), "bold"))
        self._above = 0 if title is None else len(title) - len(title.lstrip("\n"))
        self._rows: list[tuple[list[Text], list[Text]]] = []
        self.show_header = any(columns)

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def add_row(self, *cells: str | Text | None, below: Sequence[str | Text] = ()) -> None:
        """Add a row.

        Args:
            cells: the text of each column.
            below: texts below the row, as wide as the table, beside its first column.
        """
        shown = [_line(cell or "") for cell in cells]
        shown += [Text() for _ in self._headings[len(shown) :]]
        self._rows.append((shown, [_line(each) for each in below]))

    def __rich_measure__(self, console: Console, options: rich_console.ConsoleOptions) -> Measurement:
        """Return the widths that it can have."""
        gaps = GAP * (len(self._headings) - 1)
        shortest, longest = (sum(each) + gaps for each in self._widths())
        return Measurement(min(shortest, options.max_width), min(longest, options.max_width))

    def __rich_console__(self, console: Console, options: rich_console.ConsoleOptions) -> Iterator[Text]:
        """Yield the lines."""
        if self._title is not None:
            yield from [Text()] * self._above
            yield from wrapped(self._title, options.max_width)
        width = options.max_width - GAP * (len(self._headings) - 1)
        shortest, longest = self._widths()
        if sum(shortest) > width:
            yield from self._blocks(options.max_width)
        else:
            yield from self._lines(_fitted(shortest, longest, width), options.max_width)

    def _widths(self) -> tuple[list[int], list[int]]:
        """Return the width of the longest word, and of the longest cell, of each column."""
        columns: list[list[Text]] = [[heading] if self.show_header else [] for heading in self._headings]
        for cells, _ in self._rows:
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell)
        words = [
            max((cell_len(word.rstrip()) for cell in column for word in _WORD.findall(cell.plain)), default=0)
            for column in columns
        ]
        return words, [max((cell.cell_len for cell in column), default=0) for column in columns]

    def _lines(self, widths: list[int], width: int) -> Iterator[Text]:
        if self.show_header:
            yield from self._row(self._headings, widths)
        indent = widths[0] + GAP if len(widths) > 1 else 0
        for cells, below in self._rows:
            yield from self._row(cells, widths)
            for each in below:
                yield from hanging(Text(), each, indent, width)

    def _row(self, cells: Sequence[Text], widths: Sequence[int]) -> Iterator[Text]:
        columns = [wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for number in range(max(map(len, columns))):
            line = Text()
            at = 0
            for column, width, is_right in zip(columns, widths, self._right, strict=True):
                cell = column[number] if number < len(column) else Text()
                spaces = at + (width - cell.cell_len if is_right else 0) - line.cell_len
                if cell:
                    line.append(" " * spaces).append_text(cell)
                at += width + GAP
            yield line

    def _blocks(self, width: int) -> Iterator[Text]:
        indent = 2 * GAP + max((heading.cell_len for heading in self._headings[1:]), default=0)
        for (first, *cells), below in self._rows:
            head = first.copy()
            head.stylize("bold")
            yield from wrapped(head, width)
            for heading, cell in zip(self._headings[1:], cells, strict=True):
                if cell:
                    label = Text.assemble(" " * GAP, Text(heading.plain, "dim"))
                    yield from hanging(label, cell, indent, width)
            for each in below:
                yield from hanging(Text(), each, GAP, width)


def _line(cell: str | Text) -> Text:
    return Text(one_line(cell)) if isinstance(cell, str) else cell


def _fitted(shortest: list[int], longest: list[int], width: int) -> list[int]:
    """Return the widths of columns: the widest ones give way, until their longest words are reached."""
    if sum(longest) <= width:
        return longest
    low, high = 0, max(longest)
    while low < high:
        level = (low + high + 1) // 2
        fits = sum(max(least, min(most, level)) for least, most in zip(shortest, longest, strict=True)) <= width
        low, high = (level, high) if fits else (low, level - 1)
    return [max(least, min(most, low)) for least, most in zip(shortest, longest, strict=True)]


def table(*columns: str, right: tuple[str, ...] = (), title: str | None = None) -> PlainTable:
    """Return an empty table.

    Args:
        columns: the headings.
        right: the columns whose cells are numbers.
        title: the title above the table.
    """
    return PlainTable(columns, right, title)
