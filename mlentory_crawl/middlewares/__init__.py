"""Scrapy's downloader components: the archive of answers, replay, quotas, private addresses."""
