"""The help of ``mlentory crawl``: the spiders, or one spider's data sheet and arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from inspect import cleandoc

from rich.console import Console

from mlentory_crawl.base_spiders.arguments import arguments
from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.console import styled
from mlentory_crawl.console.tables import GAP, Facts

_SECTION = re.compile(r"^(\S.*)\n((?:[ ]+\S.*\n?)+)", re.MULTILINE)


def print_spiders(out: Console, spiders: Iterable[type[PlatformSpider]]) -> None:
    """Print which spiders there are, one line each."""
    out.print("Usage: mlentory crawl SPIDER [-a NAME=VALUE ...] [options]\n")
    out.print("mlentory crawl SPIDER -h shows what it crawls, and the arguments that it takes.\n")
    shown = Facts(GAP)
    summaries = {spider.name: data_sheet(spider)[0].partition(":")[0].removesuffix(".") for spider in spiders}
    room = out.width - 2 * GAP - max(map(len, summaries))
    for name, summary in summaries.items():
        line = styled(summary)
        line.truncate(room, overflow="ellipsis")
        shown.add(name, line)
    out.print(shown, "")


def print_spider(out: Console, spider: type[PlatformSpider]) -> None:
    """Print the data sheet and the arguments of a spider."""
    out.print(f"Usage: mlentory crawl {spider.name} [-a NAME=VALUE ...] [options]\n")
    summary, sections = data_sheet(spider)
    out.print(summary, "")
    sheet = Facts()
    for heading, sentences in sections.items():
        sheet.add(heading, styled("\n".join(sentences)))
    out.print(sheet, "")
    out.print(styled(("Arguments", "bold"), " (-a NAME=VALUE)"))
    shown = Facts(GAP)
    for argument in arguments(spider.Arguments):
        default = "" if argument.default is None else f" (default: {argument.default})"
        needed = " (has to be given)" if argument.is_needed else ""
        shown.add(argument.name, f"{argument.expected}{default}{needed}", argument.meaning)
    out.print(shown, "")


def data_sheet(spider: type[PlatformSpider]) -> tuple[str, dict[str, list[str]]]:
    """Return the first line of a spider's docstring, and the sentences of each of its sections by heading."""
    text = cleandoc(spider.__doc__ or "")
    sections = {
        heading: re.split(r"(?<=\.) ", " ".join(body.split())) for heading, body in _SECTION.findall(f"{text}\n")
    }
    return text.partition("\n")[0], sections
