"""The commands: the arguments of each, and what it prints; none but those that crawl need Scrapy."""
