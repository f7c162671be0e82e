"""What is no Elasticsearch for this program is told in one line, before anything is written."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from conftest import RunScrapy
from suites.search_changes import MODELS
from suites.store import FAR
from support.http_servers import Answer, served

from mlentory_crawl.exceptions import SettingError, StoreError
from mlentory_crawl.stores.factory import check_store_settings
from mlentory_crawl.stores.search.elasticsearch.store import ElasticsearchStore
from mlentory_crawl.stores.search.query import SearchQuery

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}


def told(store: ElasticsearchStore) -> str:
    """What every way of using a store says; always the same."""
    said = []
    for use in (store.open, store.peek, lambda: store.search(SearchQuery("bert"))):
        with pytest.raises(StoreError) as raised:
            use()
        said.append(str(raised.value))
    store.close()
    assert not any("\n" in line for line in said)
    return said[0]


def info(version: str) -> Callable[[str, str, bytes], Answer]:
    def answer(method: str, path: str, body: bytes) -> Answer:
        assert method == "GET"
        if path == "/":
            return 200, PRODUCT, json.dumps({"version": {"number": version}}).encode()
        return 404, PRODUCT, b'{"error": {"type": "x", "reason": "nothing here"}}'

    return answer


def test_nothing_listens() -> None:
    assert "http://127.0.0.1:9: " in told(ElasticsearchStore("http://127.0.0.1:9", "test"))


@pytest.mark.parametrize("url", ["localhost", "localhost:9200", "http://localhost:port"])
def test_no_url(url: str) -> None:
    assert "ELASTICSEARCH_URL" in told(ElasticsearchStore(url, "test"))


@pytest.mark.parametrize("version", ["7.17.29", "10.0.0", "2.4", "unknown"])
def test_versions_that_will_not_do(version: str) -> None:
    with served(info(version)) as url:
        store = ElasticsearchStore(url, "test")
        with pytest.raises(StoreError, match=rf"expected Elasticsearch 8 or 9 at .*, got version {version}"):
            store.open()
        store.close()


def test_a_version_that_is_too_new_for_the_client() -> None:
    reason = "Accept version must be either version 10 or 9, but found 8."
    error = {"type": "media_type_header_exception", "reason": "Invalid media-type value on headers [Accept]"}
    body = json.dumps({"error": error | {"caused_by": {"type": "status_exception", "reason": reason}}}).encode()
    with served(lambda *_: (400, PRODUCT, body)) as url:
        said = told(ElasticsearchStore(url, "test"))
    assert said.startswith(f"expected Elasticsearch 8 or 9 at {url}, got another version: ")
    assert reason in said


def test_another_product() -> None:
    with served(lambda *_: (200, {}, b'{"version": {"number": "2.19.0", "distribution": "opensearch"}}')) as url:
        assert "not Elasticsearch" in told(ElasticsearchStore(url, "test"))


def test_a_page_for_people() -> None:
    with served(lambda *_: (200, {"Content-Type": "text/html"}, b"<html>Welcome</html>")) as url:
        assert told(ElasticsearchStore(url, "test")).startswith(f"Elasticsearch at {url}: ")


@pytest.mark.parametrize("credentials", [{"api_key": "a2V5OmtleQ=="}, {"user": "me", "password": "s3cret"}])
def test_wrong_credentials(credentials: dict[str, str]) -> None:
    reason = "unable to authenticate user [me] for REST request [/]"
    body = json.dumps({"error": {"type": "security_exception", "reason": reason}, "status": 401}).encode()
    with served(lambda *_: (401, PRODUCT, body)) as url:
        said = told(ElasticsearchStore(url, "test", **credentials))
    assert said == f"Elasticsearch at {url}: {reason} (401)"


def test_two_kinds_of_credentials() -> None:
    said = told(ElasticsearchStore("http://127.0.0.1:9", "test", api_key="a2V5", user="me", password="s3cret"))
    assert "credentials" in said
    assert "s3cret" not in said


def test_a_password_in_the_url_is_not_told() -> None:
    assert "s3cret" not in told(ElasticsearchStore("http://me:s3cret@127.0.0.1:9", "test"))


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[str]:
    """An HTTPS server whose certificate nobody trusts."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_certificate_that_nobody_trusts(tls_server: str) -> None:
    assert "certificate" in told(ElasticsearchStore(tls_server, "test")).lower()


