"""The Croissant of datasets, one oddity after another; all of it is written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.descriptions import assert_closed, stored
from support.documents import stored as record_of
from support.payloads import JSON
from support.shapes import complaints, parsed

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description
from fair4ml.merge import RecordState, merge
from fair4ml.platforms import describe, precedence
from fair4ml.platforms.huggingface.croissant_source import Creator, Croissant, CroissantFile, File
from fair4ml.platforms.huggingface.datasets_source import DatasetInfo
from fair4ml.platforms.huggingface.provenance import PROVENANCE

IRI = "https://huggingface.co/datasets/ada-labs/tides"
CHECKSUM = "ab" * 32


def mapped(payload: Any) -> tuple[Description, list[str]]:
    """The description of a record, and the fields of which something was left out."""
    source, issues = parse(CroissantFile, payload)
    description = describe(source)
    return description, [issue.field for issue in (*issues, *description.issues)]


def croissant(**fields: Any) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """What a Croissant becomes: the root, everything else by IRI, and what was left out."""
    described = {"@type": "sc:Dataset", "name": "tides", **fields}
    description, issues = mapped({"id": "ada-labs/tides", "croissant": described})
    assert_closed(description, PROVENANCE["croissant"])
    document = record_of(description.root, description.parts, description.stubs)
    assert complaints(parsed(document)) == set()
    return stored(description.root), {thing["iri"]: thing for thing in document["parts"] + document["stubs"]}, issues


def things(root: dict[str, Any], known: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in known[iri].items() if key != "iri"} for iri in root.get(name, [])]


def test_a_whole_croissant() -> None:
    root, known, issues = croissant(
        **{"@context": {"@vocab": "https://schema.org/"}, "conformsTo": "http://mlcommons.org/croissant/1.0"},
        alternateName=["ada-labs/tides", "The Tides"],
        description="Tides of a harbor.",
        license="https://choosealicense.com/licenses/mit/",
        creator={"@type": "Organization", "name": "Ada Labs", "url": "https://huggingface.co/ada-labs"},
        keywords=["German", "arxiv:2301.00001", "1K - 10K", "Datasets", "🇺🇸 Region: US", "German"],
        inLanguage="de",
        url=IRI,
        sameAs="https://tides.example.org/",
        identifier="10.57967/hf/1",
        version="1.0.0",
        citeAs="@misc{tides}",
        datePublished="2025-06-30",
        dateModified="2025-07-01T02:03:04+02:00",
        distribution=[
            {
                "@type": "cr:FileObject",
                "@id": "repo",
                "name": "repo",
                "contentUrl": f"{IRI}/tree/refs%2Fconvert%2Fparquet",
                "encodingFormat": "git+https",
                "sha256": "https://github.com/mlcommons/croissant/issues/80",
            },
            {"@type": "cr:FileSet", "@id": "parquet", "encodingFormat": "application/x-parquet", "includes": "*"},
        ],
        recordSet=[{"@type": "cr:RecordSet", "field": [{"@id": "text"}]}],
    )
    assert issues == []
    files = root.pop("distribution")
    assert root == {
        "iri": IRI,
        "class": "Dataset",
        "name": "ada-labs/tides",
        "alternateName": ["The Tides", "tides"],
        "url": IRI,
        "identifier": ["https://doi.org/10.57967/hf/1"],
        "sameAs": ["https://tides.example.org/"],
        "description": "Tides of a harbor.",
        "creator": ["https://huggingface.co/ada-labs"],
        "datePublished": "2025-06-30",
        "dateModified": "2025-07-01T00:03:04Z",
        "license": ["https://spdx.org/licenses/MIT"],
        "keywords": ["German"],
        "inLanguage": ["http://lexvo.org/id/iso639-3/deu"],
        "languageTag": ["de"],
        "version": "1.0.0",
        "citeAs": "@misc{tides}",
        "referencePublication": ["https://arxiv.org/abs/2301.00001"],
    }
    assert things({"distribution": files}, known, "distribution") == [
        {
            "class": "DataDownload",
            "name": "repo",
            "contentUrl": f"{IRI}/tree/refs%2Fconvert%2Fparquet",
            "encodingFormat": "git+https",
        },
        {"class": "DataDownload", "name": "parquet", "encodingFormat": "application/x-parquet"},
    ]
    assert known["https://huggingface.co/ada-labs"]["class"] == "Agent"


@pytest.mark.parametrize(
    ("license", "names"),
    [
        ("mit", ["MIT"]),
        (["mit", "cc-by-4.0"], ["MIT", "CC-BY-4.0"]),
        ("https://creativecommons.org/licenses/by/4.0/", ["CC-BY-4.0"]),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/igo/legalcode", ["CC-BY-NC-SA-3.0-IGO"]),
        ("http://creativecommons.org/publicdomain/zero/1.0/deed.en", ["CC0-1.0"]),
        ("https://spdx.org/licenses/Apache-2.0.html", ["Apache-2.0"]),
        ("https://opensource.org/licenses/MIT", ["MIT"]),
        ({"@type": "sc:CreativeWork", "url": "https://spdx.org/licenses/MIT", "name": "x"}, ["MIT"]),
        ({"@id": "https://choosealicense.com/licenses/mit"}, ["MIT"]),
        ({"name": "Harbor License"}, ["harbor license"]),
        ("Public", ["public"]),
        ("None", []),
        ("https://opensource.org/license/bsd-2-clause", ["BSD-2-Clause"]),
        ("other", ["other, not named"]),
        ("https://choosealicense.com/licenses/other/", ["other, not named"]),
        ("https://choosealicense.com/licenses/undefined/", []),
        ("https://choosealicense.com/licenses/unknown/", []),
        ([], []),
    ],
    ids=str,
)
def test_licenses(license: Any, names: list[str]) -> None:
    root, known, issues = croissant(license=license)
    assert ([thing["name"] for thing in things(root, known, "license")], issues) == (names, [])


def test_a_license_of_which_only_the_address_of_its_text_is_known() -> None:
    root, known, _ = croissant(license="https://tides.example.org/terms")
    assert root["license"] == ["https://tides.example.org/terms"]
    assert things(root, known, "license") == [{"class": "License", "name": "https://tides.example.org/terms"}]


def test_what_is_no_license() -> None:
    root, _, issues = croissant(license=["???!", 7])
    assert "license" not in root
    assert issues == ["croissant.license.1", "croissant.license.0"]


@pytest.mark.parametrize(
    ("creator", "expected"),
    [
        ({"@type": "sc:Person", "name": "Ada", "email": "ada@example.org"}, {"class": "Person", "name": "Ada"}),
        ({"@type": "https://schema.org/Organization", "name": "Lab"}, {"class": "Organization", "name": "Lab"}),
        ({"@type": "Robot", "name": "R2"}, {"class": "Agent", "name": "R2"}),
        ("Ada", {"class": "Agent", "name": "Ada"}),
        (["Ada"], {"class": "Agent", "name": "Ada"}),
        ({"name": {"@value": "Ada", "@language": "en"}}, {"class": "Agent", "name": "Ada"}),
        ({"name": "Ada", "url": "https://ada.example.org"},
         {"class": "Agent", "name": "Ada", "url": "https://ada.example.org"}),
        ({"name": "Ada", "url": "https://huggingface.co/ada-labs/"}, {"class": "Agent", "name": "ada-labs"}),
        ("https://huggingface.co/ada-labs", {"class": "Agent", "name": "ada-labs"}),
    ],
    ids=str,
)  # fmt: skip
def test_creators(creator: Any, expected: dict[str, Any]) -> None:
    root, known, issues = croissant(creator=creator)
    assert (things(root, known, "creator"), issues) == ([expected], [])


def test_nobody_is_found_at_the_hubs_own_pages() -> None:
    root, known, _ = croissant(creator={"name": "Ada", "url": "https://huggingface.co/datasets"})
    assert things(root, known, "creator")[0]["name"] == "Ada"


def test_creators_that_cannot_be_told() -> None:
    root, known, issues = croissant(
        creator=[{"@type": "sc:Person", "email": "a@example.org"}, "None", None, {"name": "Ada", "url": "mailto:a@b.c"}]
    )
    assert things(root, known, "creator") == [{"class": "Agent", "name": "Ada"}]
    assert issues == ["croissant.creator.0", "croissant.creator.1", "croissant.creator.3.url"]


@pytest.mark.parametrize(
    ("file", "expected", "issues"),
    [
        ({"sha256": CHECKSUM.upper()}, {"sha256": CHECKSUM}, []),
        ({"sha256": "sha256"}, {}, ["sha256"]),
        ({"sha256": CHECKSUM[:-1]}, {}, ["sha256"]),
        ({"contentSize": "13 B"}, {"contentSize": "13 B"}, []),
        ({"contentSize": 13}, {"contentSize": "13 B"}, []),
        ({"contentSize": " B"}, {}, ["contentSize"]),
        ({"contentSize": -1}, {}, ["contentSize"]),
        ({"contentUrl": "data/a.csv"}, {}, []),
        ({"contentUrl": "s3://bucket/a.csv"}, {}, ["contentUrl"]),
        ({"contentUrl": "file:///etc/passwd"}, {}, ["contentUrl"]),
        ({"contentUrl": "javascript:alert(1)"}, {}, []),
        ({"contentUrl": "https://example.org/a b"}, {}, ["contentUrl"]),
        ({"contentUrl": f"https://example.org/{'a' * 2100}"}, {}, ["contentUrl"]),
        ({"encodingFormat": ["text/plain", "https://example.org/arff"]}, {"encodingFormat": "text/plain"}, []),
        ({"@type": None}, {}, []),
        ({"@type": "sc:FileSet"}, {}, []),
        ({"containedIn": {"@id": "repo"}, "includes": ["*.csv"], "md5": "x"}, {}, []),
    ],
    ids=lambda value: str(value)[:60],
)
def test_files(file: dict[str, Any], expected: dict[str, Any], issues: list[str]) -> None:
    root, known, found = croissant(distribution=[{"@type": "cr:FileObject", "@id": "a", "name": "a.csv", **file}])
    assert things(root, known, "distribution") == [{"class": "DataDownload", "name": "a.csv", **expected}]
    assert found == [f"croissant.distribution.0.{name}" for name in issues]


def test_what_is_no_file_of_its_own() -> None:
    files: list[Any] = [{"@id": "a"}, {"@id": "a", "name": "b"}, {"@type": "cr:RecordSet", "@id": "c"}, {}, None, "d"]
    root, known, issues = croissant(distribution=files)
    assert things(root, known, "distribution") == [{"class": "DataDownload", "name": "a"}]
    assert issues == [f"croissant.distribution.{n}" for n in (5, 1, 2, 3)]


def test_one_file_need_not_be_in_a_list() -> None:
    root, known, _ = croissant(distribution={"@type": "sc:FileObject", "name": "a.csv"})
    assert things(root, known, "distribution") == [{"class": "DataDownload", "name": "a.csv"}]


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"de": "Gezeiten", "en": "Tides"}, "Tides"),
        ({"de": "Gezeiten"}, "Gezeiten"),
        ({"@value": "Tides", "@language": "en"}, "Tides"),
        (["Tides"], "Tides"),
        ([{"@value": "Tides"}], "Tides"),
        ("None", None),
    ],
    ids=str,
)
def test_a_text_however_it_is_written(told: Any, text: str | None) -> None:
    root, _, issues = croissant(description=told, citeAs=told)
    assert (root.get("description"), root.get("citeAs"), issues) == (text, text, [])


@pytest.mark.parametrize(("told", "version"), [(2, "2"), (1.5, "1.5"), ("1.0.0", "1.0.0"), (["2"], "2"), (True, None)])
def test_versions(told: Any, version: str | None) -> None:
    root, _, issues = croissant(version=told)
    assert root.get("version") == version
    assert issues == ([] if version else ["croissant.version"])


@pytest.mark.parametrize(
    ("told", "tags", "issues"),
    [
        ("en", ["en"], []),
        (["en", "German"], ["en", "de"], []),
        ({"@type": "Language", "name": "German"}, ["de"], []),
        (["code", "unknown", None], None, []),
        ("en-de", None, ["croissant.inLanguage.0"]),
    ],
    ids=str,
)
def test_languages(told: Any, tags: list[str] | None, issues: list[str]) -> None:
    root, _, found = croissant(inLanguage=told)
    assert (root.get("languageTag"), found) == (tags, issues)


def test_keywords_in_one_text() -> None:
    root, _, _ = croissant(keywords="tides, harbors,, low water")
    assert root["keywords"] == ["tides", "harbors", "low water"]


def test_addresses_that_are_none() -> None:
    root, _, issues = croissant(url="None", sameAs=["file:///etc/passwd", {"@id": "https://a.example.org/"}])
    assert "url" not in root
    assert root["sameAs"] == ["https://a.example.org/"]
    assert issues == ["croissant.sameAs.0"]


def test_a_time_without_a_zone_is_no_time() -> None:
    root, _, issues = croissant(dateCreated="2025-01-02T03:04:05", datePublished="2025-01-02")
    assert "dateCreated" not in root
    assert root["datePublished"] == "2025-01-02"
    assert issues == ["croissant.dateCreated"]


def test_the_first_version_had_other_words() -> None:
    root, known, issues = croissant(
        **{"@type": "sc:Dataset", "@language": "en"},
        citation="@misc{tides}",
        distribution=[{"@type": "sc:FileObject", "name": "a.csv", "containedIn": "#zip"}],
    )
    assert root["citation"] == ["@misc{tides}"]
    assert things(root, known, "distribution") == [{"class": "DataDownload", "name": "a.csv"}]
    assert issues == []


@pytest.mark.parametrize("payload", [{"id": "a/b"}, {"id": "a/b", "croissant": None}, {"id": "a/b", "croissant": "x"},
                                     {"id": "a/b", "croissant": []}, {"croissant": {}}, [], None])  # fmt: skip
def test_what_is_no_croissant(payload: Any) -> None:
    with pytest.raises(InvalidRecord):
        mapped(payload)


def test_the_hubs_own_record_comes_first() -> None:
    record = {"id": "ada-labs/tides", "sha": "a" * 40, "description": "Tides.", "cardData": {"license": "mit"}}
    own = describe(parse(DatasetInfo, record)[0])
    other = mapped(
        {
            "id": "ada-labs/tides",
            "croissant": {
                "version": "1.0.0",
                "description": "Tides",
                "dateModified": "2030-01-01",
                "license": "https://choosealicense.com/licenses/mit/",
                "distribution": [{"@id": "repo"}],
            },
        }
    )[0]
    states = [
        RecordState(key, record_of(d.root, d.parts, d.stubs), {}, stored(d.root).get("dateModified"))
        for key, d in (("huggingface/dataset/1", own), ("huggingface/croissant/ada-labs/tides", other))
    ]
    merged = merge(states, precedence())
    assert merged == merge(states[::-1], precedence())
    assert merged["key"] == "huggingface/dataset/1"
    assert (merged["root"]["version"], merged["root"]["description"]) == ("a" * 40, "Tides.")
    assert merged["root"]["license"] == ["https://spdx.org/licenses/MIT"]
    assert len(merged["root"]["distribution"]) == 1
    assert merged["conflicts"].keys() == {"version", "description"}


NAMES = sorted({info.alias or name for cls in (Croissant, Creator, File) for name, info in cls.model_fields.items()})
VALUES = st.recursive(
    JSON | st.sampled_from([IRI, "https://huggingface.co/ada-labs", "mit", "None", CHECKSUM, "cr:FileObject", "5 B"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "@value"]), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=10))
def test_whatever_a_croissant_holds_its_description_is_closed_and_always_the_same(told: dict[str, Any]) -> None:
    payload = {"id": "ada-labs/tides", "croissant": told}
    description, issues = mapped(payload)
    assert_closed(description, PROVENANCE["croissant"])
    assert (description, issues) == mapped(json.loads(json.dumps(payload)))


def test_deep_nesting_is_no_way_to_break_out() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = {"@value": [deep]}
    description, issues = mapped({"id": "a/b", "croissant": {"description": deep, "license": deep, "creator": deep}})
    assert_closed(description, PROVENANCE["croissant"])
    assert "croissant.description" in issues


def test_a_very_wide_dataset_is_like_any_other() -> None:
    files = [{"@id": f"file-{n}", "contentUrl": f"https://example.org/{n}"} for n in range(5000)]
    description, issues = mapped({"id": "a/b", "croissant": {"distribution": files, "recordSet": files}})
    assert (len(description.parts), issues) == (5000, [])


def test_the_croissants_of_the_corpus(corpus: Path) -> None:
    paths = sorted((corpus / "croissant").rglob("*.json"))
    assert len(paths) == 56
    for path in paths:
        told = json.loads(path.read_bytes())
        description, issues = mapped({"id": "ada-labs/tides", "croissant": told})
        assert_closed(description, PROVENANCE["croissant"])
        document = record_of(description.root, description.parts, description.stubs)
        assert complaints(parsed(document)) == set(), path
        root = stored(description.root)
        assert root.get("description"), path
        keys = {file.get("@id", file.get("name")) for file in told.get("distribution", [])}
        assert len(root.get("distribution", [])) == len(keys), path
        assert all(issue.rpartition(".")[2] in ("sha256", "contentSize", "contentUrl") for issue in issues), path


@pytest.mark.parametrize(
    ("citation", "texts"),
    [
        ({"@type": "Book", "name": "Of Terns", "url": "https://example.org/t"}, ["Of Terns https://example.org/t"]),
        ([{"@type": "CreativeWork", "headline": "Of Terns"}, "Of Gulls"], ["Of Terns", "Of Gulls"]),
        ({"@list": [{"@id": "https://doi.org/10.1000/182"}]}, ["https://doi.org/10.1000/182"]),
        ({"@value": "Of Terns", "@language": "en"}, ["Of Terns"]),
        ({"de": "Von Seeschwalben", "en": "Of Terns"}, ["Of Terns"]),
        ({"fr": "Des sternes"}, ["Des sternes"]),
        ({"@type": "ScholarlyArticle"}, None),
    ],
    ids=str,
)
def test_works_are_cited_by_what_they_are_called(citation: Any, texts: list[str] | None) -> None:
    root, _, issues = croissant(citation=citation)
    assert (root.get("citation"), issues) == (texts, [])


def test_terms_and_identifiers_may_be_objects() -> None:
    term, bare = {"@type": "DefinedTerm", "name": "tides", "termCode": "T1"}, {"@type": "DefinedTerm", "termCode": "W2"}
    doi = {
        "@type": "PropertyValue",
        "propertyID": "https://registry.identifiers.org/registry/doi",
        "value": "10.1000/X",
    }
    ark = {"@type": "PropertyValue", "propertyID": "ark", "value": "ark:/1/2"}
    root, _, issues = croissant(keywords={"@set": [term, bare, "waves"]}, identifier=[doi, ark], sameAs={"@list": []})
    assert root["keywords"] == ["tides", "W2", "waves"]
    assert root["identifier"] == ["https://doi.org/10.1000/x", "ark:/1/2"]
    assert issues == []


def test_people_may_be_in_order_and_have_two_names() -> None:
    cleo = {"@type": "sc:Person", "givenName": "Cleo", "familyName": "Tern"}
    root, known, issues = croissant(creator={"@list": [{"@type": "Person", "name": "Ada"}, cleo, "Bo"]})
    assert [thing["name"] for thing in things(root, known, "creator")] == ["Ada", "Cleo Tern", "Bo"]
    assert issues == []
