"""One export of the catalog: what is chosen of it, in a format, and the description of the file."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import orjson

from fair4ml.merge import State
from fair4ml.vocabulary import NAMESPACES
from fair4ml.write.search_document import search_document
from mlentory_crawl import __version__
from mlentory_crawl.catalog.queries.edition import edition
from mlentory_crawl.catalog.reader import CatalogReader, UnseenStubs
from mlentory_crawl.catalog.stored import Stored
from mlentory_crawl.commands.choice import Choice
from mlentory_crawl.console import progress_shown
from mlentory_crawl.data_directory import now
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.stores.search.query import SearchQuery, Unknown

TOLD = ("source", "fetched_at", "license", "seed")
"""The fields of a record's provenance that are exported beside its run."""


class CatalogExport:
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

    VOCABULARIES: ClassVar[dict[str, str]] = {namespace.prefix: namespace.base for namespace in NAMESPACES}
    TERMS: ClassVar[str] = (
        "Each platform's terms hold for what comes from it; the Hugging Face Hub states no license for its metadata."
    )

    def __init__(self, reader: CatalogReader, choice: Choice, opts: argparse.Namespace) -> None:
        self._reader = reader
        self._choice = choice
        self._opts = opts
        self._stubs = UnseenStubs(reader)
        self.described: Counter[str] = Counter()
        self._unknown: list[Unknown] = []
        self._unstated: dict[str, int] = {}
        self._licenses: dict[str, Counter[str]] = {}
        self._true_for: dict[str, Any] = {}
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
        total = None if opts.platform else reader.entities()
        with progress_shown(is_watched=is_watched) as show, reader.snapshot():
            self._true_for = {**asdict(edition(reader)), "exported_at": now()}
            out.start()
            for done, (state, records) in enumerate(reader.states(opts.platform)):
                show("entities read", done, total)
                if self._is_chosen(state) and self._write_one(out, state, records):
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

    def _write_one(self, out: Format, state: State, records: Sequence[Stored]) -> bool:
        """Write an entity; return whether there was anything to write."""
        record: dict[str, Any] = {name: state[name] for name in ("key", "platforms", "root", "parts")}
        record["stubs"] = state["stubs"] if out.shows_names else self._stubs.of(state)
        if self._opts.counters:
            record["counters"] = state["counters"]
        if self._opts.provenance:
            record["sources"] = [
                {"key": r.key, "run": r.run, **{k: r.provenance[k] for k in TOLD if k in r.provenance}} for r in records
            ]
        out.write(record)
        return True

    def reasons(self) -> list[str]:
        """Return a sentence for each reason why less was written than expected."""
        return self._choice.reasons(self._unknown, self._unstated)

    def _is_chosen(self, state: State) -> bool:
        if self._matcher is None:
            return True
        types = self._choice.query.filters.get("type")
        # Most entities are of another class, and need not be made a search document.
        return (types is None or state["root"]["class"] in types) and self._matcher.matches(search_document(state))

    def about(self, name: str, **of_file: Any) -> bytes:
        """Return the description of a file as JSON: what was chosen is said only if something was.

        Args:
            name: its name.
            of_file: what else is known of the file.
        """
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
            **of_file,
            "software": f"mlentory_crawl {__version__}",
            **self._true_for,
            **({"vocabularies": self.VOCABULARIES} if self.VOCABULARIES else {}),
            "described": dict(sorted(self.described.items())),
            "platform": self._opts.platform,
            **{key: value for key, value in chosen.items() if value},
            **self._options(),
            "license": self.TERMS,
            "licenses": {
                platform: dict(sorted(self._licenses[platform].items())) for platform in sorted(self._licenses)
            },
        }
        return orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n"

    def _options(self) -> dict[str, Any]:
        """Return what the description says of the other options."""
        return {"provenance": self._opts.provenance, "counters": self._opts.counters}
