"""Repositories on GitHub."""

from mlentory_crawl.spiders.github.spider import GitHubSpider

__all__ = ["GitHubSpider"]
