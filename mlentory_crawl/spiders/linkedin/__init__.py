"""Texts of a member of LinkedIn, from an export of their own data."""

from mlentory_crawl.spiders.linkedin.spider import LinkedInSpider

__all__ = ["LinkedInSpider"]
