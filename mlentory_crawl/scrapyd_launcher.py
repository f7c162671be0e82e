"""What starts crawls under scrapyd, named by ``launcher`` in ``scrapy.cfg``."""

from __future__ import annotations

from typing import Any

from scrapyd import launcher
from twisted.internet.defer import Deferred, DeferredList


class Launcher(launcher.Launcher):  # type: ignore[misc]  # scrapyd ships no types
    """Interrupts running crawls when scrapyd is stopped, and has it wait for their reports.

    scrapyd's own leaves them behind: in a container they are then killed, elsewhere they go on unseen.
    """

    def stopService(self) -> Deferred[Any]:  # noqa: N802  (Twisted's name)
        ended = [process.deferred for process in self.processes.values()]
        for process in self.processes.values():
            process.transport.signalProcess("INT")
        return DeferredList(ended)
