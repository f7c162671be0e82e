"""What arXiv's entries state about articles."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from hypothesis import given, strategies as st
from rdflib import Graph
from support.arxiv_server import ERROR, entry, feed
from support.descriptions import stored_whole
from support.payloads import LEAVES

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description, properties
from fair4ml.platforms import describe
from fair4ml.platforms.arxiv.provenance import PROVENANCE
from fair4ml.platforms.arxiv.source import Article, entries, is_error
from fair4ml.write import rdf

MORE = """<arxiv:comment>Made up for
 a test</arxiv:comment><arxiv:journal_ref>J. Made Up 1 (2024)</arxiv:journal_ref>
<arxiv:doi>10.1234/ABC.1 10.1234/abc.2</arxiv:doi>
<link rel="license" href="http://creativecommons.org/licenses/by-nc-sa/4.0/"/>"""


def told(id: str = "2401.00001", **written: Any) -> dict[str, Any]:
    """An entry as the source reads it."""
    (only,) = entries(feed(entry(id, **written)))
    return only


def mapped(payload: Any) -> tuple[Description, list[str]]:
    article, issues = parse(Article, payload)
    description = describe(article)
    return description, [f"{issue.field}: {issue.reason}" for issue in (*issues, *description.issues)]


def test_an_article_with_all_that_arxiv_tells() -> None:
    description, issues = mapped(told(more=MORE))
    document = stored_whole(description)
    root, parts = document["root"], {part["iri"]: part for part in document["parts"]}
    assert issues == []
    authors, values, (pdf,) = root.pop("author"), root.pop("additionalProperty"), root.pop("distribution")
    assert root == {
        "iri": "https://arxiv.org/abs/2401.00001",
        "class": "ScholarlyArticle",
        "name": "On a made-up thing",
        "url": "https://arxiv.org/abs/2401.00001",
        "identifier": ["arXiv:2401.00001", "https://doi.org/10.48550/arxiv.2401.00001"],
        "sameAs": ["https://doi.org/10.1234/abc.1", "https://doi.org/10.1234/abc.2"],
        "description": "We made up a thing.",
        "datePublished": "2024-01-02T03:04:05Z",
        "dateModified": "2024-02-03T04:05:06Z",
        "version": "2",
        "archivedAt": ["https://arxiv.org/abs/2401.00001v2"],
        "keywords": ["cs.LG", "stat.ML"],
        "license": ["https://spdx.org/licenses/CC-BY-NC-SA-4.0"],
    }
    # Two of one name are two.
    assert [parts[iri]["name"] for iri in authors] == ["Ada Example", "Grace Sample", "Ada Example"]
    assert len(set(authors)) == 3
    assert {parts[iri]["propertyID"]: parts[iri]["value"] for iri in values} == {
        "primary_category": "cs.LG",
        "journal_ref": "J. Made Up 1 (2024)",
        "comment": "Made up for a test",
    }
    assert (parts[pdf]["contentUrl"], parts[pdf]["encodingFormat"]) == (
        "http://arxiv.org/pdf/2401.00001v2",
        "application/pdf",
    )
    assert "Nowhere" not in json.dumps(document)


def test_an_article_of_the_old_numbering() -> None:
    root = stored_whole(mapped(told("math.GT/0309136", version=1))[0])["root"]
    assert root["iri"] == "https://arxiv.org/abs/math/0309136"
    assert root["identifier"] == ["arXiv:math/0309136", "https://doi.org/10.48550/arxiv.math/0309136"]
    assert "sameAs" not in root
    assert "license" not in root


def test_a_new_version_has_the_same_iri_and_parts() -> None:
    first, second = (stored_whole(mapped(told(version=version))[0]) for version in (1, 2))
    assert first["root"]["iri"] == second["root"]["iri"]
    assert [part["iri"] for part in first["parts"]] == [part["iri"] for part in second["parts"]]


@pytest.mark.parametrize(
    ("address", "iri"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "https://spdx.org/licenses/CC-BY-4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "https://spdx.org/licenses/CC0-1.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/deed.de", "https://spdx.org/licenses/CC-BY-NC-4.0"),
        ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"),
    ],
)
def test_licenses_are_those_of_spdx_or_what_is_at_their_address(address: str, iri: str) -> None:
    document = stored_whole(mapped(told(more=f'<link rel="license" href="{address}"/>'))[0])
    assert document["root"]["license"] == [iri]
    assert [stub["iri"] for stub in document["stubs"] if stub["class"] == "License"] == [iri]


@pytest.mark.parametrize(
    ("field", "value", "issue"),
    [
        ("doi", "none", "doi: is not a DOI"),
        ("author", [{"name": " "}], "author.0: does not name a person or organization"),
        ("published", "yesterday", "published: expected a date and time"),
        ("link", [{"rel": "license", "href": "javascript:x"}], "link.0.href: is not a web address"),
    ],
)
def test_what_cannot_be_used_is_told_and_the_rest_is_kept(field: str, value: Any, issue: str) -> None:
    description, issues = mapped({**told(), field: value})
    assert description.root.name == "On a made-up thing"
    assert [each for each in issues if each.startswith(issue)]


@pytest.mark.parametrize("id", [None, 5, "", "http://arxiv.org/abs/", "http://example.org/abs/2401.00001"])
def test_what_is_no_article_is_refused(id: Any) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        mapped({**told(), "id": id})
    assert refusal.value.field == "id"


def test_an_error_is_no_article() -> None:
    (only,) = entries(feed(ERROR))
    assert is_error(only)
    assert not is_error(told())


def test_every_property_says_where_it_comes_from() -> None:
    stated = stored_whole(mapped(told(more=MORE))[0])["root"].keys() - {"iri", "class"}
    assert stated == PROVENANCE["article"].keys() <= properties("ScholarlyArticle").keys()


def test_what_is_stated_conforms_to_the_shapes() -> None:
    data = Graph().parse(
        data=rdf.turtle_header() + rdf.turtle(stored_whole(mapped(told(more=MORE))[0]), []), format="turtle"
    )
    shapes = Graph().parse(data=(files("fair4ml") / "data" / "shapes.ttl").read_text("utf-8"), format="turtle")
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, text


NAMES = [*Article.model_fields, "name", "href", "rel", "title", "type"]
HOSTILE = st.recursive(
    LEAVES | st.sampled_from(["http://arxiv.org/abs/2401.00001v1", "10.1/x", "license", "pdf", "https://example.org/"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from([name for name in Article.model_fields if name != "id"]), HOSTILE))
def test_nothing_that_comes_breaks_the_mapping(fields: dict[str, Any]) -> None:
    description, _ = mapped({**told(), **fields})
    assert rdf.turtle(stored_whole(description), [])


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: feed(f"<entry>{text}</entry>")))
def test_any_bytes_are_a_feed_or_none(body: bytes) -> None:
    try:
        found = entries(body)
    except ValueError:
        return
    assert all(isinstance(each, dict) for each in found)


def test_an_encoding_that_nobody_knows_is_no_feed() -> None:
    for encoding in ("nope", "utf-7", "big5", "idna"):
        with pytest.raises(ValueError, match=r"unknown encoding|in an unsupported encoding"):
            entries(f'<?xml version="1.0" encoding="{encoding}"?><feed/>'.encode())


def test_the_corpus_is_mapped(corpus: Path) -> None:
    (path,) = (corpus / "arxiv").glob("*.xml")
    found = entries(path.read_bytes())
    assert len(found) == 2
    for each in found:
        description, issues = mapped(each)
        assert issues == []
        root = stored_whole(description)["root"]
        assert {"name", "description", "author", "datePublished", "keywords", "distribution"} <= root.keys()
