from __future__ import annotations

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given, strategies as st
from pydantic import UUID4, BaseModel, ValidationError

from fair4ml.merge import State
from fair4ml.write.document_classes import (
    COLLECTIONS,
    ArticleDocument,
    MongoDocument,
    PostDocument,
    RepositoryDocument,
    UserDocument,
)
from fair4ml.write.documents import content_hash, documents_of

IRI = "https://blog.example/attention"
ADA = "https://blog.example/people/ada"
PART = f"{IRI}#person-0123456789abcdef"
PROVENANCE = {
    "source": f"{IRI}?ref=feed",
    "fetched_at": "2026-11-20T10:11:12Z",
    "seed": {"user_full_name": "Charles Babbage", "place": "list"},
    "robots_allowed": True,
}


def article(cls: str = "Article", key: str = f"article/article/{IRI}", **properties: Any) -> State:
    """A made-up state of a text with two authors, one of whom has a page."""
    root = {
        "iri": IRI,
        "class": cls,
        "name": "Attention, step by step",
        "alternativeHeadline": "With drawings",
        "url": IRI,
        "description": "How it works.",
        "author": [ADA, PART],
        "datePublished": "2026-11-01",
        "dateModified": "2026-11-02T03:04:05Z",
        "keywords": ["attention", "transformers"],
        "languageTag": ["en-GB"],
        "license": ["https://spdx.org/licenses/CC-BY-4.0"],
        "image": ["https://blog.example/attention.png"],
        "mentions": ["https://huggingface.co/acme/bert", "https://arxiv.org/abs/1706.03762"],
        "about": ["https://huggingface.co/acme/bert"],
        **properties,
    }
    return {
        "root": {name: value for name, value in root.items() if value is not None},
        "parts": [{"iri": PART, "class": "Person", "name": "Grace"}],
        "stubs": [
            {"iri": ADA, "class": "Agent", "name": "Ada King Lovelace"},
            {"iri": "https://huggingface.co/acme/bert", "class": "MLModel", "name": "acme/bert"},
        ],
        "text": "First a query.\n\nThen a key.",
        "key": key,
        "counters": {},
        "platforms": [key.partition("/")[0]],
        "conflicts": {},
    }


def own(state: State, **provenance: Any) -> Any:
    return documents_of(state, provenance)[0]


def test_an_article_has_what_its_page_states() -> None:
    document, *users = documents_of(article(), PROVENANCE)
    assert isinstance(document, ArticleDocument)
    stored = document.to_mongo()
    assert stored.pop("_id") == str(document.id)
    assert stored == {
        "content": {
            "Title": "Attention, step by step",
            "Subtitle": "With drawings",
            "Content": "First a query.\n\nThen a key.",
            "language": "en-GB",
        },
        "platform": "article",
        "author_id": str(users[0].id),
        "author_full_name": "Ada King Lovelace",
        "authors": [
            {"id": str(users[0].id), "full_name": "Ada King Lovelace", "url": ADA},
            {"id": str(users[1].id), "full_name": "Grace"},
        ],
        "source_author": "Charles Babbage",
        "link": IRI,
        "canonical_url": IRI,
        "description": "How it works.",
        "image": "https://blog.example/attention.png",
        "published_at": datetime(2026, 11, 1, tzinfo=UTC),
        "modified_at": datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC),
        "tags": ["attention", "transformers"],
        "language": "en-GB",
        "license": ["https://spdx.org/licenses/CC-BY-4.0"],
        "mentions": ["https://huggingface.co/acme/bert", "https://arxiv.org/abs/1706.03762"],
        "content_hash": document.content_hash,
        "robots_allowed": True,
        "fetched_at": datetime(2026, 11, 20, 10, 11, 12, tzinfo=UTC),
    }
    assert [user.to_mongo() for user in users] == [
        {
            "_id": str(users[0].id),
            "canonical_url": ADA,
            "first_name": "Ada King",
            "last_name": "Lovelace",
            "full_name": "Ada King Lovelace",
        },
        {
            "_id": str(users[1].id),
            "canonical_url": PART,
            "first_name": "Grace",
            "last_name": "Grace",
            "full_name": "Grace",
        },
    ]


