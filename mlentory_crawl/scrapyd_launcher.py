"""The launcher of crawls under scrapyd, named by ``launcher`` in ``scrapy.cfg``."""

from __future__ import annotations

import ipaddress
import os
from typing import Any

from scrapyd import launcher
from twisted.internet.defer import Deferred, DeferredList


class Launcher(launcher.Launcher):  # type: ignore[misc]  # scrapyd ships no types
    """Interrupts running crawls when scrapyd is stopped, and makes scrapyd wait for their reports.

    scrapyd's own launcher leaves them behind: in a container they are killed, elsewhere they run on unnoticed.

    Raises:
        SystemExit: scrapyd would listen beyond this machine without asking for a password.
    """

    def __init__(self, config: Any, app: Any) -> None:
        address = _setting(config, "bind_address", "127.0.0.1")
        if not (_is_loopback(address) or (_setting(config, "username") and _setting(config, "password"))):
            raise SystemExit(
                f"scrapyd would listen on {address} without a password, and anyone could run code: set SCRAPYD_USERNAME"
                " and SCRAPYD_PASSWORD, or SCRAPYD_BIND_ADDRESS=127.0.0.1"
            )
        super().__init__(config, app)

    def stopService(self) -> Deferred[Any]:  # noqa: N802  (Twisted's name)
        ended = [process.deferred for process in self.processes.values()]
        for process in self.processes.values():
            process.transport.signalProcess("INT")
        return DeferredList(ended)


def _setting(config: Any, name: str, default: str = "") -> str:
    """Return a setting, looked up the way scrapyd itself does."""
    return os.environ.get(f"SCRAPYD_{name.upper()}") or config.get(name, default)


def _is_loopback(address: str) -> bool:
    try:  # without an address, scrapyd only has a socket on this machine
        return address in ("", "localhost") or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
