"""Addresses of Medium, and what a story states."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.descriptions import assert_closed, stored
from support.payloads import LEAVES

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description
from fair4ml.platforms import describe
from fair4ml.platforms.medium.addresses import author_at, feed_address, feed_named, story_id
from fair4ml.platforms.medium.provenance import PROVENANCE
from fair4ml.platforms.medium.source import Story
from fair4ml.read.secrets import MARK

STORY: dict[str, Any] = {
    "id": "0123456789ab",
    "guid": "https://medium.com/p/0123456789ab",
    "url": "https://medium.com/@ada/merging-keys-0123456789ab",
    "title": "Merging\n keys",
    "authors": [{"name": "Ada Example", "url": "https://medium.com/@ada"}],
    "published": "2026-06-15T09:30:00+02:00",
    "tags": ["llm", "llm", " caches "],
    "text": "Keys that are almost parallel can be merged. " * 20,
    "links": [
        "https://huggingface.co/example-lab/merged-7b",
        "https://notes.example/x",
        "https://github.com/example-lab/tools/tree/main",
    ],
    "is_free": True,
}


def mapped(payload: Any) -> Description:
    source, issues = parse(Story, payload)
    description = describe(source)
    description.issues = [*issues, *description.issues]
    assert_closed(description, PROVENANCE["article"])
    return description


def test_a_story_is_an_article_with_its_text_beside_it() -> None:
    description = mapped(STORY)
    assert stored(description.root) == {
        "class": "Article",
        "iri": STORY["url"],
        "url": STORY["url"],
        "identifier": ["0123456789ab"],
        "sameAs": ["https://medium.com/p/0123456789ab"],
        "name": "Merging keys",
        "description": ("Keys that are almost parallel can be merged. " * 20)[:300].rpartition(" ")[0] + " …",
        "author": ["https://medium.com/@ada"],
        "datePublished": "2026-06-15T07:30:00Z",
        "keywords": ["llm", "caches"],
        "isAccessibleForFree": True,
        "mentions": ["https://huggingface.co/example-lab/merged-7b", "https://github.com/example-lab/tools"],
    }
    assert description.text == STORY["text"].strip()
    assert description.issues == []


def test_a_story_without_an_id_or_a_date_is_described_as_far_as_it_is_known() -> None:
    root = stored(mapped({"url": "https://blog.example/x", "title": "x"}).root)
    assert root == {"class": "Article", "iri": "https://blog.example/x", "url": "https://blog.example/x", "name": "x"}


def test_a_story_known_by_its_lasting_address_alone_is_not_the_same_as_itself() -> None:
    assert "sameAs" not in stored(mapped({**STORY, "url": STORY["guid"]}).root)


def test_secrets_are_in_neither_text_nor_description() -> None:
    token = "hf_" + "aB3" * 11
    description = mapped({**STORY, "title": f"My {token}", "text": f"Use {token} here", "description": token})
    assert description.text == f"Use {MARK} here"
    root = stored(description.root)
    assert (root["name"], root["description"]) == (f"My {MARK}", MARK)


@pytest.mark.parametrize("url", [None, 5, "", "javascript:alert(1)", "https://medium.com/a b"])
def test_a_story_without_an_address_cannot_be_used(url: Any) -> None:
    with pytest.raises(InvalidRecord):
        parse(Story, {**STORY, "url": url})


@given(st.dictionaries(st.sampled_from(sorted(Story.model_fields)), LEAVES | st.lists(LEAVES, max_size=3)))
def test_any_values_are_mapped_or_left_out(values: dict[str, Any]) -> None:
    mapped({**values, "url": STORY["url"]})


@pytest.mark.parametrize(
    ("text", "feed"),
    [
        ("@ada", "@ada"),
        ("https://medium.com/@ada", "@ada"),
        ("https://www.medium.com/@ada/", "@ada"),
        ("http://medium.com/feed/@ada", "@ada"),
        ("https://medium.com/@ada/about", "@ada"),
        ("https://ada.medium.com", "@ada"),
        ("https://ada.medium.com/feed", "@ada"),
        ("ada.medium.com", "@ada"),
        ("sample-notes", "sample-notes"),
        ("https://medium.com/sample-notes", "sample-notes"),
        ("https://medium.com/feed/sample-notes?x=1", "sample-notes"),
        ("https://medium.com/sample-notes/archive/2024", "sample-notes"),
        ("https://medium.com/sample-notes/tagged/llm", "sample-notes/tagged/llm"),
        ("tag/llm", "tag/llm"),
        ("https://medium.com/tag/large-language-models/latest", "tag/large-language-models"),
        ("https://medium.com/feed/tag/llm", "tag/llm"),
        ("https://medium.com/@ada/merging-keys-0123456789ab", None),
        ("https://medium.com/sample-notes/merging-keys-0123456789ab", None),
        ("https://medium.com/p/0123456789ab", None),
        ("https://ada.medium.com/merging-keys-0123456789ab", None),
        ("https://medium.com/", None),
        ("https://medium.com/feed", None),
        ("https://medium.com/m/signin", None),
        ("https://medium.com/tag", None),
        ("https://medium.com.example.org/@ada", None),
        ("https://notmedium.com/@ada", None),
        ("https://medium.community/@ada", None),
        ("https://[medium.com/@ada", None),
        ("@ada/../../x", None),
        ("a b", None),
        ("", None),
    ],
)
def test_a_text_names_a_feed_or_none(text: str, feed: str | None) -> None:
    assert feed_named(text) == feed


@pytest.mark.parametrize(
    ("text", "feed"),
    [
        ("https://notes.example.org", "https://notes.example.org/feed"),
        ("notes.example.org/feed", "https://notes.example.org/feed"),
        ("https://user:secret@Notes.example.org./archive?x=1#y", "https://notes.example.org/feed"),
        ("http://notes.example.org:8080/tagged/llm", "http://notes.example.org:8080/feed/tagged/llm"),
        ("https://notes.example.org/merging-keys-0123456789ab", None),
        ("https://notes.example.org/about/us", None),
        ("ftp://notes.example.org/", None),
        ("https://localhost/", None),
        ("https://[notes.example.org", None),
        ("@ada", "https://medium.com/feed/@ada"),
        ("https://medium.com/sample-notes", "https://medium.com/feed/sample-notes"),
        ("https://medium.com/", None),
    ],
)
def test_a_publication_with_a_domain_of_its_own_has_its_feed_there(text: str, feed: str | None) -> None:
    name = feed_named(text, anywhere=True)
    assert (None if name is None else feed_address(name)) == feed


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://medium.com/@ada/merging-keys-0123456789ab", "0123456789ab"),
        ("https://blog.example/merging-keys-0123456789ab?source=rss", "0123456789ab"),
        ("https://medium.com/p/0123456789ab", "0123456789ab"),
        ("https://medium.com/@ada/%E7%BD%91%E7%AB%99-0123456789ab", "0123456789ab"),
        ("https://medium.com/@ada", None),
        ("https://medium.com/sample-notes", None),
        ("https://medium.com/tag/0123456789ab", None),
        ("https://medium.com/p/x", None),
        ("https://medium.com", None),
    ],
)
def test_a_story_keeps_its_id(url: str, id: str | None) -> None:
    assert story_id(url) == id


def test_an_author_is_known_by_the_address_of_a_story() -> None:
    assert author_at("https://medium.com/@ada/x-0123456789ab") == "@ada"
    assert author_at("https://ada.medium.com/x-0123456789ab") == "@ada"
    assert author_at("https://medium.com/sample-notes/x-0123456789ab") is None
    assert author_at("https://blog.example/@ada/x") is None
