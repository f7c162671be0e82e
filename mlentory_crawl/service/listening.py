"""The process that serves the catalog."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import uvicorn

from mlentory_crawl.console import console
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.service.application import application
from mlentory_crawl.service.gateway.patience import CONNECTIONS, KEEP_SECONDS, patient
from mlentory_crawl.service.gateway.policy import Policy

BACKLOG = 128
GRACE_SECONDS = 10
"""The number of seconds in which requests are finished when the service is stopped."""


def serve(settings: Mapping[str, Any], host: str, port: int) -> int:
    """Serve the catalog until the process is stopped, and return the exit code.

    Args:
        settings: the project's settings, `MLENTORY_DATA_DIR` among them.
        host: the address to listen on.
        port: the port; 0 for any that is free.

    Raises:
        CatalogError: there is no catalog that can be read.
        MlentoryError: the address is in use, or none of this machine.
        SettingError: other machines could reach it, and `SERVE_HOSTS` does not say by which names.
    """
    policy = Policy.from_settings(settings)
    policy.check_binding(host)
    app = application(settings)
    try:
        listening = socket.create_server((host, port), backlog=BACKLOG, family=_family(host))
    except OSError as error:
        # Python adds the address once more, in parentheses.
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise MlentoryError(f"cannot listen on {host} port {port}: {reason}") from error
    with listening:
        # Only now, so that whoever reads the address can open it.
        shown = f"[{host}]" if ":" in host else host
        console().print(f"Serving {settings['MLENTORY_DATA_DIR']} at http://{shown}:{listening.getsockname()[1]}/")
        config = uvicorn.Config(
            app,
            http=patient(policy),
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # uvicorn's own would believe every client on this machine
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=KEEP_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
