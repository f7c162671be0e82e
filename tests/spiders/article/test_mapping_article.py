"""The statements of a page's article, and of what it links to."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from support.descriptions import assert_closed, stored_whole
from support.hostile_addresses import LOCATIONS, hostile_url
from support.payloads import LEAVES
from support.shapes import complaints, parsed

from fair4ml.describe.source_record import LONGEST_PAGE, InvalidRecord, parse
from fair4ml.describe.writing import EXCERPT, Writing, describe_writing, excerpt
from fair4ml.document import document_of, public
from fair4ml.entities import Description, SocialMediaPosting, properties
from fair4ml.identifiers import IRI_MAX_LENGTH
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.article.provenance import PROVENANCE
from fair4ml.platforms.article.source import WebPage
from fair4ml.write import rdf

IRI = "https://blog.example.org/elm-3-8b"
HUB = "https://huggingface.co/"
TEXT = "\n".join(f"Paragraph {n} tells how the model was made, and on what it was tried." for n in range(20))
PAGE: dict[str, Any] = {
    "state": "article",
    "url": f"{IRI}/?utm_source=feed",
    "title": "Elm 3 8B:\n a made-up model",
    "subtitle": "In one  evening",
    "description": None,
    "text": f"\n{TEXT}\n",
    "authors": [
        {"name": "Ada Example", "url": "https://blog.example.org/ada"},
        {"name": "Bob  Example", "url": None},
        {"name": "Bob Example"},
    ],
    "published": "2026-03-04T05:06:07Z",
    "modified": "2026-03-05",
    "language": "en-US",
    "tags": ["models", " models ", "", "made up"],
    "license": "CC-BY-4.0",
    "site_name": "An example",
    "image": "https://blog.example.org/elm.png",
    "links": [
        f"{HUB}acme/Elm-3-8B/tree/main?show=all",
        f"{HUB}acme/Elm-3-8B",
        f"{HUB}datasets/acme/leaves",
        "https://arxiv.org/pdf/2401.00001v2",
        "https://github.com/acme/elm/blob/main/README.md",
        "https://blog.example.org/about",
        IRI,
    ],
    "is_free": True,
    "feeds": [],
}


def mapped(**changed: Any) -> tuple[Description, list[str]]:
    page, issues = parse(WebPage, PAGE | changed)
    description = describe(page)
    return description, [f"{issue.field}: {issue.reason}" for issue in (*issues, *description.issues)]


def root(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = stored_whole(mapped(**changed)[0])["root"]
    return found


def test_an_article_with_all_that_a_page_says() -> None:
    description, issues = mapped()
    document = stored_whole(description)
    found, parts = document["root"], {part["iri"]: part for part in document["parts"]}
    assert issues == []
    (ada, bob), (site,) = found.pop("author"), found.pop("additionalProperty")
    shown = found.pop("description")
    assert found == {
        "iri": IRI,
        "class": "Article",
        "name": "Elm 3 8B: a made-up model",
        "alternativeHeadline": "In one evening",
        "url": IRI,
        "datePublished": "2026-03-04T05:06:07Z",
        "dateModified": "2026-03-05",
        "inLanguage": ["http://lexvo.org/id/iso639-3/eng"],
        "languageTag": ["en-US"],
        "keywords": ["models", "made up"],
        "license": ["https://spdx.org/licenses/CC-BY-4.0"],
        "isAccessibleForFree": True,
        "image": ["https://blog.example.org/elm.png"],
        "mentions": [
            f"{HUB}acme/Elm-3-8B",
            f"{HUB}datasets/acme/leaves",
            "https://arxiv.org/abs/2401.00001",
            "https://github.com/acme/elm",
        ],
        "about": [f"{HUB}acme/Elm-3-8B"],
    }
    assert shown.startswith("Paragraph 0 tells how")
    assert len(shown) <= EXCERPT + 2
    assert shown.endswith(" …")
    assert ada == "https://blog.example.org/ada"
    assert (bob.startswith(f"{IRI}#person-"), parts[bob]["name"]) == (True, "Bob Example")
    assert (parts[site]["propertyID"], parts[site]["value"]) == ("siteName", "An example")
    named = {stub["iri"]: (stub["class"], stub["name"]) for stub in document["stubs"]}
    assert named[ada] == ("Agent", "Ada Example")
    assert named["https://arxiv.org/abs/2401.00001"] == ("ScholarlyArticle", "arXiv:2401.00001")
    assert_closed(description, PROVENANCE["article"])
    assert complaints(parsed(document)) == set()


def test_the_text_is_beside_the_graph() -> None:
    description, _ = mapped()
    assert description.text == TEXT
    document = document_of(description.root, description.parts, description.stubs, description.text)
    assert document["text"] == TEXT
    assert TEXT.splitlines()[-1] not in str(public(document)) + rdf.turtle(document) + str(rdf.jsonld(document))


def test_a_post_has_no_title_and_conforms() -> None:
    post, _ = parse(Writing, {"url": IRI, "text": "A short one.", "authors": [], "tags": [], "links": []})
    description = describe_writing(post, named_at, SocialMediaPosting)
    document = stored_whole(description)
    assert document["root"] == {"iri": IRI, "class": "SocialMediaPosting", "url": IRI, "description": "A short one."}
    assert complaints(parsed(document)) == set()


def test_a_page_that_describes_itself_needs_no_excerpt() -> None:
    assert root(description="How it\n was made.")["description"] == "How it was made."
    assert "description" not in root(text=None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, None),
        (" \n", None),
        ("a  b", "a b"),
        ("x" * 400, "x" * EXCERPT + " …"),
        ("ab " * 200, "ab " * 99 + "ab …"),
    ],
)
def test_an_excerpt_ends_between_words(text: str | None, shown: str | None) -> None:
    assert excerpt(text) == shown


def test_what_is_not_known_is_left_out_and_told() -> None:
    found, issues = mapped(language="Elvish of the woods", authors=[None, {"url": IRI}], license=None, title=None)
    assert stored_whole(found)["root"].keys().isdisjoint({"inLanguage", "languageTag", "author", "license", "name"})
    assert issues == [
        "language: is not a language",
        "authors.0: does not name a person or organization",
        "authors.1: does not name a person or organization",
    ]


@pytest.mark.parametrize(
    ("changed", "about"),
    [
        ({"url": "https://github.com/acme/elm/blob/main/docs/how.md", "title": "How"}, ["https://github.com/acme/elm"]),
        ({"url": "https://github.com/acme/elm", "title": "acme/elm"}, None),
        ({"title": "A made-up model"}, None),
        ({"links": []}, None),
    ],
)
def test_the_subject_is_what_the_page_is_on_or_the_title_names(
    changed: dict[str, Any], about: list[str] | None
) -> None:
    assert root(**changed).get("about") == about


HOSTILE = st.one_of(
    st.sampled_from((*LOCATIONS, "https://a.example/" + "\u00e4" * 400, "https://a.example/" + "x" * 1_890)),
    st.integers(0, 10**6).map(lambda seed: hostile_url(Random(seed), 8080)),
)


@given(HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=300)
def test_no_address_that_a_page_names_is_too_odd_to_be_mapped_or_refused(url: str, author: str, link: str) -> None:
    authors = [{"name": "Ada Example", "url": author}, {"name": "Bob Example", "url": None}]
    named: dict[str, Any] = {"authors": authors, "links": [link], "image": link}
    assert_closed(mapped(**named)[0], PROVENANCE["article"])
    with suppress(InvalidRecord):
        found, _ = mapped(url=url, **named)
        assert all(len(part.iri) <= IRI_MAX_LENGTH for part in (found.root, *found.parts))


def test_an_address_whose_canonical_form_is_too_long_for_its_parts_is_refused() -> None:
    mapped(url="https://a.example/" + "x" * (LONGEST_PAGE - 18))
    for path in ("x" * (LONGEST_PAGE - 17), "\u00e4" * 400):
        with pytest.raises(InvalidRecord, match=r"^url: is longer than 1,900 characters"):
            mapped(url=f"https://a.example/{path}")
    with pytest.raises(InvalidRecord, match=r"^url: is not a web address"):
        mapped(url="https://a.example:99999/")


@given(st.dictionaries(st.sampled_from(sorted(PAGE)), LEAVES | st.lists(LEAVES, max_size=3), max_size=6))
def test_whatever_a_page_says_is_mapped_or_refused(changed: dict[str, Any]) -> None:
    if not isinstance(changed.get("url", IRI), str) or not changed.get("url", IRI).startswith("http"):
        with pytest.raises(InvalidRecord, match=r"^url"):
            mapped(**changed)
        return
    description, _ = mapped(**changed)
    assert_closed(description, PROVENANCE["article"])
    assert stored_whole(description)["root"].keys() <= {"iri", "class", *properties("Article")}
