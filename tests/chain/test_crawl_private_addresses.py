"""Crawls do not reach into private networks where answers and seeds name them, unless somebody allows it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.crawling import Project, model, write_records
from support.http_servers import Answer, served

from mlentory_crawl.sample_hub import SampleHub

HUB = "documented API of huggingface"


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[SampleHub]:
    """A server inside, which only an endpoint may name."""
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [model(n) for n in range(3)])) as hub:
        yield hub


@pytest.fixture(params=["127.0.0.1", "localhost"])
def outside(request: pytest.FixtureRequest, inside: SampleHub) -> Iterator[str]:
    """An endpoint that sends everybody inside."""

    def answer(method: str, path: str, body: bytes) -> Answer:
        return 307, {"Location": f"http://{request.param}:{urlsplit(inside.url).port}{path}"}, b""

    with served(answer) as url:
        yield url


def asked(hub: SampleHub) -> int:
    return sum(sum(counts.values()) for counts in hub.stats()["requests"].values())


def test_a_redirect_into_a_private_network_is_not_followed(
    outside: str, inside: SampleHub, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    host = request.node.callspec.params["outside"]
    project = Project(tmp_path / "data", outside)
    report = project.crawl("-a", "mode=ids", "-a", "ids=acme/model-1", code=1)
    assert report["requested"]["failed"] == 1
    assert report["requests"]["retried"] == 0
    (problem,) = (each for each in report["problems"] if "private network" in each)
    address = " (127.0.0.1)" if host == "localhost" else ""
    named = "localhost" if host == "localhost" else "127.0.0.1"
    assert problem.endswith(f": {named} is in a private network{address}; to allow it, add it to ALLOWED_PRIVATE_HOSTS")
    # It is the other server that is refused, not the one that was asked first.
    assert report["requests"]["by_host"] == {urlsplit(outside).netloc: {"requests": 1, "rule": HUB}}
    assert asked(inside) == 0


def test_a_redirect_to_an_allowed_host_is_followed(outside: str, tmp_path: Path) -> None:
    project = Project(tmp_path / "data", outside, ALLOWED_PRIVATE_HOSTS="127.0.0.1, LOCALHOST")
    report = project.crawl("-a", "mode=ids", "-a", "ids=acme/model-1")
    assert report["records"]["new"] == 1
    # The report says by which rule each host was asked.
    told = report["requests"]["by_host"]
    assert told[urlsplit(outside).netloc] == {"requests": 1, "rule": HUB}
    (other,) = told.keys() - {urlsplit(outside).netloc}
    assert told[other] == {"requests": 1, "rule": "an API redirected there"}


CONNECTING = """
import sys
from scrapy import Spider
from scrapy.crawler import CrawlerProcess

class Asking(Spider):
    name = "asking"
    start_urls = [sys.argv[1]]

    def parse(self, response):
        print(response.status)

name = "mlentory_crawl.middlewares.private_addresses.PublicResolver"
settings = {"TWISTED_DNS_RESOLVER": name, "ALLOWED_PRIVATE_HOSTS": sys.argv[2], "LOG_ENABLED": False}
process = CrawlerProcess(settings)
process.crawl(Asking)
process.start()
"""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433"])
def test_names_are_checked_where_the_connection_is_made(inside: SampleHub, host: str) -> None:
    def told(allowed: str) -> str:
        url = f"http://{host}:{urlsplit(inside.url).port}/api/models"
        words = [sys.executable, "-c", CONNECTING, url, allowed]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout

    assert told("other.example") == ""
    assert asked(inside) == 0
    assert told(host).strip() == "200"
