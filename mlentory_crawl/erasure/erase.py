"""Erasure of entities from the catalog, the archive of answers, and every file of the data directory."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import zstandard

from mlentory_crawl.archive.bodies import digest_of, write_body
from mlentory_crawl.archive.store import INDEX, entries
from mlentory_crawl.catalog.erasable_texts import RunTexts, SeedTexts
from mlentory_crawl.catalog.erasure import Marks
from mlentory_crawl.catalog.writer import CatalogWriter, Erasing
from mlentory_crawl.data_directory import DUMPS, now, whole
from mlentory_crawl.erasure.redactor import Redactor, paths_of
from mlentory_crawl.projections.run_files import PATHS

if TYPE_CHECKING:
    from mlentory_crawl.console import OnProgress

FOLDERS = ("normalized", "rdf", "quarantine", "runs", "raw")


def _in_silence(step: str, done: int, total: int | None) -> None:
    """Show no progress."""


def erase(
    data_dir: Path, catalog: CatalogWriter, iris: Collection[str], show: OnProgress = _in_silence
) -> tuple[Counter[str], list[str]]:
    """Erase everything about entities from a data directory except their marks.

    The files of runs still have to be written again afterwards, and the catalog to be compacted. If the call is
    interrupted, the same call completes it.

    Args:
        data_dir: the data directory, which the caller has locked.
        catalog: its catalog.
        iris: the IRIs of the entities.
        show: called with the name of each step, how much of it is done, and how much there is to do, if known.

    Returns:
        The number of erased items by place, including damaged ones that could not be kept; and the reasons why files
        could not be rewritten, in which case the same call has to be repeated.

    Raises:
        CatalogError: the catalog cannot be written; nothing was changed.
    """
    show("catalog", 0, None)
    with catalog.erasing(catalog.names_of(iris), now()) as erasing:
        _clean_quarantine(erasing, Redactor(erasing.marks, ""))
        _clean_runs(erasing, Names(erasing.marks))
        # Before the commit: missing files are written again, also after a kill.
        deleted = _delete_files(erasing, data_dir)
    counts = erasing.erased.counts + Counter({"files of runs": deleted})
    marks = erasing.marks
    problems: list[str] = []
    steps: tuple[Callable[[], Counter[str]], ...] = (
        lambda: _clean_archive(data_dir / "raw", catalog, marks, show),
        lambda: _clean_reports(data_dir / "runs", catalog, Names(marks), show),
        lambda: _delete_parts(data_dir),
        lambda: _delete_dumps(data_dir / DUMPS),
    )
    for clean in steps:
        try:
            counts += clean()
        except OSError as error:  # files that cannot be rewritten must not keep the stores from erasing
            problems.append(str(error))
    return counts, problems


class Names:
    """Finds the names of erased entities in texts that people and programs wrote about runs.

    Args:
        marks: the entities; a name that is a single word cannot be distinguished from any other word, and stays.
    """

    def __init__(self, marks: Marks) -> None:
        paths = {path for iri in marks.iris for path in paths_of(iri) if "/" in path}
        longer = [*paths, *(iri for iri in marks.iris if not paths.isdisjoint(paths_of(iri)))]
        longer += [key for _, key in marks.keys]
        alone = marks.iris.difference(longer)
        patterns = [
            rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(texts, key=len, reverse=True)))})(?![\w{end}-]|\.\w)"
            for texts, end in ((longer, ""), (alone, "/"))
            if texts
        ]
        self._pattern = re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)

    def are_in(self, text: str) -> bool:
        """Check whether a text has one of the names."""
        return self._pattern.search(text) is not None

    def without(self, value: Any) -> Any:
        """A JSON value with the names replaced; in comma-separated lists and as names of fields they are removed."""
        if isinstance(value, str):
            return self._pattern.sub("(erased)", value)
        if isinstance(value, list):
            return [self.without(each) for each in value]
        if isinstance(value, dict):
            return {
                name: self._arguments(each) if name == "arguments" else self.without(each)
                for name, each in value.items()
                if not self.are_in(name)
            }
        return value

    def _arguments(self, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {
            name: ",".join(part for part in value.split(",") if not self.are_in(part))
            if isinstance(value, str) and self.are_in(value)
            else value
            for name, value in given.items()
        }

    def replaced(self, text: str) -> str:
        """A JSON text without the names; the same text if it has none."""
        return orjson.dumps(self.without(orjson.loads(text))).decode() if self.are_in(text) else text


def _clean_quarantine(erasing: Erasing, redactor: Redactor) -> None:
    for entry in erasing.traces.quarantine():
        if not (redactor.mentions(entry.payload) or redactor.mentions(entry.url.encode())):
            continue
        try:
            payload = orjson.loads(entry.payload)
            is_text = False
        except ValueError:  # it was not valid JSON and is kept as text, from which nothing can be removed
            payload, is_text = None, True
        if (entry.platform, entry.key) in redactor.marks.keys or redactor.has(entry.url, payload):
            erasing.traces.drop_entry(entry.id)
        elif is_text or (kept := redactor.kept(payload)) != payload:
            erasing.traces.replace_payload(entry.id, orjson.dumps(None if is_text else kept))
        else:
            continue
        erasing.erased.counts["quarantine"] += 1
        erasing.erased.runs.add(entry.run)


def _clean_runs(erasing: Erasing, names: Names) -> None:
    for run in erasing.traces.runs():
        kept = RunTexts(run.id, names.replaced(run.identity), names.replaced(run.report))
        if kept != run:
            erasing.traces.replace_run(kept)
            erasing.erased.counts["runs"] += 1
    for seed in erasing.traces.seeds():
        texts = SeedTexts(seed.run, seed.number, *names.without([seed.place, seed.url, seed.reason]))
        if texts != seed:
            erasing.traces.replace_seed(texts)
            erasing.erased.counts["seeds"] += 1


def _delete_files(erasing: Erasing, data_dir: Path) -> int:
    deleted = 0
    for platform, name in erasing.traces.names_of_runs(erasing.erased.runs):
        for path in (data_dir / each.format(platform=platform, run=name) for each in PATHS.values()):
            deleted += path.exists()
            path.unlink(missing_ok=True)
    return deleted


def _clean_archive(raw: Path, catalog: CatalogWriter, marks: Marks, show: OnProgress) -> Counter[str]:
    counts = Counter[str]()
    bodies = sum(1 for _ in raw.glob("*/*/*.zst"))
    names = Names(marks)
    cleaned: dict[tuple[str, str], tuple[str, str] | None] = {}
    kept: set[str] = set()
    for index in sorted(raw.glob(f"*/*/{INDEX}")):
        platform, run = index.parts[-3:-1]
        redactor = Redactor(marks, platform)
        found, damaged = entries(index)
        counts["damaged answers"] += damaged
        kept_entries, changed = [], bool(damaged)
        for entry in found:
            if redactor.has(entry["place"]) or redactor.has(entry["url"]):
                counts["answers"] += 1
                changed = True
                continue
            known = (platform, entry["file"])
            if known not in cleaned:
                show("raw answers", len(cleaned), bodies)
                cleaned[known] = _clean_answer(raw, entry, redactor)
                counts["answers"] += cleaned[known] != (entry["file"], entry["sha256"])
            now = cleaned[known]
            if now is not None:
                headers = names.without(entry["headers"])
                kept_entries.append({**entry, "headers": headers, "file": now[0], "sha256": now[1]})
            changed = changed or now is None or kept_entries[-1] != entry
        if changed:
            with whole(index) as file:
                file.writelines(orjson.dumps(entry) + b"\n" for entry in kept_entries)
        kept.update(entry["file"] for entry in kept_entries)
        # Even if nothing has changed: an earlier call may have been killed right here.
        catalog.answers.enter(run, {each["place"]: (each["sha256"], each["file"]) for each in kept_entries})
    # They may name erased entities, and what they came with may have changed.
    catalog.answers.forget_headers()
    for body in raw.glob("*/*/*.zst"):
        if str(body.relative_to(raw)) not in kept:
            body.unlink()
    return counts


def _clean_answer(raw: Path, entry: dict[str, Any], redactor: Redactor) -> tuple[str, str] | None:
    """The file and digest of an answer without the erased entities; None if it cannot be kept."""
    before = entry["file"], entry["sha256"]
    try:
        body = zstandard.decompress((raw / entry["file"]).read_bytes())
    except FileNotFoundError:
        return before
    except zstandard.ZstdError:  # the readable rest may be about an erased entity
        return None
    now = redactor.without(entry["place"], body)
    if now is None or now is body:
        return before if now is body else None
    digest = digest_of(now)
    path = (raw / entry["file"]).with_name(f"{digest}.zst")
    write_body(path, now)
    return str(path.relative_to(raw)), digest


def _clean_reports(runs: Path, catalog: CatalogWriter, names: Names, show: OnProgress) -> Counter[str]:
    counts = Counter[str]()
    paths = sorted([*runs.glob("*.json"), *runs.glob("*.jsonl")])
    for done, path in enumerate(paths):
        show("run reports", done, len(paths))
        is_report = path.suffix == ".json"
        found, damaged = _documents(path)
        if is_report and damaged:
            found = [told for told in [catalog.runs.report(path.stem)] if told is not None]
        kept = [names.without(each) for each in found]
        if not damaged and kept == found:
            continue
        counts["damaged run reports" if damaged else "run reports"] += 1
        if not kept:
            path.unlink()
            continue
        option = orjson.OPT_INDENT_2 if is_report else None
        with whole(path) as file:
            file.writelines(orjson.dumps(each, option=option) + b"\n" for each in kept)
    return counts


def _documents(path: Path) -> tuple[list[Any], bool]:
    """The JSON documents in a file, and whether some are damaged."""
    found, damaged = [], False
    text = path.read_bytes()
    for part in text.splitlines() if path.suffix == ".jsonl" else [text]:
        try:
            found.append(orjson.loads(part))
        except orjson.JSONDecodeError:
            damaged = True
    return found, damaged


def _delete_parts(data_dir: Path) -> Counter[str]:
    for folder in FOLDERS:
        for part in (data_dir / folder).rglob("*.part"):  # left by processes that were killed
            part.unlink()
    return Counter()


def _delete_dumps(folder: Path) -> Counter[str]:
    """Delete the exports that others may download, also those that are being written."""
    counts = Counter[str]()
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_symlink() or path.is_file():
            path.unlink()
            counts["files of dumps"] += 1
    return counts
