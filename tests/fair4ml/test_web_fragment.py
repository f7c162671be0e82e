"""Bodies of posts: all of the text is there, whatever is in it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fair4ml.read.web_fragment import MAX_CHARACTERS, read_fragment

pytestmark = pytest.mark.extra(name="documents")

URL = "https://notes.example/p/merging-keys"
SENTENCE = "Keys that are almost parallel can be merged while a long prompt is read. "


def test_a_text_has_its_paragraphs_its_links_and_its_first_image() -> None:
    found = read_fragment(
        f"<p>{SENTENCE * 5}</p><h2>What it saves</h2><p>{SENTENCE * 5}See <a href='/b?x=1'>b</a>.</p>"
        "<figure><img src='https://medium.example/_/stat' width='1' height='1'><img src='c.png'></figure>",
        URL,
    )
    assert found["text"].split("\n\n")[1] == "What it saves"
    assert found["text"].endswith("See b.")
    assert found["links"] == ["https://notes.example/b?x=1"]
    assert found["image"] == "https://notes.example/p/c.png"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Short.</p>", "Short."),
        ("Words <b>alone</b>", "Words alone"),
        ("<p>One</p><ul><li>a</li><li>b <i>c</i></li></ul>", "One\n\na\n\nb c"),
        ("<pre>x = 1\n  y = 2</pre>", "x = 1\n  y = 2"),
        ("<p>a</p><script>alert(1)</script><style>p {}</style><form><button>Subscribe</button></form>", "a"),
        ("<p>a\x00\x1b[31m\u202eb</p>", "a[31mb"),
        ("", ""),
        ("<!-- nothing -->", ""),
    ],
)
def test_short_texts_are_whole(html: str, text: str) -> None:
    assert read_fragment(html, URL)["text"] == text


def test_nothing_of_a_long_text_is_lost() -> None:
    html = "".join(f"<p>{n}. {SENTENCE}</p><div>Between {n} and the next.</div>" for n in range(40))
    text = read_fragment(html, URL)["text"]
    assert all(f"{n}. Keys" in text and f"Between {n} and" in text for n in range(40))


@pytest.mark.parametrize("html", ["<div>" * 3_000 + "deep", "x" * (MAX_CHARACTERS + 1)], ids=["deep", "large"])
def test_what_cannot_be_read_is_empty(html: str) -> None:
    assert read_fragment(html, URL) == {"text": "", "links": [], "image": None}


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_is_read(html: str) -> None:
    found = read_fragment(html, URL)
    found["text"].encode()
    assert found.keys() == {"text", "links", "image"}
