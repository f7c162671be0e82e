"""The text of PDF files, their links, and the states of those that have none."""

from __future__ import annotations

import json
import sys
import zlib
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from support.pdf_files import dictionary, pdf_file, stream, written
from support.web_pages import PARAGRAPHS, article_page

from fair4ml.read.pages.addresses import MAX_LINKS
from fair4ml.read.pdf import MAX_CHARACTERS, MAX_PAGES
from fair4ml.read.web_page import PageState, read_page

pytestmark = pytest.mark.extra(name="documents")

URL = "https://terns.test/papers/counting-terns.pdf"
TEXT = "\n".join(PARAGRAPHS)
FONT = dictionary("/Type /Font /Subtype /Type1 /BaseFont /Helvetica")


def read(body: bytes, content_type: str | None = "application/pdf", **headers: str) -> dict[str, Any]:
    return read_page(body, URL, content_type, {name.replace("_", "-"): value for name, value in headers.items()})


def with_content(content: bytes, entries: str = "", resources: str = "/Font << /F1 3 0 R >>", pages: int = 1) -> bytes:
    """A file whose pages all show one content."""
    kids = "5 0 R " * pages
    return written(
        [
            dictionary("/Type /Catalog /Pages 2 0 R"),
            dictionary(f"/Type /Pages /Count {pages} /Kids [{kids}]"),
            FONT,
            stream(content, entries),
            dictionary(f"/Type /Page /Parent 2 0 R /Resources << {resources} >> /Contents 4 0 R"),
        ],
        "/Root 1 0 R",
    )


# Text


def test_a_file_is_an_article_with_the_lines_of_its_pages() -> None:
    page = read(pdf_file(TEXT, "The second page.\nIts last line."))
    assert page == {
        "state": "article",
        "url": URL,
        "text": f"{TEXT}\n\nThe second page.\nIts last line.",
        "links": [],
    }


def test_only_the_first_pages_are_read() -> None:
    page = read(pdf_file(*(f"{TEXT}\nPage {n} of many." for n in range(MAX_PAGES + 5)), compress=True))
    assert page["text"].count(PARAGRAPHS[0]) == MAX_PAGES
    assert f"Page {MAX_PAGES - 1} of" in page["text"]
    assert f"Page {MAX_PAGES} of" not in page["text"]


def test_the_text_has_a_maximum_length() -> None:
    words = b"BT /F1 1 Tf (" + b"terns and gulls " * 20_000 + b") Tj ET"
    assert len(read(with_content(words, pages=3))["text"].replace("\n\n", "")) <= MAX_CHARACTERS


def test_a_page_that_draws_more_than_texts_have_costs_no_other() -> None:
    body = pdf_file("drawn", TEXT).replace(b"(drawn) Tj", b"(drawn) Tj " + b"0 " * 300_000, 1)
    assert read(body)["text"] == TEXT


def test_words_that_lines_divide_are_whole() -> None:
    lines = (
        "The count of the co-\nlony was a well-\nknown number, and the well-known number was wrong. The Arctic-\n"
        "Norwegian terns are three-and-\ntwenty. A pre-\nvious\ncount, 2-\n3, says so."
    )
    assert read(pdf_file(f"{lines}\n{TEXT}"))["text"].removesuffix(f"\n{TEXT}") == (
        "The count of the colony\nwas a well-known\nnumber, and the well-known number was wrong. The Arctic-Norwegian\n"
        "terns are three-and-\ntwenty. A previous\ncount, 2-\n3, says so."
    )


def test_ligatures_are_letters_and_what_displays_nothing_is_left_out() -> None:
    text = "The \ufb01rst \ufb02ight, an e\ufb00ort of o\ufb03ces"
    cmap = "".join(f"<{n:02x}> <{ord(letter):04x}>\n" for n, letter in enumerate(dict.fromkeys(text + "\u202e"), 1))
    count = cmap.count("\n")
    numbers = {letter: n for n, letter in enumerate(dict.fromkeys(text + "\u202e"), 1)}
    shown = "".join(f"{numbers[letter]:02x}" for letter in f"\u202e{text}")
    body = written(
        [
            dictionary("/Type /Catalog /Pages 2 0 R"),
            dictionary("/Type /Pages /Count 1 /Kids [5 0 R]"),
            dictionary("/Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R"),
            stream(f"BT /F1 9 Tf 12 TL 9 800 Td {f'<{shown}> Tj T* ' * 9} ET".encode()),
            dictionary("/Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents 4 0 R"),
            stream(f"1 begincodespacerange <00> <ff> endcodespacerange\n{count} beginbfchar\n{cmap}endbfchar".encode()),
        ],
        "/Root 1 0 R",
    )
    assert read(body)["text"] == "\n".join(["The first flight, an effort of offices"] * 9)


def test_a_page_that_is_damaged_costs_no_other() -> None:
    whole = pdf_file("Lost words.", TEXT)
    body = whole.replace(b"/F1 10 Tf", b"/F9 10 [[", 1)
    assert read(body)["text"].endswith(TEXT)
    broken = pdf_file("Lost words.", TEXT, compress=True).replace(b"x\x9c", b"\xff\xff", 1)
    assert read(broken)["text"] == TEXT


