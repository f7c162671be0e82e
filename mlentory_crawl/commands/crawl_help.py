"""The help of ``mlentory crawl``: the spiders, or one spider's data sheet and arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from inspect import cleandoc

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from mlentory_crawl.base_spiders.arguments import Argument, arguments
from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.console import styled, table

_SECTION = re.compile(r"^(\S.*)\n((?:[ ]+\S.*\n?)+)", re.MULTILINE)


def print_spiders(out: Console, spiders: Iterable[type[PlatformSpider]]) -> None:
    """Print which spiders there are, one line each."""
    out.print("Usage: mlentory crawl SPIDER [-a NAME=VALUE ...] [options]\n")
    out.print("mlentory crawl SPIDER -h shows what it crawls, and the arguments that it takes.\n")
    shown = table("spider", "what it crawls")
    for spider in spiders:
        summary, _ = data_sheet(spider)
        line = styled(summary.partition(":")[0].removesuffix("."))
        line.no_wrap, line.overflow = True, "ellipsis"
        shown.add_row(styled((spider.name, "cyan")), line)
    out.print(shown, "")


def print_spider(out: Console, spider: type[PlatformSpider]) -> None:
    """Print the data sheet and the arguments of a spider."""
    out.print(f"Usage: mlentory crawl {spider.name} [-a NAME=VALUE ...] [options]\n")
    summary, sections = data_sheet(spider)
    out.print(summary, "")
    sheet = table("", "")
    sheet.show_header = False
    for heading, lines in sections.items():
        sheet.add_row(styled((heading, "bold")), Text("\n".join(lines)))
    out.print(sheet, "")
    out.print(styled(("Arguments", "bold"), " (-a NAME=VALUE)"))
    shown = table("", "")
    shown.show_header = False
    for argument in arguments(spider.Arguments):
        shown.add_row(styled((argument.name, "cyan")), _documentation(argument))
    out.print(Padding(shown, (0, 0, 1, 2)))


def data_sheet(spider: type[PlatformSpider]) -> tuple[str, dict[str, list[str]]]:
    """Return the first line of a spider's docstring, and the sentences of each of its sections by heading."""
    text = cleandoc(spider.__doc__ or "")
    sections = {
        heading: re.split(r"(?<=\.) ", " ".join(body.split())) for heading, body in _SECTION.findall(f"{text}\n")
    }
    return text.partition("\n")[0], sections


def _documentation(argument: Argument) -> Text:
    default = "" if argument.default is None else f" (default: {argument.default})"
    needed = " (has to be given)" if argument.is_needed else ""
    return styled(f"{argument.expected}{default}{needed}\n", (argument.meaning, "dim"))
