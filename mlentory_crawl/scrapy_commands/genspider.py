"""``scrapy genspider``."""

from __future__ import annotations

from typing import Any

from scrapy.commands.genspider import Command as ScrapyGenspider


class Command(ScrapyGenspider):
    """Writes spiders as Scrapy does; templates may also name the setting of the endpoint, as ``$setting``."""

    def _generate_template_variables(self, module: str, *words: str) -> dict[str, Any]:
        return {
            **super()._generate_template_variables(module, *words),
            "setting": f"{module.upper()}_ENDPOINT",
        }
