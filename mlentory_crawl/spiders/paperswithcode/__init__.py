"""Papers with Code."""

from mlentory_crawl.spiders.paperswithcode.spider import PapersWithCodeSpider

__all__ = ["PapersWithCodeSpider"]
