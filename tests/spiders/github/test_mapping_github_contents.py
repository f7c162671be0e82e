"""What READMEs, files, languages and releases of repositories state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.descriptions import assert_closed, stored_whole
from support.payloads import LEAVES

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.document import document_of, public
from fair4ml.entities import Description
from fair4ml.merge import RecordState, merge
from fair4ml.platforms import describe, precedence
from fair4ml.platforms.github.provenance import PROVENANCE
from fair4ml.platforms.github.source import KINDS
from fair4ml.write.document_classes import RepositoryDocument
from fair4ml.write.documents import documents_of

NAME = "acme/tools"
IRI = f"https://github.com/{NAME}"
README = """# Tools
[![ci](https://github.com/acme/tools/actions/workflows/ci.yml/badge.svg)](https://github.com/acme/tools/actions)

For [Elm](https://huggingface.co/acme/Elm-3-8B), trained on <https://huggingface.co/datasets/acme/leaves>; it builds on
`pip install git+https://github.com/labs/saws.git`. Again: https://huggingface.co/acme/Elm-3-8B.
<a href="https://arxiv.org/abs/2401.00001">Paper</a>, and arXiv:2401.00002v3. Our home: https://github.com/acme/tools
    token = "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"
"""


def mapped(kind: str, **payload: Any) -> tuple[Description, list[str]]:
    source, issues = parse(KINDS[kind], {"id": 7, "full_name": NAME, **payload})
    description = describe(source)
    assert_closed(description, PROVENANCE[kind])
    return description, [f"{issue.field}: {issue.reason}" for issue in (*issues, *description.issues)]


def values(description: Description) -> dict[tuple[str, str | None], Any]:
    parts = (part.document() for part in description.parts)
    return {(part["propertyID"], part.get("name")): part["value"] for part in parts}


def state(*records: tuple[str, Description]) -> Any:
    return merge(
        [
            RecordState(f"{key}/7", document_of(each.root, each.parts, each.stubs, each.text, each.files), {})
            for key, each in records
        ],
        precedence(),
    )


def test_a_readme_is_the_text_of_its_repository_and_mentions_what_it_links_to() -> None:
    description, issues = mapped("readme", path="docs/README.md", text=README)
    assert issues == []
    assert description.root.document() == {
        "iri": IRI,
        "class": "SoftwareSourceCode",
        "name": NAME,
        "mentions": [
            "https://huggingface.co/acme/Elm-3-8B",
            "https://huggingface.co/datasets/acme/leaves",
            "https://github.com/labs/saws",
            "https://arxiv.org/abs/2401.00001",
            "https://arxiv.org/abs/2401.00002",
        ],
    }
    assert {stub.cls for stub in description.stubs} == {
        "MLModel", "Dataset", "SoftwareSourceCode", "ScholarlyArticle",
    }  # fmt: skip
    (written,) = description.files.items()
    # Every space is kept, and no key.
    assert written == ("docs/README.md", README.replace("hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "[secret removed]"))
    assert description.text == written[1].strip()


@pytest.mark.parametrize(
    ("payload", "files", "issues"),
    [
        ({}, {}, []),
        ({"path": "README"}, {"README": None}, ["content: is larger than what GitHub's API returns"]),
        ({"path": "README", "text": " \n"}, {"README": " \n"}, []),
    ],
    ids=["gone", "too large", "blank"],
)
def test_a_repository_without_a_readme_to_read_has_no_text(
    payload: dict[str, Any], files: dict[str, Any], issues: list[str]
) -> None:
    description, told = mapped("readme", **payload)
    assert (description.text, description.files, told) == (None, files, issues)
    assert description.root.document().keys() == {"iri", "class", "name"}


def test_a_tree_has_the_paths_and_the_texts_of_files() -> None:
    texts = {"src/a.py": "def f():\n\treturn  1\n", "src/b.c d/e.py": ""}
    left_out = {"no text": 1, "too large": 0}
    description, issues = mapped("tree", paths=[*texts, "a.png"], count=3, texts=texts, left_out=left_out)
    assert issues == []
    assert description.files == {**texts, "a.png": None}
    assert values(description) == {("fileCount", None): 3, ("filesLeftOut", "no text"): 1}


def test_a_tree_that_is_not_whole_has_no_count() -> None:
    description, _ = mapped("tree", paths=["a.py"], count=1, truncated=True)
    assert values(description) == {("treeTruncated", None): True}


def test_an_empty_repository_says_so() -> None:
    description, _ = mapped("tree", is_empty=True)
    assert (values(description), description.files) == ({("empty", None): True}, {})


def test_languages_have_the_bytes_of_their_code() -> None:
    description, issues = mapped("language", languages={"C": 5, "Python": 70, "Odd": "x", "Jupyter Notebook": 5})
    assert values(description) == {
        ("codeSize", "Python"): 70, ("codeSize", "C"): 5, ("codeSize", "Jupyter Notebook"): 5,
    }  # fmt: skip
    assert issues == ["languages.Odd: expected a valid integer, got str"]


def test_releases_are_known_by_their_tags() -> None:
    day = {"published_at": "2024-05-06T07:08:09Z"}
    released = [
        {"tag_name": "v2.0-rc1", "prerelease": True, **day},
        {"tag_name": "v1.10", "prerelease": False, "draft": False, **day},
        {"tag_name": "v3", "draft": True, **day},
        {"tag_name": " ", **day},
        {"tag_name": "v0"},
        5,
    ]
    description, issues = mapped("release", releases=released)
    at = "2024-05-06T07:08:09Z"
    assert values(description) == {("prerelease", "v2.0-rc1"): at, ("release", "v1.10"): at}
    assert issues == [
        "releases.5: expected an object, got int",
        "releases.3: has no tag, or no date",
        "releases.4: has no tag, or no date",
    ]


def test_the_document_of_a_repository_has_its_files_by_path() -> None:
    told = state(
        ("github/repository", mapped("repository", topics=["saws"])[0]),
        ("github/readme", mapped("readme", path="README.md", text=README)[0]),
        ("github/tree", mapped("tree", paths=["README.md", "a.py", "a.png"], texts={"a.py": "x  = 1\n"})[0]),
        ("documents/repository", mapped("readme", path="README", text="An old copy.")[0]),
    )
    (document,) = documents_of(told)
    assert isinstance(document, RepositoryDocument)
    assert document.content.keys() == {"README.md", "a.py"}
    assert (document.content["a.py"], document.other_files, document.tags) == ("x  = 1\n", ["a.png"], ["saws"])
    assert document.mentions[0] == "https://huggingface.co/acme/Elm-3-8B"
    assert told["text"].startswith("# Tools")
    assert public(told).keys().isdisjoint({"text", "files"})
    stored = document.to_mongo()
    assert stored["content"].keys() == {"README%2Emd", "a%2Epy"}
    assert RepositoryDocument.from_mongo(stored).content == document.content


HOSTILE = st.recursive(
    LEAVES | st.sampled_from([NAME, "2024-01-02T03:04:05Z", "README.md", True]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["tag_name", "published_at", "draft", "a.py", ""]), inner, max_size=4)
    ),
    max_leaves=15,
)


@pytest.mark.parametrize("kind", ["readme", "tree", "language", "release"])
@given(st.data())
def test_nothing_that_comes_breaks_the_mapping_of_contents(kind: str, data: st.DataObject) -> None:
    names = sorted(KINDS[kind].model_fields.keys() - {"id", "full_name"})
    payload = data.draw(st.dictionaries(st.sampled_from(names), HOSTILE))
    try:
        description, _ = mapped(kind, **payload)
    except InvalidRecord:
        return
    assert stored_whole(description)["root"]["iri"] == IRI
