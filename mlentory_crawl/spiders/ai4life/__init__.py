"""The BioImage Model Zoo of AI4Life."""

from mlentory_crawl.spiders.ai4life.spider import Ai4LifeSpider

__all__ = ["Ai4LifeSpider"]
