"""``mlentory export``: the whole catalog, or what is chosen of it, as a file or on the standard output."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.base import ProjectCommand, add_examples
from mlentory_crawl.commands.catalog_export import CatalogExport
from mlentory_crawl.commands.choice import Choice, add_choice_options, chosen
from mlentory_crawl.console import console
from mlentory_crawl.data_directory import DUMPS, whole
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.exporters.base import ABOUT, Format
from mlentory_crawl.exporters.formats import FORMATS

STDOUT = "-"
BINARY = (".jsonl.zst", ".parquet")
"""The formats that no terminal can show."""
LLM_TWIN = "llm-twin"
"""The format of a folder of documents."""


class Command(ProjectCommand):
    """Writes what live records state, sorted by IRI: the same content gives the same bytes."""

    takes_files = True
    syntax = f"FILE{'|'.join(FORMATS)}|- [options]"
    description = (
        "Writes the merged state of each entity that live records describe, sorted by IRI: the same content gives the"
        " same bytes. FILE.about.json says what is in the file. A - writes to the standard output, and nothing else."
        " Options that choose may be given several times: values of one field are alternatives, different fields all"
        " have to hold. Texts are in no export but --documents."
    )

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--format",
            choices=[*(ending[1:] for ending in FORMATS), LLM_TWIN],
            help=f"the format, whatever the name of the file; {LLM_TWIN}: documents in a folder, for LLM Twin",
        )
        parser.add_argument(
            "--documents",
            action="store_true",
            help="the texts of articles, posts and repositories, with what is known of them, and nothing else",
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
            "mlentory export - --format csv --type model --without license > unlicensed.csv",
            "mlentory export texts.jsonl --documents --type article --language en",
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1:
            raise WrongUsage("expected one file, or - for the standard output")
        is_documents = opts.documents or opts.format == LLM_TWIN
        if is_documents and (opts.provenance or opts.counters):
            raise WrongUsage("--provenance and --counters are for exports without --documents")
        if opts.format == LLM_TWIN:
            return self._write_folder(args[0], opts)
        formats = _document_formats() if is_documents else FORMATS
        ending = _ending(args[0], opts.format, formats)
        choice = chosen(opts, self.data_dir)
        if args[0] == STDOUT and ending in BINARY and sys.stdout.isatty():
            raise WrongUsage(f"{ending[1:]} is nothing that a terminal can show: name a file, or pipe it")
        export = self._export(choice, opts)
        if args[0] == STDOUT:
            export.write(formats[ending](sys.stdout.buffer, counters=opts.counters), is_watched=not sys.stdout.isatty())
            return 0
        path = Path(args[0]).resolve()  # a link stays, and its target is written
        self._write_file(path, export, formats[ending], counters=opts.counters)
        size = f"{path.stat().st_size / 1e6:,.1f} MB"
        noun = "documents" if is_documents else "entities"
        written = f"{export.described.total():,} {noun} in {path} ({size})"
        console().print("; ".join((written, *export.reasons())))
        return 0

    def _write_file(self, path: Path, export: CatalogExport, form: type[Format], *, counters: bool) -> None:
        part, about = path.with_name(f"{path.name}.part"), path.with_name(ABOUT.format(path.name))
        try:
            if path.parent == (self.data_dir / DUMPS).resolve():
                path.parent.mkdir(exist_ok=True)
            file = part.open("wb")
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error.strerror}") from error
        try:
            with file:
                export.write(form(file, counters=counters))
            with part.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            described = export.about(path.name, bytes=part.stat().st_size, sha256=digest)
            # In between there is none: a description is never that of another file.
            about.unlink(missing_ok=True)
            part.rename(path)
            with whole(about) as description:
                description.write(described)
        except OSError as error:
            raise MlentoryError(f"{path} could not be written: {error}") from error
        finally:
            part.unlink(missing_ok=True)

    def _export(self, choice: Choice, opts: argparse.Namespace) -> CatalogExport:
        reader = CatalogReader(self.data_dir)
        if not opts.documents:
            return CatalogExport(reader, choice, opts)
        from mlentory_crawl.commands.documents_export import DocumentsExport  # loads the classes of documents

        return DocumentsExport(reader, choice, opts)

    def _write_folder(self, name: str, opts: argparse.Namespace) -> int:
        from mlentory_crawl.commands.documents_export import LlmTwinExport
        from mlentory_crawl.exporters.documents import LlmTwinFiles

        if name == STDOUT:
            raise WrongUsage(f"{LLM_TWIN} is a folder of files: name one")
        export = LlmTwinExport(CatalogReader(self.data_dir), chosen(opts, self.data_dir), opts)
        folder = Path(name).resolve()
        files = LlmTwinFiles(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WrongUsage(f"{folder} cannot be made: {error.strerror}") from error
        try:
            export.write(files)
            (folder / "about.json").write_bytes(export.about(folder.name))
        except OSError as error:
            raise MlentoryError(f"{folder} could not be written: {error}") from error
        finally:
            files.abandon()
        told = ", ".join(f"{count:,} in {each}.json" for each, count in files.written.items() if count)
        console().print("; ".join((f"{told or 'no documents'}: {folder}", *export.reasons())))
        return 0


def _document_formats() -> dict[str, type[Format]]:
    from mlentory_crawl.exporters.documents import FORMATS  # loads the classes of documents

    return FORMATS


def _ending(name: str, format: str | None, formats: dict[str, type[Format]]) -> str:
    """Return the ending of names of files that have the format."""
    if format is not None:
        ending = f".{format}"
        if ending not in formats:
            raise WrongUsage(f"--documents: expected one of {', '.join(known[1:] for known in formats)}, got {format}")
    elif name == STDOUT:
        raise WrongUsage(f"name the format with --format: {', '.join(known[1:] for known in formats)}")
    else:
        endings = sorted((known for known in formats if name.endswith(known)), key=len)
        if not endings:
            raise WrongUsage(
                f"{Path(name).name}: expected a name that ends with one of {' '.join(formats)}, or --format"
            )
        ending = endings[-1]
    if missing := formats[ending].missing():
        raise WrongUsage(missing)
    return ending
