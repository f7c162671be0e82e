"""Dagster's code server, and an end of runs for which Dagster would wait for ever.

Runs are processes of the server, which tells when one of them dies: but not if it died with the server, and never again
once the database was away at such a moment. A run that has failed is started again.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import dagster as dg

SOCKET = "DAGSTER_CODE_SERVER_SOCKET"
"""The variable with the path of the socket that the server listens on."""
LOCATION = "mlentory"
MODULE, DEFINITIONS = "DAGSTER_MODULE_NAME", "mlentory_crawl.orchestration.definitions"
"""The variable that names another module to serve, and the module that is served if it is unset."""
NOTICED = 90.0
"""The number of seconds after which the daemon, which looks once a minute, knows of a new server and can start runs."""


def unfinished_runs() -> list[str]:
    """Return the ids of the runs of an earlier server that have not ended as far as Dagster knows."""
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED], tags={"dagster/code_location": LOCATION})
    with dg.DagsterInstance.get() as instance:
        return [run.run_id for run in instance.get_runs(started)]


def give_up(runs: Sequence[str]) -> None:
    """Fail runs, unless somebody has ended them."""
    started = dg.RunsFilter(run_ids=runs, statuses=[dg.DagsterRunStatus.STARTED])
    with dg.DagsterInstance.get() as instance:
        for run in instance.get_runs(started):
            instance.report_run_failed(run, "Its process ended with the code server that had started it.")


def end(failed: threading.ExceptHookArgs) -> None:
    """End the process because a thread of the server has failed; whoever watches the process starts it again."""
    sys.excepthook(failed.exc_type, failed.exc_value or failed.exc_type(), failed.exc_traceback)
    sys.stderr.flush()
    os._exit(1)


def stop(_number: int, _frame: FrameType | None) -> None:
    """Interrupt the runs, for which the server waits before it ends.

    Raises:
        KeyboardInterrupt: always, for the server to end.
    """
    for run in multiprocessing.active_children():
        run.terminate()
    raise KeyboardInterrupt


def main() -> None:
    """Serve the definitions until the process is terminated."""
    signal.signal(signal.SIGINT, stop)  # which Dagster makes that of SIGTERM, too
    threading.excepthook = end
    if left := unfinished_runs():
        giving_up = threading.Timer(NOTICED, give_up, [left])
        giving_up.daemon = True
        giving_up.start()
    module = os.environ.get(MODULE, DEFINITIONS)
    served = ["--socket", os.environ[SOCKET], "--location-name", LOCATION, "--module-name", module]
    sys.argv = ["dagster", "api", "grpc", *served]
    runpy.run_module("dagster", run_name="__main__")


if __name__ == "__main__":
    main()
