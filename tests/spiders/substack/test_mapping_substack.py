"""Addresses of Substack, and what a post states."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.descriptions import assert_closed, stored
from support.payloads import LEAVES

from fair4ml.describe.digest import digest
from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description
from fair4ml.platforms import describe
from fair4ml.platforms.substack.addresses import Place, entity_at, is_own, place_of, post_address
from fair4ml.platforms.substack.provenance import PROVENANCE
from fair4ml.platforms.substack.source import Post
from fair4ml.read.secrets import MARK

URL = "https://notes.example/p/merging-keys"
POST: dict[str, Any] = {
    "url": URL,
    "id": 7_000_001,
    "publication_id": 42,
    "title": "Merging keys",
    "subtitle": "What it saves",
    "slug": "merging-keys",
    "post_date": "2026-06-26T12:00:00.000Z",
    "audience": "everyone",
    "canonical_url": f"{URL}?r=abc",
    "description": "On caches",
    "truncated_body_text": "The first words",
    "cover_image": "https://images.example/c.png",
    "postTags": [{"name": "llm", "hidden": False}, {"name": "secret list", "hidden": True}, "caches", None],
    "publishedBylines": [{"id": 7, "name": "Ada Example", "handle": "ada"}, {"name": "Ben Sample", "handle": None}],
    "comment_count": 4,
    "reaction_count": 15,
    "text": "All of the text.",
    "links": ["https://huggingface.co/datasets/example-lab/corpus"],
}


def mapped(payload: Any) -> Description:
    source, issues = parse(Post, payload)
    description = describe(source)
    description.issues = [*issues, *description.issues]
    assert_closed(description, PROVENANCE["article"])
    return description


def test_a_post_for_everybody_is_an_article_with_its_text() -> None:
    description = mapped(POST)
    (part,) = description.parts
    assert stored(description.root) == {
        "class": "Article",
        "iri": URL,
        "url": URL,
        "identifier": ["7000001"],
        "name": "Merging keys",
        "alternativeHeadline": "What it saves",
        "description": "On caches",
        "author": ["https://substack.com/@ada", part.iri],
        "datePublished": "2026-06-26T12:00:00Z",
        "keywords": ["llm", "caches"],
        "image": ["https://images.example/c.png"],
        "isAccessibleForFree": True,
        "mentions": ["https://huggingface.co/datasets/example-lab/corpus"],
    }
    assert (part.name, description.text) == ("Ben Sample", "All of the text.")
    assert description.counters == {"comments": 4, "reactions": 15}


@pytest.mark.parametrize(
    ("stated", "is_free", "text", "told"),
    [
        ({"audience": "only_paid"}, False, None, "The first words"),
        ({"audience": "founding"}, False, None, "The first words"),
        # Who subscribes without paying reads it, but not everybody does.
        ({"audience": "only_free"}, None, None, "The first words"),
        ({"audience": "something new"}, None, None, "The first words"),
        ({"audience": "only_paid", "truncated_body_text": None}, False, None, "All of the text."),
        # A feed does not say who may read a post.
        ({"audience": None}, None, "All of the text.", "All of the text."),
        ({"audience": None, "is_preview": True, "truncated_body_text": None}, False, None, "All of the text."),
    ],
)
def test_a_preview_is_not_passed_off_as_the_text(
    stated: dict[str, Any], is_free: bool | None, text: str | None, told: str
) -> None:
    description = mapped({**POST, "description": None, **stated})
    root = stored(description.root)
    assert (root.get("isAccessibleForFree"), description.text, root["description"]) == (is_free, text, told)


def test_people_without_a_name_are_left_out_and_told() -> None:
    description = mapped({**POST, "publishedBylines": [{"name": None, "handle": "x"}, None, {"name": "Ada Example"}]})
    assert len(stored(description.root)["author"]) == 1
    assert {issue.field for issue in description.issues} == {"publishedBylines.0", "publishedBylines.1"}


def test_counters_are_no_change() -> None:
    one, other = digest(Post, POST), digest(Post, {**POST, "comment_count": 400, "reaction_count": 0})
    assert one is not None
    assert other is not None
    assert (one[0], other[1]) == (other[0], {"comments": 400, "reactions": 0})


def test_secrets_are_in_neither_text_nor_description() -> None:
    token = "ghp_" + "aB3" * 12
    description = mapped({**POST, "text": f"Use {token}", "description": token})
    assert (description.text, stored(description.root)["description"]) == (f"Use {MARK}", MARK)


@pytest.mark.parametrize("url", [None, "", "merging-keys"])
def test_a_post_without_an_address_cannot_be_used(url: Any) -> None:
    with pytest.raises(InvalidRecord):
        parse(Post, {**POST, "url": url})


NAMES = sorted({info.alias or name for name, info in Post.model_fields.items()})


@given(st.dictionaries(st.sampled_from(NAMES), LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(LEAVES, LEAVES)))
def test_any_values_are_mapped_or_left_out(values: dict[str, Any]) -> None:
    mapped({**values, "url": URL})


ADA = "https://ada-notes.substack.com"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ada-notes", Place(ADA)),
        ("Ada-Notes", Place(ADA)),
        ("ada-notes.substack.com", Place(ADA)),
        ("https://ada-notes.substack.com/", Place(ADA)),
        ("http://www.ada-notes.substack.com/archive?sort=new", Place(ADA)),
        ("https://ada-notes.substack.com/feed", Place(ADA)),
        ("https://ada-notes.substack.com/p/merging-keys?r=1abc&utm_source=x", Place(ADA, "merging-keys")),
        ("https://ada-notes.substack.com/p/merging-keys/comments", Place(ADA, "merging-keys")),
        ("https://open.substack.com/pub/ada-notes/p/merging-keys", Place(ADA, "merging-keys")),
        ("https://open.substack.com/pub/ada-notes", Place(ADA)),
        ("https://ada-notes.substack.com/notes/x", None),
        ("https://ada-notes.substack.com/p/", None),
        ("https://substack.com/@ada", None),
        ("https://www.substack.com/p/merging-keys", None),
        ("https://open.substack.com/users/1", None),
        ("https://[substack.com", None),
        ("", None),
        ("a b", None),
        ("-", None),
    ],
)
def test_a_text_names_a_publication_a_post_or_nothing(text: str, place: Place | None) -> None:
    assert place_of(text) == place
    assert place_of(text, anywhere=True) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("https://notes.example/p/merging-keys?r=1", Place("https://notes.example", "merging-keys")),
        ("http://notes.example:8080", Place("http://notes.example:8080")),
        ("https://notes.example/archive", Place("https://notes.example")),
        ("https://substack.com.example.org/p/x", Place("https://substack.com.example.org", "x")),
        ("https://notes.example/2026/merging-keys", None),
        ("http://localhost/p/x", None),
    ],
)
def test_other_hosts_are_those_of_publications_only_where_somebody_says_so(text: str, place: Place | None) -> None:
    assert place_of(text) is None
    assert place_of(text, anywhere=True) == place


def test_own_addresses_are_told_by_their_hosts() -> None:
    assert is_own("https://ada.substack.com/p/x")
    assert is_own("https://substack.com/@ada")
    assert not is_own("https://notsubstack.com/")
    assert not is_own("https://substack.com.example.org/")


@pytest.mark.parametrize(
    ("post", "address"),
    [
        ({"canonical_url": "https://Notes.example/p/x?r=1#y", "slug": "z"}, "https://notes.example/p/x"),
        ({"slug": "x"}, f"{ADA}/p/x"),
        ({"canonical_url": "javascript:x", "slug": "x"}, f"{ADA}/p/x"),
        ({"slug": "a/../b"}, None),
        ({"slug": None}, None),
        ({}, None),
        (5, None),
    ],
)
def test_a_post_is_identified_by_its_canonical_address(post: Any, address: str | None) -> None:
    assert post_address(post, ADA) == address


def test_answers_of_the_api_are_about_posts() -> None:
    found = entity_at(f"{ADA}/api/v1/archive?sort=new", POST)
    assert found is not None
    assert (found.iri, found.key) == (URL, URL)
    alone = entity_at(f"{ADA}/api/v1/posts/merging-keys")
    assert alone is not None
    assert alone.iri == f"{ADA}/p/merging-keys"
    assert entity_at(f"{ADA}/api/v1/archive?sort=new") is None
    assert entity_at("https://huggingface.co/api/models/a/b", {"id": "a/b"}) is None
