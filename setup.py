"""Lets scrapyd-client build its egg with the packages and data that pyproject.toml names (needs setuptools 77)."""

from setuptools import setup

setup()
