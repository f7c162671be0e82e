"""``mlentory serve keys``: makes, lists and revokes keys of the service."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mlentory_crawl.console import console, error_console, print_json, print_text, table
from mlentory_crawl.data_directory import now
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.service.gateway.key_store import LONGEST_OWNER, Key, add_key, list_keys, revoke_key
from mlentory_crawl.service.gateway.roles import GIVEN

LONGEST_LIFE = 3650


def carry_out(folder: Path, word: str, rest: list[str], opts: argparse.Namespace) -> int:
    """Carry out one of the words of the command, and return the exit code.

    Args:
        folder: the directory of what the service writes.
        word: ``add``, ``list`` or ``revoke``.
        rest: the words after it.
        opts: the options.

    Raises:
        WrongUsage: the words or the options are invalid.
        MlentoryError: there is no such key, or the keys cannot be used.
    """
    if word == "revoke":
        if len(rest) != 1:
            raise WrongUsage("keys revoke: expected the id of one key; mlentory serve keys list shows them")
        _revoke(folder, rest[0], as_json=opts.json)
    elif rest:
        raise WrongUsage(f"keys {word}: it takes options only, not {' '.join(rest)}")
    elif word == "add":
        _add(folder, opts)
    else:
        _list(folder, as_json=opts.json)
    return 0


def _add(folder: Path, opts: argparse.Namespace) -> None:
    if not opts.owner or not opts.owner.strip() or len(opts.owner) > LONGEST_OWNER:
        raise WrongUsage(f"keys add: --owner WHO is required, of {LONGEST_OWNER} characters at most")
    if opts.role not in GIVEN:
        raise WrongUsage(f"--role {opts.role}: expected {', '.join(GIVEN)}")
    if not 0 <= opts.days <= LONGEST_LIFE:
        raise WrongUsage(f"--days {opts.days}: expected 1 to {LONGEST_LIFE}, or 0 for a key that never expires")
    secret, key = add_key(folder, opts.owner.strip(), GIVEN[opts.role], opts.days or None)
    if opts.json:
        print_json({"key": secret, **_told(key)})
        return
    print_text(f"{secret}\n")
    until = f"until {key.expires_at}" if key.expires_at else "without end"
    error_console().print(
        f"Key {key.id} of {key.owner}, role {key.role.word}, {until}. It is shown only now."
        " Send it in the header Authorization: Bearer"
    )


def _list(folder: Path, *, as_json: bool) -> None:
    keys = list_keys(folder)
    if as_json:
        print_json([_told(key) for key in keys])
        return
    if not keys:
        console().print("There are no keys; mlentory serve keys add --owner WHO makes one.")
        return
    moment = now()
    shown = table("Key", "Role", "Owner", "Made", "Expires", "Last used", "State")
    for key in keys:
        refusal = key.refusal(moment)
        shown.add_row(
            key.id, key.role.word, key.owner, key.created_at, key.expires_at or "never", key.last_used_at or "never",
            "valid" if refusal is None else refusal.removeprefix("it ").removeprefix("was "),
        )  # fmt: skip
    console().print(shown)


def _revoke(folder: Path, id: str, *, as_json: bool) -> None:
    key = revoke_key(folder, id)
    if as_json:
        print_json(_told(key))
    else:
        console().print(f"Key {key.id} of {key.owner} is revoked since {key.revoked_at}.")


def _told(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "role": key.role.word,
        "owner": key.owner,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