# Links


def test_links_are_those_of_the_first_pages_and_of_their_texts() -> None:
    text = (
        "The weights (https://huggingface.co/acme/elm-3), the code: <https://github.com/acme/elm>.\n"
        "See https://terns.test/a.\nWe also tried \u201chttps://terns.test/b\u201d and https://terns.test/a again.\n"
    ).replace("\u201c", "\x93").replace("\u201d", "\x94")  # fmt: skip
    page = read(pdf_file(text + TEXT, links=["HTTP://Terns.test/c", "example.org/x", "mailto:ada@terns.test", "#top"]))
    assert page["links"] == [
        "http://terns.test/c",
        "https://huggingface.co/acme/elm-3",
        "https://github.com/acme/elm",
        "https://terns.test/a",
        "https://terns.test/b",
    ]


@pytest.mark.parametrize(
    ("lines", "links"),
    [
        ("https://huggingface.co/acme/elm-\n3-8B is large", []),
        ("https://huggingface.co/acme/elm-3.\n1-8B is large", []),
        ("https://huggingface.co/acme/elm-3.\nThen", ["https://huggingface.co/acme/elm-3"]),
        ("https://huggingface.co/acme\n/elm", []),
        ("https://huggingface.co/acme/elm) is\nlarge", ["https://huggingface.co/acme/elm"]),
        ("in https://terns.test/a", ["https://terns.test/a"]),
    ],
)
def test_an_address_that_may_go_on_in_the_next_line_is_left_out(lines: str, links: list[str]) -> None:
    assert read(pdf_file(TEXT, lines))["links"] == links


def test_links_have_a_maximum_number() -> None:
    assert (
        len(read(pdf_file(TEXT, links=[f"https://terns.test/{n}" for n in range(MAX_LINKS + 99)]))["links"])
        == MAX_LINKS
    )


# What it is


@pytest.mark.parametrize(
    "content_type", ["application/pdf", "text/html; charset=utf-8", "binary/octet-stream", "image/png", "", None]
)
@pytest.mark.parametrize("before", [b"", b"\r\n", b"\xef\xbb\xbf"])
def test_a_file_is_one_whatever_it_is_called(content_type: str | None, before: bytes) -> None:
    assert read(before + pdf_file(TEXT), content_type)["text"] == TEXT


def test_a_file_that_is_called_one_may_have_something_before_it() -> None:
    body = b"HTTP/1.1 200 OK\r\n" * 9 + pdf_file(TEXT)
    assert read(body)["text"] == TEXT
    assert read(body, "text/html")["state"] == "not_html"


def test_a_page_that_is_called_a_file_is_a_page() -> None:
    assert read(article_page().encode())["title"] == "Counting terns"
    assert read(article_page("<p>About %PDF-1.7.</p>").encode())["state"] == "too_short"
    body = '<div id="challenge-error-text">Enable JavaScript and cookies to continue</div>'
    page = article_page(body, title="Just a moment...")
    assert read(page.encode())["state"] == "challenge"
    assert read(b"no file at all")["reason"] == "is application/pdf, and does not begin as HTML"


def test_without_the_library_a_file_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    page = read(pdf_file(TEXT))
    assert page == {"state": "not_html", "reason": "is a PDF file, and pypdf, which reads them, is not installed"}


# States


@pytest.mark.parametrize(
    ("body", "state", "reason"),
    [
        (pdf_file("", ""), "too_short", "has less than 200 characters of text on its first 10 pages"),
        (pdf_file("Only a heading"), "too_short", "has less than 200 characters of text on its first 10 pages"),
        (pdf_file(), "unreadable", "is a PDF file without pages"),
        (
            pdf_file(TEXT, encrypt="/Filter /Standard /V 1 /R 2 /O (o) /U (u) /P -4"),
            "unreadable",
            "is an encrypted PDF file",
        ),
        (b"%PDF-1.7\nnothing else", "unreadable", "is a damaged PDF file (PdfStreamError)"),
        (pdf_file(TEXT) + b" " * 5_000_000, "too_large", "has more than 5,000,000 bytes"),
    ],
    ids=["scanned", "short", "no pages", "encrypted", "damaged", "large"],
)
def test_a_file_without_a_text_has_a_state_and_a_reason(body: bytes, state: str, reason: str) -> None:
    assert read(body) == {"state": state, "reason": reason}


def test_rules_for_robots_come_in_the_header() -> None:
    body = pdf_file(TEXT, info={"Title": "Counting terns"})
    refused = read(body, X_Robots_Tag="noindex")
    assert (refused["state"], refused["reason"]) == ("noindex", "noindex (X-Robots-Tag)")
    assert read(pdf_file("short"), X_Robots_Tag="noindex")["state"] == "noindex"
    told = read(body, X_Robots_Tag="noai, nofollow")
    assert (told["state"], told["noai"], told["nofollow"], told["title"]) == ("noai", True, True, "Counting terns")
    assert read(body, X_Robots_Tag="otherbot: noindex")["state"] == "article"


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ('<https://terns.test/papers/counting-terns>; rel="canonical"', "https://terns.test/papers/counting-terns"),
        ("</papers/counting-terns-2.pdf>; rel=canonical", "https://terns.test/papers/counting-terns-2.pdf"),
        ("<https://terns.test/>; rel=canonical", None),
        ("<https://gulls.test/papers/counting-terns.pdf>; rel=canonical", None),
        ("</style.css>; rel=preload", None),
    ],
)
def test_the_canonical_address_comes_in_the_header(link: str, canonical: str | None) -> None:
    assert read(pdf_file(TEXT), Link=link).get("canonical_url") == canonical