def test_a_certificate_that_the_user_trusts(tls_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    said = told(ElasticsearchStore(tls_server.replace("127.0.0.1", "localhost"), "test"))
    assert "certificate" not in said.lower()
    assert "(501)" in said  # its server knows no GET


def test_writing_without_a_server_is_an_error() -> None:
    store = ElasticsearchStore("http://127.0.0.1:9", "test")
    with pytest.raises(StoreError):
        store.write(MODELS, FAR)
    store.close()


def test_commands_say_it_in_one_line(scrapy: RunScrapy, environment: dict[str, str]) -> None:
    environment["ELASTICSEARCH_URL"] = "http://127.0.0.1:9"
    done = scrapy("search", "bert")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Elasticsearch at http://127.0.0.1:9: ")


SETTINGS = {"ELASTICSEARCH_URL": "https://localhost:9200", "ELASTICSEARCH_INDEX_PREFIX": "mlentory"}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"ELASTICSEARCH_URL": None, "ELASTICSEARCH_INDEX_PREFIX": "*"},
        {"ELASTICSEARCH_URL": "http://me:s3cret@[::1]:9200/path/"},
        {"ELASTICSEARCH_URL": "https://search.example.org"},
        {"ELASTICSEARCH_INDEX_PREFIX": "team-1_a.b"},
        {"ELASTICSEARCH_API_KEY": "a2V5"},
        {"ELASTICSEARCH_USERNAME": "me", "ELASTICSEARCH_PASSWORD": "s3cret"},
    ],
)
def test_settings_that_can_be_meant(changed: dict[str, str | None]) -> None:
    check_store_settings(SETTINGS | changed)


@pytest.mark.parametrize(
    "changed",
    [
        *(
            {"ELASTICSEARCH_URL": url}
            for url in ("localhost", "localhost:9200", "http://", "http://localhost:port", "http://localhost:99999",
                        "http://me:s3cret@[::1", "ftp://localhost", "bolt://localhost:7687")
        ),
        *(
            {"ELASTICSEARCH_INDEX_PREFIX": prefix}
            for prefix in ("*", "mlentor?", "mlentory*", "a,b", "-mlentory", "_all", ".mlentory", "..", "<a-{now/d}>",
                           "Mlentory", "a b", "a/b", "a#", "a:b", "a\n", "a" * 201)
        ),
        {"ELASTICSEARCH_API_KEY": "a2V5", "ELASTICSEARCH_USERNAME": "me"},
        {"ELASTICSEARCH_API_KEY": "a2V5", "ELASTICSEARCH_PASSWORD": "s3cret"},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant(changed: dict[str, str]) -> None:
    with pytest.raises(SettingError, match=r"^ELASTICSEARCH_") as raised:
        check_store_settings(SETTINGS | changed)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("command", ["search bert", "sync", "sync turtle", "crawl huggingface"])
def test_commands_take_them_for_wrong_usage(
    scrapy: RunScrapy, environment: dict[str, str], data_dir: Path, command: str
) -> None:
    environment |= {"ELASTICSEARCH_URL": "http://127.0.0.1:9", "ELASTICSEARCH_INDEX_PREFIX": "mlentory*"}
    environment["HF_ENDPOINT"] = "http://127.0.0.1:9"
    done = scrapy(*command.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: ELASTICSEARCH_INDEX_PREFIX: expected a lowercase letter" in done.stderr
    assert "Traceback" not in done.stderr
    assert not data_dir.exists()
