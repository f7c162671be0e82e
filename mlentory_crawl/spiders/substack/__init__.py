"""Posts on Substack."""

from mlentory_crawl.spiders.substack.spider import SubstackSpider

__all__ = ["SubstackSpider"]
