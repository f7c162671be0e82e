"""``scrapy sample-hub``."""  # noqa: N999  (a command is called like its file)

from __future__ import annotations

from mlentory_crawl.commands import sample_hub
from mlentory_crawl.commands.for_scrapy import ScrapyShell


class Command(ScrapyShell):
    """Runs the command in `mlentory_crawl.commands.sample_hub`."""

    command = sample_hub.Command
