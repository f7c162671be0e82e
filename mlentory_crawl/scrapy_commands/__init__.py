"""The commands as Scrapy finds them: a module for each, called like the command."""
