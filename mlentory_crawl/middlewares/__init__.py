"""Scrapy's downloader components: pace, robots.txt, allowed addresses, connections, the archive of answers, replay."""
