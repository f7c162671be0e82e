"""``mlentory export``: the whole catalog as a file."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import orjson

from fair4ml.vocabulary import NAMESPACES
from mlentory_crawl import __version__
from mlentory_crawl.catalog.reader import CatalogReader, UnseenStubs
from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.console import console
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import FORMATS

TOLD = ("source", "fetched_at", "license", "seed")
"""The fields of a record's provenance that are exported beside its run."""


class Command(ProjectCommand):
    """Writes everything that live records state, sorted by IRI: the same content gives the same bytes."""

    takes_files = True
    syntax = "FILE" + "|".join(FORMATS) + " [--platform P] [--provenance] [--counters]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--platform", help="only what this platform states")
        parser.add_argument(
            "--provenance", action="store_true", help="also say which run fetched what from where, and when"
        )
        parser.add_argument("--counters", action="store_true", help="also downloads and likes")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1:
            raise WrongUsage("name one file")
        path = Path(args[0])
        endings = sorted((ending for ending in FORMATS if path.name.endswith(ending)), key=len)
        if not endings:
            raise WrongUsage(f"{path.name}: its name ends with one of {' '.join(FORMATS)}")
        if missing := FORMATS[endings[-1]].missing():
            raise WrongUsage(missing)
        reader = CatalogReader(self.data_dir)
        path = path.resolve()  # a link stays, and its target is written
        part = path.with_name(path.name + ".part")
        try:
            file = part.open("wb")
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error}") from error
        try:
            with file:
                counts, licenses = _write(reader, FORMATS[endings[-1]](file, counters=opts.counters), opts)
            part.rename(path)
            Path(f"{path}.about.json").write_bytes(_about(path, counts, licenses, opts))
        except OSError as error:
            raise MlentoryError(f"{path} could not be written: {error}") from error
        finally:
            part.unlink(missing_ok=True)
        console().print(f"{sum(counts.values()):,} things in {path} ({path.stat().st_size / 1e6:,.1f} MB)")
        return 0


def _write(
    reader: CatalogReader, out: Format, opts: argparse.Namespace
) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Write the records; return the number of entities by class, and of each platform's records by license."""
    counts: Counter[str] = Counter()
    licenses: dict[str, Counter[str]] = {}
    stubs = UnseenStubs(reader)
    out.start()
    for state, records in reader.states(opts.platform):
        record = {name: state[name] for name in ("key", "platforms", "root", "parts")}
        record["stubs"] = stubs.of(state)
        if opts.counters:
            record["counters"] = state["counters"]
        if opts.provenance:
            record["sources"] = [
                {"key": r.key, "run": r.run, **{k: r.provenance[k] for k in TOLD if k in r.provenance}} for r in records
            ]
        out.write(record)
        for each in records:
            if "license" in each.provenance:
                licenses.setdefault(each.key.partition("/")[0], Counter())[each.provenance["license"]] += 1
        counts[state["root"]["class"]] += 1
    out.finish()
    return counts, licenses


def _about(path: Path, counts: Counter[str], licenses: dict[str, Counter[str]], opts: argparse.Namespace) -> bytes:
    about = {
        "name": path.name,
        "software": f"mlentory_crawl {__version__}",
        "vocabularies": {namespace.prefix: namespace.base for namespace in NAMESPACES},
        "described": dict(sorted(counts.items())),
        "platform": opts.platform,
        "provenance": opts.provenance,
        "counters": opts.counters,
        "license": (
            "Each platform's terms hold for what comes from it;"
            " the Hugging Face Hub states no license for its metadata."
        ),
        "licenses": {platform: dict(sorted(licenses[platform].items())) for platform in sorted(licenses)},
    }
    return orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n"
