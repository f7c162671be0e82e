"""The launcher of crawls under scrapyd, named by ``launcher`` in ``scrapy.cfg``."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any

from scrapyd import launcher
from twisted.internet.defer import Deferred, DeferredList

from mlentory_crawl.config.secret_file import file_variable, named_file, read_secret
from mlentory_crawl.console import fail
from mlentory_crawl.exceptions import SettingError

PASSWORD = "SCRAPYD_PASSWORD"  # noqa: S105  (the name of a variable)


class Launcher(launcher.Launcher):  # type: ignore[misc]  # scrapyd ships no types
    """Interrupts running crawls when scrapyd is stopped, and makes scrapyd wait for their reports.

    scrapyd's own launcher leaves them behind: in a container they are killed, elsewhere they run on unnoticed.

    Its password may stand in the file that ``SCRAPYD_PASSWORD_FILE`` names.

    Raises:
        SystemExit: scrapyd would listen beyond this machine without asking for a password, or the file with the
            password cannot be used.
    """

    def __init__(self, config: Any, app: Any) -> None:
        _take_password(config)
        address = _setting(config, "bind_address", "127.0.0.1")
        if not (_is_loopback(address) or (_setting(config, "username") and _setting(config, "password"))):
            raise SystemExit(
                f"scrapyd would listen on {address} without a password, and anyone could run code: set SCRAPYD_USERNAME"
                " and SCRAPYD_PASSWORD (or SCRAPYD_PASSWORD_FILE), or SCRAPYD_BIND_ADDRESS=127.0.0.1"
            )
        super().__init__(config, app)

    def stopService(self) -> Deferred[Any]:  # noqa: N802  (Twisted's name)
        ended = [process.deferred for process in self.processes.values()]
        for process in self.processes.values():
            process.transport.signalProcess("INT")
        return DeferredList(ended)


def _take_password(config: Any) -> None:
    """Give scrapyd the password that stands in a file; scrapyd makes the launcher before it asks for its password."""
    try:
        if path := named_file(PASSWORD, os.environ, "environment"):
            password = read_secret(file_variable(PASSWORD), Path(path))
            # Not into the environment, which jobs inherit.
            config.cp.set(config.SECTION, "password", password.replace("%", "%%"))
    except SettingError as error:
        fail(str(error))
        raise SystemExit(2) from None


def _setting(config: Any, name: str, default: str = "") -> str:
    """Return a setting, looked up the way scrapyd itself does."""
    return os.environ.get(f"SCRAPYD_{name.upper()}") or config.get(name, default)


def _is_loopback(address: str) -> bool:
    try:  # without an address, scrapyd only has a socket on this machine
        return address in ("", "localhost") or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
