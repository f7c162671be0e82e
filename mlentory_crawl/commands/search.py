"""``mlentory search``: finds entities in the search index."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, get_args

from rich.columns import Columns
from rich.console import Console
from rich.text import Text

from mlentory_crawl.commands.base import ProjectCommand, add_examples, add_json_option
from mlentory_crawl.commands.choice import DATES, NUMBERS, Choice, add_choice_options, chosen
from mlentory_crawl.console import console, magnitude, print_json, table
from mlentory_crawl.console.tables import PlainTable
from mlentory_crawl.printable import one_line, printable
from mlentory_crawl.stores.search.hints import FRAGMENT
from mlentory_crawl.stores.search.query import MAX_HITS, SearchQuery, SearchResult, Sort
from mlentory_crawl.stores.search.searching import search

COUNTED = ("task", "license", "library", "language", "author", "platform", "type")

WRITTEN = frozenset({"Article", "SocialMediaPosting", "ScholarlyArticle"})
"""The types of what is known by its author and date."""
FACET_VALUES_SHOWN = 10
CELL_VALUES_SHOWN = 2


class Command(ProjectCommand):
    """Finds models and other entities by words, and narrows them down by what is known of them."""

    syntax = '["TEXT"] [options]'
    description = (
        "Finds what has all the words of TEXT; words in double quotes must follow each other. An option given"
        " several times accepts any of its values; different options all have to hold."
        " Without TEXT everything matches."
    )

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_choice_options(parser, "Narrowing down", action="append", platform_help="a platform that describes it")
        show = parser.add_argument_group("What is shown")
        show.add_argument(
            "--sort", choices=get_args(Sort), help="default: relevance with TEXT, else downloads; published of texts"
        )
        show.add_argument("--limit", type=_count, default=10, metavar="N", help="how many hits (default: 10)")
        show.add_argument("--offset", type=_count, default=0, metavar="N", help="how many hits to leave out first")
        show.add_argument("--facets", action="store_true", help=f"count the matches by {', '.join(COUNTED)}")
        add_json_option(parser)
        add_examples(
            parser,
            "mlentory search bert --license MIT --license Apache-2.0",
            "mlentory search --type model --task text-generation --max-parameters 8B --modified-after 2026",
            "mlentory search --dataset squad --without license --facets",
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        text = " ".join(args)
        choice = chosen(opts, self.data_dir)
        query = replace(
            choice.query,
            text=text,
            sort=opts.sort or _order(text, choice.query),
            size=opts.limit,
            offset=opts.offset,
            facets=COUNTED if opts.facets else (),
            highlight=bool(text),
        )
        result = search(self.settings, query)
        result = replace(result, unknown=choice.unknown(result.unknown))
        if opts.json:
            print_json(asdict(result))
        else:
            _print(console(), choice, query, result)
        return 0


def _order(text: str, query: SearchQuery) -> Sort:
    """Return the order of hits if none is asked for."""
    if text.strip():
        return "relevance"
    types = query.filters.get("type")
    return "published" if types and WRITTEN.issuperset(types) else "downloads"


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _count_of(name: str, hit: dict[str, Any]) -> str:
    return magnitude(hit[name]) if hit.get(name) is not None else ""


def _print(out: Console, choice: Choice, query: SearchQuery, result: SearchResult) -> None:
    for told in choice.meanings():
        out.print(told + "\n")
    if result.suggestion:
        out.print(f"Nothing has all these words. Found instead: {one_line(result.suggestion)}\n")
    if result.hits:
        tables = (_table(query, result.hits, without) for without in ((), ("likes", "modified")))
        out.print(next((each for each in tables if each.fits(out.width)), None) or _list(query, result.hits))
        last = query.offset + len(result.hits)
        more = "" if query.sort == "relevance" else f", by {DATES.get(query.sort, query.sort)}"
        if last < result.total:
            more += f"; --offset {last} shows the next" if last < MAX_HITS else f"; only {MAX_HITS:,} can be shown"
        out.print(f"\n{query.offset + 1:,} to {last:,} of {result.total:,} found{more}")
    else:
        out.print(f"{result.total:,} found" if result.total else "Nothing found.")
    for told in choice.reasons(result.unknown, result.unstated):
        out.print(f"{told[0].upper()}{told[1:]}{'' if told.endswith('?') else '.'}")
    if result.facets:
        out.print("", Columns([_facet(name, counts) for name, counts in result.facets.items()], padding=(1, 4)))
        if filtered := [name for name in result.facets if name in query.filters]:
            options = " and ".join(f"--{name}" for name in filtered)
            out.print(f"The counts by {', '.join(filtered)} are those without {options}.", style="dim")


CELLS: dict[str, Callable[[dict[str, Any]], str]] = {
    "type": itemgetter("type"),
    "task": lambda hit: _listed(hit.get("task", ())),
    "license": lambda hit: _listed(hit.get("license", ())),
    **{name: partial(_count_of, name) for name in NUMBERS},
    "modified": lambda hit: hit.get("modified", "")[: len("2026-11-20")],
    "author": lambda hit: _listed(hit.get("author", ())) if hit["type"] in WRITTEN else "",
    "published": lambda hit: hit.get("published", "")[: len("2026-11-20")] if hit["type"] in WRITTEN else "",
}
"""The columns beside the name."""


def _shown(hits: Sequence[dict[str, Any]]) -> list[str]:
    """Return the columns that say something of the hits."""
    told = [name for name, cell in CELLS.items() if any(map(cell, hits))]
    return [name for name in told if name != "type" or any(hit["type"] != "MLModel" for hit in hits)]


def _table(query: SearchQuery, hits: Sequence[dict[str, Any]], without: Sequence[str]) -> PlainTable:
    columns = [name for name in _shown(hits) if name not in without]
    shown = table("", "name", *columns, right=("", *NUMBERS))
    for rank, hit in enumerate(hits, query.offset + 1):
        shown.add_row(str(rank), _name(hit), *(CELLS[name](hit) for name in columns), below=_excerpt(hit))
    return shown


def _list(query: SearchQuery, hits: Sequence[dict[str, Any]]) -> PlainTable:
    """Return the hits with what is known of each below its name, for terminals that have no room beside it."""
    shown = table("", "name", right=("",))
    for rank, hit in enumerate(hits, query.offset + 1):
        cells = {name: CELLS[name](hit) for name in _shown(hits)}
        facts = " \u00b7 ".join(
            _counted(cell, name) if name in NUMBERS else cell for name, cell in cells.items() if cell
        )
        shown.add_row(str(rank), _name(hit, "bold"), below=[Text(one_line(facts)), *_excerpt(hit)])
    return shown


def _counted(count: str, name: str) -> str:
    return f"{count} {name.removesuffix('s') if count == '1' else name}"


def _name(hit: dict[str, Any], style: str = "") -> Text:
    """Return the name; found words are highlighted."""
    found = hit.get("highlight", {})
    if "name" in found:
        return _marked(found["name"], "bold" if not style else "bold underline", style)
    return Text(one_line(hit.get("name") or hit["iri"]), style)


def _excerpt(hit: dict[str, Any]) -> list[Text]:
    """Return an excerpt of the description if it has the words; of what is written also if only the text has them."""
    found = hit.get("highlight")
    if found and "description" in found:
        return [_marked(found["description"], "bold not dim", "dim")]
    if found is None or hit["type"] not in WRITTEN or "description" not in hit:
        return []
    shown = one_line(hit["description"])
    return [Text(shown if len(shown) <= FRAGMENT else shown[:FRAGMENT].rpartition(" ")[0] + " …", "dim")]


def _marked(fragment: dict[str, Any], style: str, around: str = "") -> Text:
    text = Text("".join(" " if character in "\n\t" else character for character in printable(fragment["text"])))
    text.stylize(around)
    for start, end in fragment["matches"]:
        text.stylize(style, start, end)
    return text


def _facet(name: str, counts: dict[str, int]) -> PlainTable:
    shown = table(name, "", right=("",))
    for value, count in islice(counts.items(), FACET_VALUES_SHOWN):
        shown.add_row(value, f"{count:,}")
    if len(counts) > FACET_VALUES_SHOWN:
        shown.add_row("...", "")
    return shown


def _listed(values: Sequence[str]) -> str:
    more = len(values) - CELL_VALUES_SHOWN
    return ", ".join(values[:CELL_VALUES_SHOWN]) + (f" +{more}" if more > 0 else "")
