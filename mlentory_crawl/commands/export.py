"""``mlentory export``: the whole catalog, or what is chosen of it, as a file or on the standard output."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import orjson

from fair4ml.vocabulary import NAMESPACES
from fair4ml.write.search_document import search_document
from mlentory_crawl import __version__
from mlentory_crawl.catalog.reader import CatalogReader, UnseenStubs
from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.commands.option_types import class_name, number
from mlentory_crawl.console import console, progress_shown
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import FORMATS
from mlentory_crawl.stores.search.fields import FACETS, NUMBERS
from mlentory_crawl.stores.search.query import SearchQuery

TOLD = ("source", "fetched_at", "license", "seed")
"""The fields of a record's provenance that are exported beside its run."""
STDOUT = "-"
FIELDS = tuple(name for name in FACETS if name != "type")
"""The fields of which an export can choose values; the type has an option of its own."""
BINARY = (".jsonl.zst", ".parquet")
"""The formats that no terminal can show."""


class Command(ProjectCommand):
    """Writes what live records state, sorted by IRI: the same content gives the same bytes."""

    takes_files = True
    syntax = f"FILE{'|'.join(FORMATS)}|- [options]"
    description = (
        "Writes the merged state of each entity that live records describe, sorted by IRI: the same content gives the"
        " same bytes. FILE.about.json says what is in the file. A - writes to the standard output, and nothing else."
        " Options that choose may be given several times: values of one field are alternatives, different fields all"
        " have to hold."
    )

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--format", choices=[ending[1:] for ending in FORMATS], help="the format, whatever the name of the file"
        )
        parser.add_argument(
            "--provenance", action="store_true", help="also say which run fetched what from where, and when"
        )
        parser.add_argument("--counters", action="store_true", help="also downloads and likes")
        choose = parser.add_argument_group("What is exported; the default is everything")
        choose.add_argument("--platform", help="only what this platform states")
        choose.add_argument(
            "--type", metavar="CLASS", action="append", type=class_name, help="only entities of this class: model, ..."
        )
        choose.add_argument(
            "--where", metavar="FIELD=VALUE", action="append", type=_field, default=[],
            help=f"only entities with this value, in any case; fields are {', '.join(FIELDS)}",
        )  # fmt: skip
        for name in NUMBERS:
            choose.add_argument(f"--min-{name}", metavar="N", type=number, help="such as 1500, 20K, 350M or 7B")
            choose.add_argument(f"--max-{name}", metavar="N", type=number)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1:
            raise WrongUsage("expected one file, or - for the standard output")
        ending = _ending(args[0], opts.format)
        choice = _choice(opts)
        if args[0] == STDOUT and ending in BINARY and sys.stdout.isatty():
            raise WrongUsage(f"{ending[1:]} is nothing that a terminal can show: name a file, or pipe it")
        export = _Export(CatalogReader(self.data_dir), choice, opts)
        if args[0] == STDOUT:
            export.write(FORMATS[ending](sys.stdout.buffer, counters=opts.counters), is_watched=not sys.stdout.isatty())
            return 0
        path = Path(args[0]).resolve()  # a link stays, and its target is written
        part = path.with_name(path.name + ".part")
        try:
            file = part.open("wb")
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error.strerror}") from error
        try:
            with file:
                export.write(FORMATS[ending](file, counters=opts.counters))
            part.rename(path)
            Path(f"{path}.about.json").write_bytes(export.about(path.name))
        except OSError as error:
            raise MlentoryError(f"{path} could not be written: {error}") from error
        finally:
            part.unlink(missing_ok=True)
        console().print(f"{export.described.total():,} entities in {path} ({path.stat().st_size / 1e6:,.1f} MB)")
        return 0


def _ending(name: str, format: str | None) -> str:
    """Return the ending of names of files that have the format."""
    if format is not None:
        ending = f".{format}"
    elif name == STDOUT:
        raise WrongUsage(f"name the format with --format: {', '.join(known[1:] for known in FORMATS)}")
    else:
        endings = sorted((known for known in FORMATS if name.endswith(known)), key=len)
        if not endings:
            raise WrongUsage(
                f"{Path(name).name}: expected a name that ends with one of {' '.join(FORMATS)}, or --format"
            )
        ending = endings[-1]
    if missing := FORMATS[ending].missing():
        raise WrongUsage(missing)
    return ending


