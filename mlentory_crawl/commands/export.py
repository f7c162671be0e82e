"""``mlentory export``: the whole catalog, or what is chosen of it, as a file or on the standard output."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from fair4ml.merge import State
from fair4ml.vocabulary import NAMESPACES
from fair4ml.write.search_document import search_document
from mlentory_crawl import __version__
from mlentory_crawl.catalog.reader import CatalogReader, UnseenStubs
from mlentory_crawl.commands.base import ProjectCommand, add_examples
from mlentory_crawl.commands.choice import Choice, add_choice_options, chosen
from mlentory_crawl.console import console, progress_shown
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import FORMATS
from mlentory_crawl.stores.search.query import SearchQuery, Unknown

TOLD = ("source", "fetched_at", "license", "seed")
"""The fields of a record's provenance that are exported beside its run."""
STDOUT = "-"
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
        add_choice_options(
            parser, "What is exported; the default is everything", platform_help="only what this platform states"
        )
        add_examples(
            parser,
            "mlentory export open.csv --type model --license MIT --license Apache-2.0",
            "mlentory export small.jsonl --task text-generation --max-parameters 1B --modified-after 2026",
            "mlentory export - --format csv --type model --without license > unlicensed.csv",
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1:
            raise WrongUsage("expected one file, or - for the standard output")
        ending = _ending(args[0], opts.format)
        choice = chosen(opts, self.data_dir)
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
        size = f"{path.stat().st_size / 1e6:,.1f} MB"
        written = f"{export.described.total():,} entities in {path} ({size})"
        console().print("; ".join((written, *export.reasons())))
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


class _Export:
    """One export.

    Args:
        reader: the catalog.
        choice: what an entity has to pass.
        opts: the options of the command.

    Attributes:
        described: the number of entities that were written, by class.

    Raises:
        WrongUsage: a bound is no date.
    """

    def __init__(self, reader: CatalogReader, choice: Choice, opts: argparse.Namespace) -> None:
        self._reader = reader
        self._choice = choice
        self._opts = opts
        self.described: Counter[str] = Counter()
        self._unknown: list[Unknown] = []
        self._unstated: dict[str, int] = {}
        self._licenses: dict[str, Counter[str]] = {}
        self._matcher = None
        if choice.query != SearchQuery():
            from mlentory_crawl.stores.search.matching import Matcher  # loads the analyzers of the search index

            try:
                self._matcher = Matcher(choice.query)
            except ValueError as error:
                raise WrongUsage(str(error)) from error

    def write(self, out: Format, *, is_watched: bool = True) -> None:
        """Write the records.

        Args:
            out: the file.
            is_watched: whether a terminal can show how far it is.

        Raises:
            MlentoryError: nothing was written because no entity has a value that was asked for.
        """
        reader, opts = self._reader, self._opts
        stubs = UnseenStubs(reader)
        total = None if opts.platform else reader.entities()
        with progress_shown(is_watched=is_watched) as show:
            out.start()
            for done, (state, records) in enumerate(reader.states(opts.platform)):
                show("entities read", done, total)
                if not self._is_chosen(state):
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
            if self._matcher is not None:
                self._unknown = self._choice.unknown(self._matcher.unknown())
                self._unstated = self._matcher.unstated()
            if self._unknown and not self.described:
                raise MlentoryError("; ".join(self._choice.reasons(self._unknown, {})))
            out.finish()

    def reasons(self) -> list[str]:
        """Return a sentence for each reason why less was written than expected."""
        return self._choice.reasons(self._unknown, self._unstated)

    def _is_chosen(self, state: State) -> bool:
        if self._matcher is None:
            return True
        types = self._choice.query.filters.get("type")
        # Most entities are of another class, and need not be made a search document.
        return (types is None or state["root"]["class"] in types) and self._matcher.matches(search_document(state))

    def about(self, name: str) -> bytes:
        """Return the description of a file as JSON: what was chosen is said only if something was."""
        query = self._choice.query
        filters = dict(query.filters)
        chosen = {
            "type": filters.pop("type", None),
            "where": filters,
            "minimum": query.minimum,
            "maximum": query.maximum,
            "has": query.has,
            "without": query.without,
            "unstated": self._unstated,
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
