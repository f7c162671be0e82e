"""Facts and tables as lines of text.

No word is broken, so that what people copy (ids, IRIs, names of runs) is whole: what is too long for a line runs over
its end. A table that would have to break words becomes a block of lines for each of its rows. Only columns that are
declared to fold break long words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text

from mlentory_crawl.printable import one_line, printable

GAP = 2
"""The number of spaces between columns."""
WIDE = 140
"""The number of columns from which notes stand beside values."""
FOLDED = 24
"""The width to which a column that folds may shrink."""

# Scripts without spaces may be broken between any two characters.
_WIDE = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60"
_WORD = re.compile(rf"[{_WIDE}]\s*|[^\s{_WIDE}]+\s*")


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


def folded(text: Text, width: int) -> list[Text]:
    """Return the lines of a text in which words that are longer than a line are broken, too."""
    lines: list[Text] = []
    for line in wrapped(text, width):
        offsets, length = [], 0
        for at, character in enumerate(line.plain):
            size = cell_len(character)
            if length + size > width:
                offsets.append(at)
                length = 0
            length += size
        lines += line.divide(offsets)
    return lines


def hanging(label: Text, text: Text, indent: int, width: int) -> Iterator[Text]:
    """Yield a label and, beside it, a text; the text's lines begin at the same column."""
    first, *others = wrapped(text, width - indent) or [Text()]
    gap = max(indent - label.cell_len, 1 if label else 0) if first else 0
    yield Text.assemble(label, " " * gap, first)
    for line in others:
        yield Text.assemble(" " * indent, line) if line else line


class Facts:
    """Labels and, beside each, its value.

    Args:
        indent: the number of spaces before the labels.
    """

    def __init__(self, indent: int = 0) -> None:
        self._indent = indent
        self._rows: list[tuple[Text, Text, list[Text]]] = []

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self._rows)

    def add(self, label: str, value: str | Text, *notes: str) -> None:
        """Add a value, with notes: beside it if there is room, else below it."""
        told = [Text(one_line(note), "dim") for note in notes]
        self._rows.append((Text(one_line(label), "bold"), _line(value), told))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines."""
        indent = self._indent + max((label.cell_len for label, *_ in self._rows), default=0) + GAP
        longest = max((note.cell_len for *_, notes in self._rows for note in notes), default=0)
        beside = min(longest, options.max_width // 3) if longest and options.max_width >= WIDE else 0
        edge = options.max_width - (beside + GAP if beside else 0)
        shown = [
            (list(hanging(Text.assemble(" " * self._indent, label), value, indent, edge)), notes)
            for label, value, notes in self._rows
        ]
        at = GAP + max((line.cell_len for lines, _ in shown for line in lines if line.cell_len <= edge), default=0)
        for lines, notes in shown:
            if beside and all(line.cell_len <= edge for line in lines):
                told = [line for note in notes for line in wrapped(note, options.max_width - at)]
                yield from _side_by_side(lines, told, at)
                continue
            yield from lines
            for note in notes:
                yield from hanging(Text(), note, indent, options.max_width)


def _side_by_side(lines: Sequence[Text], others: Sequence[Text], at: int) -> Iterator[Text]:
    for line, other in zip_longest(lines, others, fillvalue=Text()):
        yield Text.assemble(line, " " * (at - line.cell_len), other) if other else line


class PlainTable:
    """A table in which the text of a cell is one line, so that no text can look like another row.

    Columns get as much of the width as their words need; if there is less, each row becomes a block: its first cell,
    and below it the others with their headings.

    Args:
        columns: the headings.
        right: the columns whose cells are numbers.
        title: the title above the table.
        folding: the columns in which long words may be broken.

    Attributes:
        show_header: whether the headings are shown.
    """

    def __init__(
        self,
        columns: Sequence[str],
        right: Sequence[str] = (),
        title: str | None = None,
        folding: Sequence[str] = (),
    ) -> None:
        self._headings = [Text(one_line(column), "bold") for column in columns]
        self._right = [column in right for column in columns]
        self._folds = [column in folding for column in columns]
        self._title = None if title is None else Text(printable(title.lstrip("\n")), "bold")
        self._above = 0 if title is None else len(title) - len(title.lstrip("\n"))
        self._rows: list[tuple[list[Text], list[Text]]] = []
        self.show_header = any(columns)

    @property
    def headings(self) -> list[str]:
        """The headings of its columns."""
        return [heading.plain for heading in self._headings]

    def add_row(self, *cells: str | Text | None, below: Sequence[str | Text] = ()) -> None:
        """Add a row.

        Args:
            cells: the text of each column.
            below: texts below the row, as wide as the table, beside its first column.
        """
        shown = [_line(cell or "") for cell in cells]
        shown += [Text() for _ in self._headings[len(shown) :]]
        self._rows.append((shown, [_line(each) for each in below]))

    def fits(self, width: int) -> bool:
        """Check whether the words of all columns have room side by side."""
        return sum(self._widths()[0]) + GAP * (len(self._headings) - 1) <= width

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the widths that it can have."""
        gaps = GAP * (len(self._headings) - 1)
        shortest, longest = (sum(each) + gaps for each in self._widths())
        return Measurement(min(shortest, options.max_width), min(longest, options.max_width))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines."""
        if self._title is not None:
            yield from [Text()] * self._above
            yield from wrapped(self._title, options.max_width)
        width = options.max_width - GAP * (len(self._headings) - 1)
        shortest, longest = self._widths()
        if self.fits(options.max_width):
            yield from self._lines(_fitted(shortest, longest, width), options.max_width)
        else:
            yield from self._blocks(options.max_width)

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
        words = [min(word, FOLDED) if folds else word for word, folds in zip(words, self._folds, strict=True)]
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
        columns = [
            (folded if folds else wrapped)(cell, width)
            for cell, width, folds in zip(cells, widths, self._folds, strict=True)
        ]
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
