"""Addresses that settings name hold no passwords."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RunScrapy

from mlentory_crawl.config.values import check_addresses
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.spiders import platforms, variables
from mlentory_crawl.stores.factory import check_store_settings, open_store

ADDRESSES = sorted(
    ({each.endpoint_setting for each in platforms()} - {"CRAWLER_CONTACT"}) | {"NEO4J_URI", "GITHUB_RAW_ENDPOINT"}
)


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "value",
    [
        "https://eve:hidden@hub.example",
        "https://hidden@hub.example/path",
        "bolt+s://eve:hid/den@db.example:7687",
        "eve:hidden@db.example",
        "https://eve:hidden@[::1",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_told(name: str, value: str) -> None:
    settings = {name: value, "ELASTICSEARCH_URL": None, "MLENTORY_DATA_DIR": "data"}
    for look in (check_addresses, check_store_settings, lambda given: open_store("search", given)):
        with pytest.raises(SettingError, match=f"^{name} must not contain a user name or password") as raised:
            look(settings)
        assert "hid" not in str(raised.value).removeprefix(f"{name} holds")


def test_addresses_without_are_as_they_were() -> None:
    check_addresses({variable.name: variable.default for variable in variables()})
    check_addresses({"NEO4J_URI": "neo4j://localhost:7687", "NEO4J_PASSWORD": "p@ss", "HF_TOKEN": "t@"})
    check_addresses({"ELASTICSEARCH_URL": "https://eve:hidden@search.example"})
    check_addresses({"MONGODB_URI": "mongodb://eve:hidden@one.example,two.example"})


@pytest.mark.parametrize(
    ("name", "command"),
    [("HF_ENDPOINT", "crawl huggingface"), ("NEO4J_URI", "crawl arxiv"), ("NEO4J_URI", "sync neo4j")],
)
def test_commands_take_it_for_wrong_usage(
    scrapy: RunScrapy, environment: dict[str, str], data_dir: Path, name: str, command: str
) -> None:
    environment[name] = "bolt://eve:hidden@127.0.0.1:9"
    done = scrapy(*command.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: {name} must not contain a user name or password" in done.stderr
    assert "hidden" not in done.stderr
    assert not data_dir.exists()