def test_a_date_stays_a_date_until_it_is_stored() -> None:
    document = own(article(dateModified="2026-11-02T00:00:00Z"))
    assert type(document.published_at) is date
    assert type(document.modified_at) is datetime
    assert json.loads(document.model_dump_json())["published_at"] == "2026-11-01"


def test_a_post_is_in_a_collection_of_its_own() -> None:
    document = own(article("SocialMediaPosting", alternativeHeadline=None))
    assert isinstance(document, PostDocument)
    assert (document.collection, document.image) == ("posts", "https://blog.example/attention.png")
    # As its reader joins them.
    assert "\n".join(map(str, document.content.values())) == "Attention, step by step\nFirst a query.\n\nThen a key."


@pytest.mark.parametrize(("text", "content"), [("# Tool", {"README": "# Tool"}), (None, {})])
def test_a_repository_has_its_readme(text: str | None, content: dict[str, str]) -> None:
    iri = "https://github.com/acme/tool"
    state = article("SoftwareSourceCode", key="github/repository/1", iri=iri, url=iri, author=None, image=None)
    if text is None:
        del state["text"]
    else:
        state["text"] = text
    document = own(state)
    assert isinstance(document, RepositoryDocument)
    assert (document.name, document.link, document.content, document.platform) == ("tool", iri, content, "github")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Ada", "Ada", "Ada"), ("Ada Lovelace", "Ada", "Lovelace"), ("A. B. C", "A. B.", "C"), (None, "", "")],
)
def test_a_profile_is_a_user(name: str | None, first: str, last: str) -> None:
    state = article("Person", key="medium/user/ada", iri=ADA, name=name)
    (user,) = documents_of(state, PROVENANCE)
    assert isinstance(user, UserDocument)
    assert (user.first_name, user.last_name, user.platform) == (first, last, "medium")
    assert user.id == documents_of(article())[1].id


@pytest.mark.parametrize(
    ("cls", "key"),
    [
        ("MLModel", "huggingface/model/1"),
        ("ScholarlyArticle", "arxiv/article/1706.03762"),
        ("Person", "huggingface/owner/ada"),
        ("SoftwareSourceCode", "github/citation/1"),
    ],
)
def test_other_entities_are_no_documents(cls: str, key: str) -> None:
    assert documents_of(article(cls, key=key)) == []


def test_an_entity_that_is_only_named_is_no_document() -> None:
    assert documents_of({"root": {"iri": IRI, "class": "Article"}, "parts": [], "stubs": []}) == []


def test_what_is_unknown_stays_absent() -> None:
    state: State = {
        "root": {"iri": IRI, "class": "Article"},
        "parts": [],
        "stubs": [],
        "key": f"article/article/{IRI}",
        "counters": {},
        "platforms": ["article"],
        "conflicts": {},
    }
    (document,) = documents_of(state)
    assert isinstance(document, ArticleDocument)
    stored = document.to_mongo()
    assert stored.keys() == {
        "_id",
        "author_full_name",
        "author_id",
        "canonical_url",
        "content",
        "content_hash",
        "link",
        "platform",
    }
    assert stored["author_full_name"] == ""
    assert stored["content"] == {"Title": None, "Subtitle": None, "Content": None, "language": None}
    # Nobody else has that id, and it stays the same.
    assert UUID(stored["author_id"]).version == 4
    assert stored["author_id"] not in (stored["_id"], str(own(article(author=None, iri=ADA)).author_id))
    assert stored["author_id"] == documents_of(state)[0].to_mongo()["author_id"]


