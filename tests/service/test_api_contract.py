"""The API held against its own description by a client that is not ours (schemathesis)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from hypothesis.strategies import SearchStrategy
from support.catalogs import Book
from support.served import settings_of

from mlentory_crawl.service.application import application
from mlentory_crawl.service.gateway.key_store import add_key
from mlentory_crawl.service.gateway.roles import Role

pytestmark = pytest.mark.extra(name="serve")


@pytest.fixture(scope="module")
def described(served: Book) -> Iterator[schemathesis.BaseSchema]:
    """The description of the API, whose examples are ids that the catalog has."""
    app = application(settings_of(Path(served.data_dir), SERVE_HOSTS="testserver", SERVE_RATE="1000000"))
    yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    app.state.source.close()


BOUNDED = hypothesis.settings(
    max_examples=12, derandomize=True, database=None, suppress_health_check=list(hypothesis.HealthCheck)
)


def test_answers_are_as_described(described: schemathesis.BaseSchema, served: Book) -> None:
    secret, _ = add_key(Path(served.data_dir), "schemathesis", Role.CURATOR, 1)
    learned = {}
    for each in described.get_all_operations():
        operation = each.ok()
        learned[operation.label] = {
            status
            for cases in (*operation.get_strategies_from_examples(), operation.as_strategy())
            for status in statuses(cases, secret)
        }
    assert len(learned) > 30
    # Whoever asks only for what is not there learns nothing.
    assert [label for label, found in learned.items() if 200 not in found] == []


def statuses(cases: SearchStrategy[schemathesis.Case], secret: str) -> set[int]:
    """The statuses of the answers to some requests, after each answer was checked."""
    found = set()

    @BOUNDED
    @hypothesis.given(case=cases)
    def check(case: schemathesis.Case) -> None:
        found.add(case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}).status_code)

    check()
    return found
