"""``mlentory validate``: checks an export, or the catalog, against the project's shapes."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fair4ml.entities import CLASSES
from fair4ml.write import rdf
from mlentory_crawl.catalog.reader import CatalogReader, UnseenStubs
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, counted, print_json, progress_shown, styled, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.printable import one_line
from mlentory_crawl.shapes.conformance import Conformance, Violation, missing
from mlentory_crawl.shapes.rdf_files import ENDINGS, Types, open_ntriples, records

AT_ONCE = 2_000
"""The minimum number of triples that are checked together, so that their records share the cost of a check."""

Part = tuple[list[str], list[tuple[str, str]]]
"""The triples of one record, and the classes of entities that are described elsewhere."""


class Command(ProjectCommand):
    """Checks record by record; the exit code is 1 where something does not conform, 2 where a file cannot be read."""

    takes_files = True
    syntax = f"[FILE{'|'.join(ENDINGS)}] [--json]"
    description = (
        "Without FILE, checks what `mlentory export` would write. A file may be of any size; statements about one"
        " thing have to follow each other, as they do in exports and in sorted N-Triples."
    )

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) > 1:
            raise WrongUsage("name one file, or none for the catalog")
        if args and not Path(args[0]).is_file():
            raise WrongUsage(f"{args[0]} cannot be read: there is no such file")
        if lacking := missing():
            raise WrongUsage(lacking)
        began = time.monotonic()
        conformance = Conformance()
        try:
            if args:
                checked, triples = _check(conformance, _parts_of_file(Path(args[0])))
            else:
                reader = CatalogReader(self.data_dir)
                checked, triples = _check(conformance, _parts_of_catalog(reader), reader.entities())
        except ValueError as error:
            raise WrongUsage(f"{args[0] if args else 'the catalog'} {error}") from error
        if args and not triples:
            raise WrongUsage(f"{args[0]} has no statements")
        found = sorted(conformance.violations.values(), key=lambda each: (-each.count, each.shape, each.path))
        seconds = time.monotonic() - began
        told = {
            "records": checked,
            "triples": triples,
            "seconds": round(seconds, 3),
            "records_per_second": round(checked / seconds, 1) if seconds else None,
            "conforms": not found,
            "violations": [asdict(each) for each in found],
        }
        if opts.json:
            print_json(told)
        else:
            _print(told, found)
        return int(bool(found))


def _parts_of_catalog(reader: CatalogReader) -> Iterator[Part]:
    stubs = UnseenStubs(reader)
    for state, _ in reader.states():
        # Entities that are described elsewhere have their own names there.
        text = rdf.ntriples({**state, "stubs": stubs.of(state)})
        elsewhere = [(stub["iri"], type) for stub in state["stubs"] for type in CLASSES[stub["class"]].types]
        yield text.splitlines(keepends=True), elsewhere


def _parts_of_file(path: Path) -> Iterator[Part]:
    if not path.name.endswith(ENDINGS):
        raise WrongUsage(f"{path.name}: expected a name that ends with one of {' '.join(ENDINGS)}")
    with open_ntriples(path) as lines:
        lines.seek(0)
        with closing(Types(lines)) as types:
            lines.seek(0)
            for triples in records(lines):
                yield triples, types.of_objects(triples)


def _check(conformance: Conformance, parts: Iterable[Part], total: int | None = None) -> tuple[int, int]:
    """Check the parts; return the number of records and triples."""
    checked = triples = 0
    waiting: list[str] = []
    elsewhere: set[tuple[str, str]] = set()
    with progress_shown() as show:
        for lines, known in parts:
            waiting += lines
            elsewhere.update(known)
            checked += 1
            triples += len(lines)
            if len(waiting) >= AT_ONCE:
                conformance.check("".join(waiting), elsewhere)
                waiting, elsewhere = [], set()
                show("records checked", checked, total)
        if waiting:
            conformance.check("".join(waiting), elsewhere)
    return checked, triples


def _print(told: dict[str, Any], found: list[Violation]) -> None:
    out = console()
    if found:
        shown = table("count", "shape and path, an example, and what is wrong with it", right=("count",))
        for each in found:
            example = f"{each.node}{'' if each.value is None else f' {each.value}'}"
            told_by = ((each.shape, "bold"), f" {each.path}\n{one_line(example)}\n", (one_line(each.message), "dim"))
            shown.add_row(f"{each.count:,}", styled(*told_by))
        out.print(shown)
        out.print()
    verdict = counted(sum(each.count for each in found), "violation") if found else "conform"
    out.print(
        f"{counted(told['records'], 'record')}, {counted(told['triples'], 'triple')}: {verdict}"
        f" ({told['seconds']:,.1f} s, {told['records_per_second'] or 0:,.0f} records a second)"
    )