def test_the_language_is_seen_where_the_script_leaves_no_choice() -> None:
    assert read(pdf_file(TEXT, language="de"))["language"] == "de"
    greek = "".join(f"<{n:02x}> <{0x3B1 + n:04x}>\n" for n in range(24))
    shown = "".join(f"{n % 24:02x}" for n in range(300))
    body = written(
        [
            dictionary("/Type /Catalog /Pages 2 0 R /Lang (en-US)"),
            dictionary("/Type /Pages /Count 1 /Kids [5 0 R]"),
            dictionary("/Type /Font /Subtype /Type1 /BaseFont /Symbol /ToUnicode 6 0 R"),
            stream(f"BT /F1 9 Tf <{shown}> Tj ET".encode()),
            dictionary("/Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents 4 0 R"),
            stream(f"1 begincodespacerange <00> <ff> endcodespacerange\n24 beginbfchar\n{greek}endbfchar".encode()),
        ],
        "/Root 1 0 R",
    )
    assert read(body)["language"] == "el"


# Hostile files

FORM = "/Type /XObject /Subtype /Form /Resources << /XObject << /X 6 0 R >> >>"
BOMB = zlib.compress(b" " * 20_000_000)


@pytest.mark.parametrize(
    "body",
    [
        with_content(BOMB, "/Filter /FlateDecode"),
        with_content(zlib.compress(zlib.compress(BOMB)), "/Filter [/FlateDecode /FlateDecode /FlateDecode]"),
        with_content(zlib.compress(b"BT (" + b"a" * 20_000_000 + b") Tj ET"), "/Filter /FlateDecode", pages=20),
        with_content(b"[" * 100_000),
        with_content(b"<<" * 100_000),
        with_content(b"BI /W 100000 /H 100000 ID " + b"x" * 999),
        with_content(b"/X Do " * 9_999, resources=f"/XObject << /X << {FORM} >> >>"),
        with_content(b"BT (a) Tj ET", pages=20_000),
        written([dictionary("/Pages 2 0 R"), dictionary("/Type /Pages /Count 9 /Kids [2 0 R]")], "/Root 1 0 R"),
        written([dictionary("/Pages 2 0 R"), b"2 0 R"], "/Root 1 0 R /Prev 9"),
        written([dictionary("/Pages 1 0 R /Kids [1 0 R]")], "/Root 1 0 R /Info 1 0 R"),
        b"%PDF-1.4\n" + b"1 0 obj\n<<" * 20_000,
        b"%PDF-1.4\n" + b"1 0 obj " * 20_000 + b"trailer << /Root 1 0 R >> startxref 0 %%EOF",
    ],
    ids=range(13),
)
def test_bombs_and_loops_end(body: bytes) -> None:
    assert read(body).keys() == {"state", "reason"}


WHOLE = pdf_file(
    TEXT,
    TEXT,
    info={"Title": "Counting terns", "Author": "Ada Example", "CreationDate": "D:20240102"},
    xmp="<dc:title>Terns</dc:title>",
    language="en",
    links=["https://terns.test/a"],
    compress=True,
)


def assert_some_state(body: bytes) -> None:
    page = read(body)
    assert page["state"] in {*PageState}
    assert json.loads(json.dumps(page)) == page


@given(st.binary(max_size=2_000))
def test_any_bytes_are_in_some_state(tail: bytes) -> None:
    assert_some_state(b"%PDF-1.7\n" + tail)


@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.binary(max_size=40))
@settings(max_examples=60)
def test_any_damage_leaves_a_file_in_some_state(start: int, length: int, instead: bytes) -> None:
    assert_some_state(WHOLE[:start] + instead + WHOLE[start + length :])


@given(st.data())
@settings(max_examples=60)
def test_any_exchanged_values_leave_a_file_in_some_state(data: st.DataObject) -> None:
    body = pdf_file(TEXT, TEXT, info={"Title": "T", "CreationDate": "D:2024"}, xmp=">", links=["https://a.test/"])
    for _ in range(data.draw(st.integers(1, 5))):
        old = data.draw(
            st.sampled_from([b"1 0 R", b"2 0 R", b"3 0 R", b"/Pages", b"[0 0 9 9]", b"(T)", b"/Link", b"12 TL"])
        )
        new = data.draw(
            st.sampled_from([b"1 0 R", b"2 0 R", b"null", b"<< /A 1 0 R >>", b"[5 0 R]", b"-1e99", b"(\\", b"/X"])
        )
        body = body.replace(old, new, data.draw(st.integers(1, 3)))
    assert_some_state(body)
