"""The search index in a real Elasticsearch does what the embedded one does, and keeps clear of what is not its own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch
from suites.search_store import NewStore, SearchStoreSuite

from mlentory_crawl.stores.elasticsearch import ElasticsearchStore

pytestmark = pytest.mark.servers


@pytest.fixture(scope="session")
def url() -> str:
    if not os.environ.get("ELASTICSEARCH_URL"):
        pytest.skip("ELASTICSEARCH_URL names no server")
    return os.environ["ELASTICSEARCH_URL"]


@pytest.fixture(scope="session")
def server(url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(url) as client:
        yield client


@pytest.fixture
def prefix(server: Elasticsearch) -> Iterator[str]:
    """What the names of a test's indices begin with; they are deleted after it."""
    name = f"mlentory-test-{uuid.uuid4().hex}"
    yield name
    for index in server.indices.get(index=f"{name}*"):
        server.indices.delete(index=index)


@pytest.fixture
def new_store(url: str, prefix: str) -> Iterator[NewStore]:
    made = []

    def make() -> ElasticsearchStore:
        made.append(ElasticsearchStore(url, prefix))
        return made[-1]

    yield make
    for store in made:
        store.close()


class TestElasticsearchStore(SearchStoreSuite):
    @pytest.fixture
    def new_store(self, new_store: NewStore) -> NewStore:
        return new_store
