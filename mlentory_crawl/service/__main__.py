"""``python -m mlentory_crawl.service`` is ``mlentory serve``, as containers start it."""

from __future__ import annotations

import sys

from mlentory_crawl.commands.command_line import main

sys.exit(main(["serve", *sys.argv[1:]]))
