"""Commands of `scrapy`."""
