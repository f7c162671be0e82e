"""The bytes of pages as text, whatever they declare about themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from support.web_pages import web_page

from fair4ml.read.pages.encoding import decoded, not_html

FRENCH = "L'été dernier, une équipe a compté les sternes : près de 4 000 oiseaux, « à l'œil nu », sur la côte."
CHINESE = "北极燕鸥比任何其他鸟类飞得更远。而这片海岸已经有十一年没有人清点过它们。"
RUSSIAN = "Полярные крачки летают дальше всех других птиц, и никто не считал их здесь одиннадцать лет."
JAPANESE = "アジサシは他のどの鳥よりも遠くまで飛びます。私たちは二つの夏を砂丘で過ごしました。"


def page(text: str, declared: str = "") -> str:
    return web_page(f"<p>{text}</p>", f'<meta charset="{declared}">' if declared else "")


@pytest.mark.parametrize(
    ("text", "encoding", "in_page", "in_header"),
    [
        (FRENCH, "utf-8", "utf-8", ""),
        (FRENCH, "utf-8", "", ""),
        (FRENCH, "utf-8", "iso-8859-1", ""),
        (FRENCH, "utf-8", "", "iso-8859-1"),
        (FRENCH, "utf-8", "gbk", ""),
        (FRENCH, "utf-8", "utf-16", ""),
        (FRENCH, "utf-8", "uft-8", "utf8mb4"),
        (FRENCH, "utf-8-sig", "iso-8859-1", "iso-8859-1"),
        (FRENCH, "cp1252", "iso-8859-1", ""),
        (FRENCH, "cp1252", "", "latin1"),
        (FRENCH, "cp1252", "windows1252", ""),
        (FRENCH, "cp1252", "hex", ""),
        (CHINESE, "utf-8", "gb2312", "gbk"),
        (CHINESE, "gbk", "gb2312", ""),
        (CHINESE, "gbk", "GB-2312", ""),
        (CHINESE, "gbk", "", "x-gbk"),
        (CHINESE, "gbk", "utf-8", ""),
        (CHINESE, "gbk", "gbk", "utf-8"),
        (CHINESE, "gbk", "gbk", "iso-8859-1"),
        (CHINESE, "big5", "big5", "iso-8859-1"),
        (JAPANESE, "shift_jis", "shift-jis", ""),
        (JAPANESE, "euc_jp", "euc-jp", ""),
        (JAPANESE, "iso2022_jp", "iso-2022-jp", ""),
        (RUSSIAN, "cp1251", "windows-1251", ""),
        (RUSSIAN, "koi8_r", "", "koi8-r"),
        (RUSSIAN, "utf-16", "", "utf-8"),
        (RUSSIAN, "utf-16-le", "", "utf-16"),
    ],
)
def test_a_page_is_read_as_it_was_written(text: str, encoding: str, in_page: str, in_header: str) -> None:
    body = page(text, in_page).encode(encoding, "replace")
    shown = text.encode(encoding, "replace").decode(encoding)
    assert shown in decoded(body, f"text/html; charset={in_header}" if in_header else "text/html")


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta httpequiv="ContentType" content="text/html; charset=gbk">',
        '<!-- <meta charset="iso-8859-1"> --><meta charset="gbk">',
        "<meta charset=gb_2312-80>",
        f'<style>{"p { color: black } " * 400}</style><meta http-equiv="Content-Type" content="text/html;charset=gbk">',
    ],
)  # fmt: skip
def test_a_declaration_may_be_misspelt_or_late(declaration: str) -> None:
    assert CHINESE in decoded(web_page(f"<p>{CHINESE}</p>", declaration).encode("gbk"), None)


def test_a_declaration_in_a_comment_is_none() -> None:
    body = web_page(f"<p>{RUSSIAN}</p>", '<!-- <meta charset="koi8-r"> --><meta charset="windows-1251">')
    assert RUSSIAN in decoded(body.encode("cp1251"), None)


def test_what_is_not_declared_is_guessed() -> None:
    assert RUSSIAN in decoded(page(RUSSIAN * 5).encode("cp1251"), None)


def test_a_page_that_was_cut_off_or_damaged_stays_readable() -> None:
    body = page(FRENCH * 3).encode()
    cut = body[: body.index("œ".encode()) + 1]
    assert "à l'" in decoded(cut, "text/html; charset=iso-8859-1")
    damaged = body.replace("près".encode(), b"pr\xe8s", 1)
    assert "été dernier" in decoded(damaged, "text/html")
    assert "pr\ufffds" in decoded(damaged, "text/html")


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"text", "application/pdf", "is application/pdf, and does not begin as HTML"),
        (b"<p>text</p>", "text/plain; charset=utf-8", "is text/plain"),
        (b"<html>", "image/\x1b[31mpng", "is image/[31mpng"),
        (b"%PDF-1.7 <html>", "text/html", "is a PDF file"),
        (b"\x1f\x8b\x08\x00<html>", "text/html", "is a gzip file"),
        (b'<?xml version="1.0"?><rss version="2.0">', "text/html", "is XML: rss"),
        (b'{"html": "<p>text</p>"}', "text/html", "is JSON"),
        (b"<p>\x00\x01\x02\x00\x00\x00</p>" * 50, "text/html", "is binary"),
        (b"just words", "text/html", "has no HTML element"),
        (b"", "text/html", "has no HTML element"),
        (b"a, b, c", None, "does not begin as HTML"),
        (b"<worksheet>", "text/xml", "is text/xml, and does not begin as HTML"),
    ],
)
def test_what_is_no_page_is_told(body: bytes, content_type: str | None, reason: str) -> None:
    assert not_html(body, content_type) == reason


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<p>text</p>", "text/html"),
        (b"<p>text</p>", "TEXT/HTML ; charset=x"),
        (b"words, then <b>more</b>", "text/html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html><html>', "application/xhtml+xml"),
        (b'\xef\xbb\xbf\n<!-- a --><!-- b -->\n<!doctype html>', None),
        (b"<html>", "application/octet-stream"),
        (b"<p>text</p>", "application/pdf"),
        (b"<html>", "html"),
        ("<html><p>text</p>".encode("utf-16"), "text/html"),
        (b"<p>one \x00 zero</p>" + b"<p>many words</p>" * 100, "text/html"),
    ],
)  # fmt: skip
def test_what_may_be_a_page_is_one(body: bytes, content_type: str | None) -> None:
    assert not_html(body, content_type) is None


def test_many_comments_before_the_page_are_read_at_once() -> None:
    assert not_html(b"<!-- -->" * 700 + b"nothing", None) == "does not begin as HTML"


@given(st.binary(max_size=300), st.none() | st.text(max_size=40))
def test_any_bytes_are_some_text(body: bytes, content_type: str | None) -> None:
    assert isinstance(decoded(body, content_type), str)
    not_html(body, content_type)
