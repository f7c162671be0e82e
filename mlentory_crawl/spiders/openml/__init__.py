"""OpenML."""

from mlentory_crawl.spiders.openml.spider import OpenMLSpider

__all__ = ["OpenMLSpider"]
