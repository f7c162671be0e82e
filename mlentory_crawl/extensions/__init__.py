"""Scrapy extensions: the run report, progress, quieter statistics and logs."""
