"""``python -m mlentory_crawl.service``: the service of the data directory that the environment names."""

from __future__ import annotations

import sys

from mlentory_crawl.config import VARIABLES, read_environment
from mlentory_crawl.service.listening import HOST, PORT, serve

if __name__ == "__main__":
    sys.exit(serve(read_environment(VARIABLES), HOST, PORT))
