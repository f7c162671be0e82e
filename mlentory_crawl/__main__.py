"""``python -m mlentory_crawl`` is ``mlentory``."""

from __future__ import annotations

import sys

from mlentory_crawl.commands.command_line import main

sys.exit(main())
