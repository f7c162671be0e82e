"""A PostgreSQL server for tests: the one that the environment names, or one of this machine that ends with them."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

NAMED = "DAGSTER_PG_URL"
PATIENCE = 30.0


class NoServerError(Exception):
    """There is no server to be had; the text says why."""


@contextmanager
def new_database() -> Iterator[str]:
    """Make a database that ends with the context.

    Yields:
        Its address.

    Raises:
        NoServerError: no server is named, nor are its programs installed.
    """
    with _server() as address:
        name = f"mlentory_test_{secrets.token_hex(8)}"
        _tell(address, f"CREATE DATABASE {name}")
        try:
            yield urlsplit(address)._replace(path=f"/{name}").geturl()
        finally:
            _tell(address, f"DROP DATABASE {name} WITH (FORCE)")


def _tell(address: str, statement: str) -> None:
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


@contextmanager
def _server() -> Iterator[str]:
    if named := os.environ.get(NAMED):
        yield named
        return
    # Debian has its programs outside of PATH.
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.get_exec_path())]
    programs = next((folder for folder in folders if (folder / "initdb").is_file()), None)
    if programs is None:
        raise NoServerError(f"{NAMED} is not set, and PostgreSQL is not installed")
    # Not a folder of pytest's: the server refuses to be root, and others cannot enter it.
    with tempfile.TemporaryDirectory(prefix="mlentory-postgresql-") as folder:
        user = _user(folder)
        initdb = [
            str(programs / "initdb"),
            "--username=dagster",
            "--auth=trust",
            "--no-sync",
            f"--pgdata={folder}/data",
        ]
        subprocess.run(initdb, cwd=folder, stdout=subprocess.DEVNULL, check=True, **user)
        server = [str(programs / "postgres"), "-D", f"{folder}/data", "-k", folder, "-h", "", "-F"]
        address = f"postgresql://dagster@/postgres?host={folder}"
        with subprocess.Popen(server, cwd=folder, stderr=subprocess.DEVNULL, **user) as process:
            try:
                _wait(address, process)
                yield address
            finally:
                process.send_signal(signal.SIGINT)


def _user(folder: str) -> dict[str, Any]:
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    shutil.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _wait(address: str, process: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg2.connect(address).close()
        except psycopg2.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
