"""A company's own registry: an MLflow tracking server."""

from mlentory_crawl.spiders.mlflow.spider import MlflowSpider

__all__ = ["MlflowSpider"]
