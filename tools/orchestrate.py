"""Shows Dagster's page over a made-up hub and a data directory in build/: `python tools/orchestrate.py [port]`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.sample_hub import SampleHub

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "orchestrate"
DEFINITIONS = "mlentory_crawl.orchestration.definitions"
MODELS = 2_000


def main(port: str = "3000") -> int:
    """Run Dagster until it is interrupted; what was materialized is still there the next time.

    Args:
        port: of the page on this machine.
    """
    (HOME / "dagster").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "mlentory_crawl" / "orchestration" / "dagster.yaml", HOME / "dagster")
    with SampleHub(models=MODELS, demo=True) as hub:
        environment = {
            **os.environ,
            "DAGSTER_HOME": str(HOME / "dagster"),
            "HF_ENDPOINT": hub.url,
            "MLENTORY_DATA_DIR": str(HOME / "data"),
            ENV_FILE: os.devnull,
        }
        print(f"http://127.0.0.1:{port} shows the assets in a few seconds. First choose Jobs, huggingface, Launchpad.")
        print("Its hub is made up; the data directory is build/orchestrate/data. Ctrl-C ends it.", flush=True)
        command = [sys.executable, "-m", "dagster", "dev", "--module-name", DEFINITIONS, "--port", port]
        try:
            return subprocess.run(command, env=environment, check=False).returncode
        except KeyboardInterrupt:  # Dagster has it, too
            return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
