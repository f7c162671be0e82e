"""The Hugging Face Hub."""

from mlentory_crawl.spiders.huggingface.spider import HuggingFaceSpider

__all__ = ["HuggingFaceSpider"]
