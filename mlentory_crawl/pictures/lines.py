"""Lines of text in pictures, and the style of them and of what they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from mlentory_crawl.pictures.layout import Box
from mlentory_crawl.pictures.lettering import text_width
from mlentory_crawl.printable import printable

LINE = 16.0
"""The height of a line."""
SIZES, SMALL = (
    {"name": 15.0, "kind": 12.5, "license": 12.5, "dataset": 12.5, "head": 17.0, "foot": 11.0, "reason": 11.0},
    11.5,
)
BOLD, BOLD_STYLES = 1.12, ("name", "kind", "head", "conflict")
FIXED = 6.7
"""The width of each letter of a field."""

STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  font-size: 11.5px; fill: #59636e; text-anchor: middle }
a { text-decoration: none }
.card { fill: #ffffff; stroke: #d1d9e0 }
.head { font-size: 17px; font-weight: 600; fill: #1f2328; text-anchor: start }
.start, .foot, .reason { text-anchor: start }
.foot, .reason { font-size: 11px }
.field { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 11px;
  font-weight: 400; fill: #59636e }
.small { font-size: 11.5px; font-weight: 400; fill: #59636e }
.name { font-size: 15px; font-weight: 600; fill: #1f2328 }
.kind { font-size: 12.5px; font-weight: 600; fill: #1f2328 }
.license, .dataset { font-size: 12.5px; fill: #1f2328 }
.box { fill: #f6f8fa; stroke: #afb8c1; stroke-width: 1.2 }
.root .box { fill: #ddf4ff; stroke: #0969da; stroke-width: 2 }
.data .box { fill: #f0fff4; stroke: #1a7f37; stroke-dasharray: 5 4 }
.unknown .box { fill: none; stroke-dasharray: 5 4 }
.way { fill: none; stroke: #818b98; stroke-width: 1.6 }
.declared .way { stroke-dasharray: 6 4 }
.tip { fill: #818b98 }
.of-data .way { stroke: #1a7f37 }
.of-data .tip { fill: #1a7f37 }
.conflict .way { stroke: #cf222e; stroke-width: 2.2 }
.conflict .tip, text.conflict, .reason { fill: #cf222e }
text.conflict { font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text, .field, .small { fill: #9198a1 }
  .card { fill: #0d1117; stroke: #3d444d }
  .head, .name, .kind, .license, .dataset { fill: #f0f6fc }
  .box { fill: #151b23; stroke: #656c76 }
  .root .box { fill: #121d2f; stroke: #4493f8 }
  .data .box { fill: #12261e; stroke: #3fb950 }
  .unknown .box { fill: none }
  .way { stroke: #9198a1 }
  .tip { fill: #9198a1 }
  .of-data .way { stroke: #3fb950 }
  .of-data .tip { fill: #3fb950 }
  .conflict .way { stroke: #f85149 }
  .conflict .tip, text.conflict, .reason { fill: #f85149 }
}
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with the name of its style, and perhaps a rest in another one."""

    text: str
    style: str = ""
    rest: str = ""
    rest_style: str = "small"

    @property
    def width(self) -> float:
        """The width, rather too much than too little."""
        return _width(self.text, self.style) + _width(self.rest, self.rest_style)


def _width(text: str, style: str) -> float:
    if style == "field" and text.isascii():
        return len(text) * FIXED
    return text_width(text) * SIZES.get(style, SMALL) * (BOLD if style in BOLD_STYLES else 1)


def around(lines: Sequence[Line], padding: float) -> Box:
    """Return the size of a box around lines."""
    return Box(max(line.width for line in lines) + 2 * padding, LINE * len(lines) + 1.1 * padding)


def written(lines: Sequence[Line], x: float, y: float, apart: float = LINE) -> Iterator[str]:
    """Write lines below each other.

    Args:
        lines: the lines.
        x: the middle of the lines, or where they begin, as their styles say.
        y: where the first one begins.
        apart: the distance between them.
    """
    for number, line in enumerate(lines):
        style = f' class="{line.style}"' if line.style else ""
        rest = f'<tspan class="{line.rest_style}">{escape(printable(line.rest))}</tspan>' if line.rest else ""
        base = y + number * apart + 0.74 * LINE
        yield f'<text{style} x="{x:.1f}" y="{base:.1f}">{escape(printable(line.text))}{rest}</text>'


def linked(address: str, title: str, drawn: Sequence[str]) -> list[str]:
    """Return what is drawn with a title, and as a link if the address is one of the web, or of a page of ours."""
    inner = [f"<g><title>{escape(printable(title))}</title>", *drawn, "</g>"]
    # Two slashes, or one and what browsers take for one, begin the name of another host.
    if not address.startswith(("https://", "http://", "/")) or address.startswith(("//", "/\\")):
        return inner
    return [f'<a href="{escape(printable(address))}">', *inner, "</a>"]