@pytest.mark.parametrize("decision", [True, False, None])
def test_the_decision_of_robots_txt_is_kept_whatever_it_is(decision: bool | None) -> None:
    assert own(article(), robots_allowed=decision).to_mongo().get("robots_allowed") is decision


def test_the_hash_is_that_of_the_whole_content() -> None:
    document = own(article())
    text = json.dumps(document.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert document.content_hash == sha256(text.encode()).hexdigest() == content_hash(document.content)
    changed = article()
    changed["text"] += "."
    assert own(changed).content_hash != document.content_hash
    assert own(article(description="Another.")).content_hash == document.content_hash


# What LLM Twin's classes ask for, restated: further fields are passed over, ids are random UUIDs as texts.


class Reader(BaseModel):
    id: UUID4


class UserReader(Reader):
    first_name: str
    last_name: str


class TextReader(Reader):
    content: dict[str, Any]
    platform: str
    author_id: UUID4
    author_full_name: str
    link: str


class RepositoryReader(TextReader):
    name: str


READERS: dict[str, type[Reader]] = {
    "articles": TextReader,
    "posts": TextReader,
    "repositories": RepositoryReader,
    "users": UserReader,
}


@pytest.mark.parametrize("cls", ["Article", "SocialMediaPosting", "SoftwareSourceCode"])
def test_existing_readers_take_the_documents(cls: str) -> None:
    assert READERS.keys() == set(COLLECTIONS)
    for document in documents_of(article(cls)):
        stored = document.to_mongo()
        read = READERS[document.collection](id=stored.pop("_id"), **stored)
        assert read.id == document.id


def test_documents_of_others_are_read() -> None:
    given = {
        "_id": "a964f3ac-e92f-4fcb-847a-a46da3d697d9",
        "content": {"Title": "T", "Subtitle": None, "Content": "C", "language": "en"},
        "platform": "blog.example",
        "author_id": "eff74089-0271-4319-8543-745c087f4f61",
        "author_full_name": "Ada Lovelace",
        "link": IRI,
    }
    document = ArticleDocument.from_mongo(given)
    assert document.to_mongo() == given
    with pytest.raises(ValidationError, match="author_id"):
        ArticleDocument.from_mongo(given | {"author_id": "00000000-0000-0000-0000-000000000000"})


# MongoDB


@given(st.dictionaries(st.text() | st.sampled_from(["a.b", "$set", "50%", "%2E", ".", "a\0", ""]), st.text()))
def test_keys_of_the_content_are_spelled_so_that_they_can_be_stored_and_read_back(content: dict[str, str]) -> None:
    stated = own(article(datePublished=None)).model_dump()
    document = RepositoryDocument(**{**stated, "name": "tool", "content": content})
    stored = document.to_mongo()
    assert len(stored["content"]) == len(content)
    assert not any(sign in key for key in stored["content"] for sign in ".$\0")
    assert RepositoryDocument.from_mongo(stored) == document


def test_paths_stay_readable() -> None:
    document = RepositoryDocument(**{**own(article()).model_dump(), "name": "t", "content": {"src/a-b_c.py": "pass"}})
    assert document.to_mongo()["content"] == {"src/a-b_c%2Epy": "pass"}


def test_the_stored_form_is_read_back() -> None:
    for document in documents_of(article(datePublished="2026-11-01T00:00:00Z"), PROVENANCE):
        assert type(document).from_mongo({**document.to_mongo(), "record": "something else"}) == document


def test_the_stored_form_is_json_but_for_its_times() -> None:
    stored = [document.to_mongo() for document in documents_of(article(), PROVENANCE)]
    assert [each["_id"] for each in json.loads(orjson.dumps(stored))] == [each["_id"] for each in stored]


def test_every_class_has_a_collection() -> None:
    found = {cls.collection for cls in (ArticleDocument, PostDocument, RepositoryDocument, UserDocument)}
    assert found == set(COLLECTIONS)
    assert all(issubclass(cls, MongoDocument) for cls in (ArticleDocument, UserDocument))
