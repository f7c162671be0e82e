"""What a robots.txt says to this crawler, however it is written."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_LE

import pytest
from hypothesis import given, strategies as st
from protego import Protego

from mlentory_crawl.middlewares.robots_txt import LARGEST, Rules, product

TOKEN = "mlentory_crawl"
HOST = "https://blog.example"


def forbids(text: str | bytes, path: str = "/private/x") -> bool:
    body = text.encode() if isinstance(text, str) else text
    return not Rules.of(body, TOKEN).allows(f"{HOST}{path}")


def test_the_product_token_of_a_user_agent() -> None:
    assert product("mlentory_crawl/0.4.1 (+https://github.com/x)") == TOKEN
    assert product("MLentory_Crawl") == TOKEN
    assert product("(+https://github.com/x)") == "*"


@pytest.mark.parametrize(
    "agents",
    [
        "User-agent: *",
        "user-agent:*",
        "User-agent: mlentory_crawl",
        "User-Agent: MLENTORY_CRAWL/1.0",
        "User-agent: other\nUser-agent: mlentory_crawl",
        "User-agent: mlentory_crawl\n\n# a remark\nUser-agent: other",
        "User-agent: mlentory_crawl\nSitemap: https://blog.example/s.xml\nUser-agent: other",
        "useragent: *",
        "User agent *",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rules_for_this_crawler_or_for_everybody(agents: str, end: str) -> None:
    assert forbids(f"{agents}\nDisallow: /private/\n".replace("\n", end))
    assert not forbids(f"{agents}\nDisallow: /private/\n".replace("\n", end), "/posts/x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Disallow: /\n",
        "User-agent: other\nDisallow: /\n",
        "User-agent: crawl\nDisallow: /\n",
        "User-agent: mlentory\nDisallow: /\n",
        "User-agent: mlentory_crawl_news\nDisallow: /\n",
        "User-agent: *\nDisallow:\n",
        "User-agent: *\nDisallow: /a\nUser-agent:\nDisallow: /private/\n",
        "User-agent: *\nDisallow: /\nAllow: /private/\n",
        "User-agent: *\nDisallow: /\n\nUser-agent: mlentory_crawl\nDisallow: /posts/\n",
        "User-agent: *\nDisallow: /\n\nUser-agent: mlentory_crawl\n",
        "User-agent: mlentory_crawl\nAllow: /\n\nUser-agent: *\nDisallow: /\n",
        "<!doctype html>\n<html><head><title>User-agent: *</title></head><body>Not found. Disallow: /</body></html>",
    ],
)
def test_what_does_not_concern_this_crawler_forbids_nothing(text: str) -> None:
    assert not forbids(text)


def test_groups_for_the_same_crawler_are_one() -> None:
    text = "User-agent: {0}\nDisallow: /a\n\nUser-agent: other\nDisallow: /b\n\nUser-agent: {0}\nDisallow: /c\n"
    for agent in (TOKEN, "*"):
        assert [forbids(text.format(agent), path) for path in ("/a", "/b", "/c")] == [True, False, True]


def test_the_most_specific_rule_holds() -> None:
    text = "User-agent: *\nDisallow: /p\nAllow: /p*/open$\nDisallow: /*.pdf\n"
    paths = {"/p": True, "/p/1/open": False, "/p/1/open?x": True, "/q": False, "/q/x.pdf": True}
    assert {path: forbids(text, path) for path in paths} == paths


@pytest.mark.parametrize("body", [BOM_UTF8, BOM_UTF16_LE])
def test_a_byte_order_mark_is_no_part_of_the_first_line(body: bytes) -> None:
    text = "User-agent: *\r\nDisallow: /private/\r\nCrawl-delay: 10\r\n"
    rules = Rules.of(body + text.encode("utf-8" if body == BOM_UTF8 else "utf-16-le"), TOKEN)
    assert not rules.allows(f"{HOST}/private/x")
    assert rules.delay == 10


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_letters_of_any_encoding_are_those_of_addresses(encoding: str) -> None:
    body = "User-agent: *\nDisallow: /privé/\n".encode(encoding)
    assert forbids(body, "/priv%C3%A9/x")
    assert not forbids(body, "/priv/x")
    if encoding == "latin-1":
        assert forbids(body, "/priv%E9/x")


def test_what_is_beyond_the_largest_size_is_not_read_and_no_rule_is_cut() -> None:
    first = b"User-agent: *\nDisallow: /private/\n#"
    long = first + b"x" * (LARGEST - len(first) - len(b"\nDisallow: /") - 1) + b"\nDisallow: /posts\nDisallow: /late\n"
    assert long[:LARGEST].endswith(b"\nDisallow: /p")
    assert [forbids(long, path) for path in ("/private/", "/posts", "/puzzle", "/late")] == [True, False, False, False]
    assert not forbids(b"x" * 2 * LARGEST)


def test_a_delay_is_that_of_the_group_that_holds() -> None:
    text = "User-agent: *\nCrawl-delay: 7\nDisallow: /x\n\nUser-agent: mlentory_crawl\nDisallow: /y\n"
    assert Rules.of(text.encode(), TOKEN).delay is None
    assert Rules.of(text.encode(), "other").delay == 7
    for odd in ("soon", "-1", "nan", "1e999", ""):
        assert Rules.of(f"User-agent: *\nCrawl-delay: {odd}\n".encode(), TOKEN).delay is None


def test_thousands_of_names_and_rules_are_read_at_once() -> None:
    # The parser alone would take minutes and gigabytes.
    names = "".join(f"User-agent: bot{n}\n" for n in range(10_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(10_000))
    read = Rules.of(f"{names}User-agent: *\n{rules}".encode(), TOKEN)
    assert not read.allows(f"{HOST}/9999")
    assert read.allows(f"{HOST}/x")


@given(st.binary(max_size=300))
def test_whatever_a_host_sends_is_read(body: bytes) -> None:
    rules = Rules.of(b"User-agent: *\n" + body, TOKEN)
    assert rules.allows(f"{HOST}/x") in (True, False)
    assert rules.delay is None or rules.delay >= 0


LINES = st.sampled_from([
    "User-agent: *", "User-agent: mlentory_crawl", "User-agent: other", "", "# remark", "Disallow: /a", "Allow: /a/b",
    "Disallow: /a*c", "Disallow:", "Crawl-delay: 3", "Sitemap: https://blog.example/s.xml", "nonsense: 1",
])  # fmt: skip


@given(st.lists(LINES, max_size=12))
def test_the_group_that_holds_is_the_one_that_the_parser_chooses(lines: list[str]) -> None:
    text = "\n".join(lines)
    rules, parsed = Rules.of(text.encode(), TOKEN), Protego.parse(text)
    for path in ("/", "/a", "/a/b", "/a/c"):
        assert rules.allows(f"{HOST}{path}") == parsed.can_fetch(f"{HOST}{path}", TOKEN)
    assert rules.delay == parsed.crawl_delay(TOKEN)
