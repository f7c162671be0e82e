"""``scrapy doctor``."""

from __future__ import annotations

from mlentory_crawl.commands import doctor
from mlentory_crawl.commands.for_scrapy import ScrapyShell


class Command(ScrapyShell):
    """Runs the command in `mlentory_crawl.commands.doctor`."""

    command = doctor.Command
