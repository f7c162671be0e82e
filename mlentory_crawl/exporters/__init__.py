"""Formats of feeds and of `scrapy export`."""
