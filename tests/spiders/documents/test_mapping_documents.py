"""What exported documents state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.descriptions import assert_closed, stored
from support.exported_documents import LINK, PERSON, article, id_of, repository, user
from support.payloads import LEAVES

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.describe.writing import author_within
from fair4ml.entities import Description
from fair4ml.identifiers import document_id, part_iri
from fair4ml.platforms import describe
from fair4ml.platforms.documents.provenance import PROVENANCE
from fair4ml.platforms.documents.source import KINDS
from fair4ml.read.secrets import MARK

OWN: dict[str, Any] = {
    **article(12, "https://notes.example/x"),
    "canonical_url": "https://notes.example/real",
    "author_full_name": "Ben Sample",
    "authors": [
        {"id": id_of(7), "full_name": "Ben Sample", "url": "https://notes.example/ben"},
        {"id": str(document_id(author_within("https://notes.example/real", "Cleo Test"))), "full_name": "Cleo Test"},
        {"id": id_of(9), "full_name": "Dan Known"},
        None,
    ],
    "source_author": PERSON,
    "description": "On caches",
    "published_at": "2026-03-01T10:00:00+00:00",
    "modified_at": "2026-03-02",
    "tags": ["llm", "caches"],
    "language": "de",
    "license": ["https://spdx.org/licenses/CC-BY-4.0"],
    "mentions": ["https://huggingface.co/datasets/example-lab/corpus", "https://notes.example/y"],
    "image": "https://images.example/c.png",
    "content_hash": "0" * 64,
    "fetched_at": "2026-04-01T00:00:00+00:00",
}


def mapped(kind: str, payload: Any) -> Description:
    source, issues = parse(KINDS[kind], payload)
    description = describe(source)
    description.issues = [*issues, *description.issues]
    assert_closed(description, PROVENANCE[kind])
    return description


def test_an_article_of_llm_twin_is_one_without_an_author() -> None:
    description = mapped("article", article(10, f"{LINK}?utm_source=x"))
    assert stored(description.root) == {
        "class": "Article",
        "iri": LINK,
        "url": LINK,
        "name": "Merging keys",
        "alternativeHeadline": "What it saves",
        "description": "Keys that are almost parallel can be merged: https://huggingface.co/example-lab/merged-7b.",
        "inLanguage": ["http://lexvo.org/id/iso639-3/eng"],
        "languageTag": ["en"],
        "mentions": ["https://huggingface.co/example-lab/merged-7b"],
    }
    assert description.text == article(10)["content"]["Content"]
    assert description.issues == []


def test_what_this_project_exports_comes_back_with_all_that_it_says() -> None:
    description = mapped("article", OWN)
    (person,) = description.parts
    root = stored(description.root)
    assert root == {
        "class": "Article",
        "iri": "https://notes.example/real",
        "url": "https://notes.example/real",
        "name": "Merging keys",
        "alternativeHeadline": "What it saves",
        "description": "On caches",
        "author": ["https://notes.example/ben", person.iri, f"urn:uuid:{id_of(9)}"],
        "datePublished": "2026-03-01T10:00:00Z",
        "dateModified": "2026-03-02",
        "keywords": ["llm", "caches"],
        "inLanguage": ["http://lexvo.org/id/iso639-3/deu"],
        "languageTag": ["de"],
        "license": ["https://spdx.org/licenses/CC-BY-4.0"],
        "image": ["https://images.example/c.png"],
        "mentions": ["https://huggingface.co/datasets/example-lab/corpus"],
    }
    # An author who is no part of the text is the user with the id.
    assert person.name == "Cleo Test"
    assert (f"urn:uuid:{id_of(9)}", "Dan Known") in {(stub.iri, stub.name) for stub in description.stubs}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"Post_0": "hello"}, "hello"),
        ({"Content": "hello", "Title": None}, "hello"),
        ("hello", "hello"),
        ({"a%2Eb": "one", "c": "two"}, "a.b\n\none\n\nc\n\ntwo"),
        ({"Content": ""}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_post_has_its_text_wherever_it_stands(content: Any, text: str | None) -> None:
    description = mapped("post", {**article(20), "content": content})
    assert (type(description.root).__name__, description.text) == ("SocialMediaPosting", text)


def test_a_post_without_an_address_is_known_by_its_id() -> None:
    description = mapped("post", {"_id": id_of(20), "content": {"Content": "hello"}})
    assert description.root.iri == f"urn:uuid:{id_of(20)}"


def test_a_repository_is_the_one_that_others_describe() -> None:
    description = mapped("repository", repository(30))
    assert stored(description.root) == {
        "class": "SoftwareSourceCode",
        "iri": "https://github.com/example-lab/tools",
        "url": "https://github.com/example-lab/tools",
        "name": "example-lab/tools",
        "description": "# Tools For merging keys.",
    }
    assert description.text == "# Tools\n\nFor merging keys."


def test_a_repository_without_a_readme_has_files_and_no_text() -> None:
    content = {"src/b%2Epy": "import b", "a.py": "import a", "docs/README.md": " "}
    description = mapped("repository", repository(30, content=content, link="https://code.example/tools"))
    assert description.text is None
    assert description.files == {"src/b.py": "import b", "a.py": "import a", "docs/README.md": " "}
    assert stored(description.root)["name"] == "tools"


def test_authors_of_a_repository_are_who_they_were() -> None:
    iri = "https://github.com/example-lab/tools"
    team = part_iri(iri, "organization", "The Team")
    authors = [
        {"id": id_of(1), "full_name": "Ada Example", "url": "https://orcid.org/0000-0002-1825-0097"},
        {"id": str(document_id(part_iri(iri, "person", "Ben Sample"))), "full_name": "Ben Sample"},
        {"id": str(document_id(team)), "full_name": "The Team"},
        {"id": id_of(2), "full_name": "Cleo Known"},
        None,
    ]
    description = mapped("repository", repository(30, authors=authors))
    assert [(part.iri, type(part).__name__) for part in description.parts] == [
        (part_iri(iri, "person", "Ben Sample"), "Person"),
        (team, "Organization"),
    ]
    people = ["https://orcid.org/0000-0002-1825-0097", *(part.iri for part in description.parts)]
    assert stored(description.root)["author"] == [*people, f"urn:uuid:{id_of(2)}"]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (user(), "Ada Example"),
        ({"_id": id_of(1), "first_name": "Ada", "last_name": "Ada"}, "Ada"),
        (
            {"id": id_of(1).upper(), "full_name": "Ada Example", "first_name": "Ada", "last_name": "Example"},
            "Ada Example",
        ),
        ({"_id": id_of(1)}, None),
    ],
)
def test_a_user_is_a_person(told: dict[str, Any], name: str | None) -> None:
    root = mapped("user", told).root
    assert (root.iri, root.name) == (f"urn:uuid:{id_of(1)}", name)


def test_a_user_with_an_address_is_known_by_it() -> None:
    assert mapped("user", {**user(), "canonical_url": "https://medium.com/@ada"}).root.iri == "https://medium.com/@ada"


def test_secrets_are_not_kept() -> None:
    token = "hf_" + "aB3" * 11
    assert mapped("article", article(10, content={"Content": f"Use {token}"})).text == f"Use {MARK}"


@pytest.mark.parametrize("id", [None, "", 10, "not-a-uuid"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_document_without_an_id_cannot_be_used(kind: str, id: Any) -> None:
    with pytest.raises(InvalidRecord):
        parse(KINDS[kind], {**article(1), "_id": id})


NAMES = sorted({*OWN, *user(), "name"} - {"_id"})


@given(
    st.sampled_from(sorted(KINDS)),
    st.dictionaries(st.sampled_from(NAMES), LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.text(), LEAVES)),
)
def test_any_values_are_mapped_or_left_out(kind: str, values: dict[str, Any]) -> None:
    mapped(kind, {**values, "_id": id_of(1)})