def _field(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    name = name.replace("-", "_")  # as the options of `mlentory search`
    if not value:
        raise argparse.ArgumentTypeError(f"expected FIELD=VALUE, got {text!r}")
    if name not in FIELDS:
        near = get_close_matches(name, FIELDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FIELDS)}"
        raise argparse.ArgumentTypeError(f"there is no field {name}; {hint}")
    return name, value


def _choice(opts: argparse.Namespace) -> SearchQuery:
    filters: dict[str, list[str]] = {"type": opts.type} if opts.type else {}
    for name, value in opts.where:
        filters.setdefault(name, []).append(value)
    given = vars(opts)
    least, greatest = (
        {name: given[f"{side}_{name}"] for name in NUMBERS if given[f"{side}_{name}"] is not None}
        for side in ("min", "max")
    )
    return SearchQuery(filters=filters, minimum=least, maximum=greatest)


class _Export:
    """One export.

    Args:
        reader: the catalog.
        choice: the search whose filters and bounds an entity has to pass.
        opts: the options of the command.

    Attributes:
        described: the number of entities that were written, by class.
    """

    def __init__(self, reader: CatalogReader, choice: SearchQuery, opts: argparse.Namespace) -> None:
        self._reader = reader
        self._choice = choice
        self._opts = opts
        self.described: Counter[str] = Counter()
        self._licenses: dict[str, Counter[str]] = {}

    def write(self, out: Format, *, is_watched: bool = True) -> None:
        """Write the records.

        Args:
            out: the file.
            is_watched: whether a terminal can show how far it is.
        """
        reader, opts = self._reader, self._opts
        is_chosen = _chosen(self._choice)
        stubs = UnseenStubs(reader)
        total = None if opts.platform else reader.entities()
        with progress_shown(is_watched=is_watched) as show:
            out.start()
            for done, (state, records) in enumerate(reader.states(opts.platform)):
                show("entities read", done, total)
                if not is_chosen(state):
                    continue
                record: dict[str, Any] = {name: state[name] for name in ("key", "platforms", "root", "parts")}
                record["stubs"] = state["stubs"] if out.shows_names else stubs.of(state)
                if opts.counters:
                    record["counters"] = state["counters"]
                if opts.provenance:
                    record["sources"] = [
                        {"key": r.key, "run": r.run, **{k: r.provenance[k] for k in TOLD if k in r.provenance}}
                        for r in records
                    ]
                out.write(record)
                for each in records:
                    if "license" in each.provenance:
                        platform = each.key.partition("/")[0]
                        self._licenses.setdefault(platform, Counter())[each.provenance["license"]] += 1
                self.described[state["root"]["class"]] += 1
            out.finish()

    def about(self, name: str) -> bytes:
        """Return the description of a file as JSON: what was chosen is said only if something was."""
        filters = dict(self._choice.filters)
        chosen = {
            "type": filters.pop("type", None),
            "where": filters,
            "minimum": self._choice.minimum,
            "maximum": self._choice.maximum,
        }
        about = {
            "name": name,
            "software": f"mlentory_crawl {__version__}",
            "vocabularies": {namespace.prefix: namespace.base for namespace in NAMESPACES},
            "described": dict(sorted(self.described.items())),
            "platform": self._opts.platform,
            **{key: value for key, value in chosen.items() if value},
            "provenance": self._opts.provenance,
            "counters": self._opts.counters,
            "license": (
                "Each platform's terms hold for what comes from it;"
                " the Hugging Face Hub states no license for its metadata."
            ),
            "licenses": {
                platform: dict(sorted(self._licenses[platform].items())) for platform in sorted(self._licenses)
            },
        }
        return orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n"


def _chosen(choice: SearchQuery) -> Callable[[Mapping[str, Any]], bool]:
    """Return a function that checks whether the merged state of an entity is to be exported."""
    if choice == SearchQuery():
        return lambda state: True
    from mlentory_crawl.stores.search.matching import matcher  # loads the analyzers of the search index

    types, matches = choice.filters.get("type"), matcher(choice)
    # Most entities are of another class, and need not be made a search document.
    return lambda state: (types is None or state["root"]["class"] in types) and matches(search_document(state))
