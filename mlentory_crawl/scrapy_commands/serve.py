"""``scrapy serve``."""

from __future__ import annotations

from mlentory_crawl.commands import serve
from mlentory_crawl.commands.for_scrapy import ScrapyShell


class Command(ScrapyShell):
    """Runs the command in `mlentory_crawl.commands.serve`."""

    command = serve.Command
