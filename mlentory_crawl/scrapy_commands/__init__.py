"""The commands as Scrapy finds them: a module for each, named like the command."""
