"""``mlentory serve audit``: who asked the service what, and whether that is as it was written."""

from __future__ import annotations

import argparse
from pathlib import Path

from mlentory_crawl.console import console, counted, fail, print_json, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.service.gateway.audit_reading import AuditEntry, entries, verdict


def carry_out(folder: Path, word: str, rest: list[str], opts: argparse.Namespace) -> int:
    """Carry out one of the words of the command, and return the exit code.

    Args:
        folder: the directory of what the service writes.
        word: ``list`` or ``verify``.
        rest: the words after it.
        opts: the options.

    Raises:
        WrongUsage: the words or the options are invalid.
        MlentoryError: the audit cannot be read.
    """
    if rest:
        raise WrongUsage(f"audit {word}: it takes options only, not {' '.join(rest)}")
    if word == "verify":
        return _verify(folder, as_json=opts.json)
    if opts.last < 0:
        raise WrongUsage(f"--last {opts.last}: expected 1 or more, or 0 for all")
    _list(folder, opts.last or -1, as_json=opts.json)
    return 0


def _verify(folder: Path, *, as_json: bool) -> int:
    found = verdict(folder)
    if as_json:
        print_json(found)
    elif found.broken is not None:
        fail(f"entry {found.broken} of the audit: {found.reason}")
    elif not found.entries:
        console().print("There are no entries in the audit.")
    else:
        whole = counted(found.entries, "entry").replace("entrys", "entries")
        console().print(
            f"{whole}, {found.first} to {found.last}, as written. The last hash, to be kept elsewhere: {found.hash}"
        )
    return int(found.broken is not None)


def _list(folder: Path, last: int, *, as_json: bool) -> None:
    found, total = entries(folder, last)
    if as_json:
        print_json({"total": total, "shown": len(found), "entries": found})
        return
    if not found:
        console().print("There are no entries in the audit.")
        return
    shown = table("Entry", "Time", "Event", "Key", "Role", "Route", "Status", "Requests", "Units")
    for each in reversed(found):
        shown.add_row(
            "open" if each.number is None else str(each.number), each.at, _event(each), each.key or "none",
            each.role or "", f"{each.method or ''} {each.route or ''}".strip(), str(each.status or ""),
            str(each.requests or ""), f"{each.cost:g}" if each.requests else "",
        )  # fmt: skip
    console().print(shown)
    if len(found) < total:
        console().print(f"The last {len(found):,} of {total:,}; --last 0 shows all.")


def _event(entry: AuditEntry) -> str:
    return entry.event if entry.detail is None else f"{entry.event}: {entry.detail}"
