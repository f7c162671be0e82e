"""What GitHub and the files of its repositories state."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from hypothesis import given, strategies as st
from rdflib import Graph
from support.captured_repositories import answers
from support.descriptions import assert_closed, stored_whole
from support.github_server import CITATION, repository
from support.payloads import LEAVES

from fair4ml.describe.code import code_stub
from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description, Stub, properties
from fair4ml.identifiers import GITHUB, github_repository, is_github_name
from fair4ml.merge import RecordState, merge
from fair4ml.platforms import describe, precedence
from fair4ml.platforms.github.addresses import repository_at
from fair4ml.platforms.github.citation_source import Citation
from fair4ml.platforms.github.codemeta_source import CodeMeta
from fair4ml.platforms.github.provenance import PROVENANCE
from fair4ml.platforms.github.source import KINDS, Repository
from fair4ml.write import rdf

NAME = "acme/tools"
IRI = "https://github.com/acme/tools"
ADA = "https://orcid.org/0000-0002-1825-0097"

FULL = repository(
    7,
    NAME,
    owner={"login": "ada", "id": 3, "type": "User"},
    homepage="https://tools.example.org",
    has_discussions=True,
    fork=True,
    parent={"id": 5, "full_name": "labs/tools", "owner": {"login": "labs"}},
    source={"id": 4, "full_name": "first/tools"},
    template_repository={"id": 6, "full_name": "acme/template"},
    mirror_url="https://git.example.org/tools.git",
    archived=True,
    disabled=True,
    is_template=True,
    topics=["tools", "made-up", "tools"],
)


def mapped(kind: str, payload: Any) -> tuple[Description, list[str]]:
    source, issues = parse(KINDS[kind], payload)
    description = describe(source)
    assert_closed(description, PROVENANCE[kind])
    return description, [f"{issue.field}: {issue.reason}" for issue in (*issues, *description.issues)]


def document(kind: str, payload: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]], list[str]]:
    """The root, the parts by IRI, and the issues."""
    description, issues = mapped(kind, payload)
    stored = stored_whole(description)
    return stored["root"], {part["iri"]: part for part in stored["parts"]}, issues


def file(text: str | None) -> dict[str, Any]:
    return {"id": 7, "full_name": NAME, "text": text}


def values(root: dict[str, Any], parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The values by property, several of one as a list."""
    found: dict[str, list[Any]] = {}
    for each in (parts[iri] for iri in root.get("additionalProperty", ())):
        name, value = each["propertyID"], each["value"]
        found.setdefault(name, []).append(value)
    return {name: several if len(several) > 1 else several[0] for name, several in found.items()}


def test_a_repository_with_all_that_github_tells() -> None:
    root, parts, issues = document("repository", FULL)
    assert issues == []
    assert values(root, parts) == {
        "programmingLanguage": "Python",
        "homepage": "https://tools.example.org",
        "default_branch": "main",
        "mirror_url": "https://git.example.org/tools.git",
        "parent": "https://github.com/labs/tools",
        "source": "https://github.com/first/tools",
        "template_repository": "https://github.com/acme/template",
        "fork": True,
        "archived": True,
        "disabled": True,
        "is_template": True,
    }
    del root["additionalProperty"]
    assert root == {
        "iri": IRI,
        "class": "SoftwareSourceCode",
        "name": NAME,
        "url": IRI,
        "identifier": [NAME],
        "description": "Made-up tools.",
        "maintainer": ["https://github.com/ada"],
        "dateCreated": "2020-01-02T03:04:05Z",
        "dateModified": "2024-02-03T04:05:06Z",
        "license": ["https://spdx.org/licenses/MIT"],
        "keywords": ["tools", "made-up"],
        "discussionUrl": f"{IRI}/discussions",
    }
    assert mapped("repository", FULL)[0].counters == {
        "forks_count": 2,
        "stargazers_count": 10,
        "subscribers_count": 3,
    }


@pytest.mark.parametrize(
    ("type", "cls"), [("User", "Person"), ("Organization", "Organization"), ("Bot", "Agent"), (None, "Agent")]
)
def test_an_owner_is_what_github_says_and_no_author(type: str | None, cls: str) -> None:
    description, _ = mapped("repository", repository(1, NAME, owner={"login": "acme", "type": type}))
    assert next((stub.iri, stub.cls) for stub in description.stubs) == ("https://github.com/acme", cls)
    assert "author" not in stored_whole(description)["root"]


@pytest.mark.parametrize("license", [None, {"spdx_id": "NOASSERTION", "name": "Other"}, {"spdx_id": None}, {}])
def test_a_license_that_github_does_not_know_is_absent(license: Any) -> None:
    root, _, issues = document("repository", repository(1, NAME, license=license))
    assert ("license" in root, issues) == (False, [])


def test_what_is_empty_or_not_there_is_absent() -> None:
    root, parts, issues = document("repository", {"id": 1, "full_name": NAME, "description": " ", "homepage": ""})
    assert issues == []
    assert root == {"iri": IRI, "class": "SoftwareSourceCode", "name": NAME, "url": IRI, "identifier": [NAME]}
    assert parts == {}


@pytest.mark.parametrize(
    ("field", "value", "issue"),
    [
        ("owner", {"login": "../x"}, "owner.login: "),
        ("pushed_at", "yesterday", "pushed_at: expected a date and time"),
        ("topics", "tools", "topics: "),
        ("parent", {"full_name": "x"}, "parent.full_name: expected the name"),
        ("stargazers_count", -1, "stargazers_count: "),
    ],
)
def test_what_cannot_be_used_is_told_and_the_rest_is_kept(field: str, value: Any, issue: str) -> None:
    root, _, issues = document("repository", {**repository(1, NAME), field: value})
    assert root["name"] == NAME
    assert [each for each in issues if each.startswith(issue)], issues


@pytest.mark.parametrize("wrong", [{"id": "1"}, {"id": 0}, {"id": None}, {"full_name": "tools"}, {"full_name": 5}])
def test_what_cannot_be_told_from_others_is_refused(wrong: dict[str, Any]) -> None:
    for kind in KINDS:
        with pytest.raises(InvalidRecord) as refusal:
            mapped(kind, {**repository(1, NAME), **wrong})
        assert refusal.value.field in wrong


def test_a_repository_is_the_code_that_papers_name() -> None:
    for address in (IRI, f"{IRI}.git", f"{IRI}/tree/main/sub", "http://www.github.com/acme/tools?tab=x"):
        assert code_stub(address) == Stub(github_repository(NAME), "SoftwareSourceCode", NAME)
        assert repository_at(address) == NAME
    # Pages of the site itself are no code.
    for address in (f"{GITHUB}topics/nlp", f"{GITHUB}orgs/acme"):
        assert code_stub(address).iri == address
        assert repository_at(address) is None


def test_a_citation_file() -> None:
    root, parts, issues = document("citation", file(CITATION))
    assert issues == []
    team = next(iri for iri in root["author"] if iri != ADA)
    assert (parts[team]["class"], parts[team]["name"]) == ("Organization", "The Made-up Team")
    assert values(root, parts) == {"title": "Made-up tools"}
    del root["additionalProperty"]
    assert root == {
        "iri": IRI,
        "class": "SoftwareSourceCode",
        "name": NAME,
        "description": "Tools that nobody needs.",
        "author": [ADA, team],
        "version": "1.10",
        "identifier": ["https://doi.org/10.5281/zenodo.1234567"],
        "datePublished": "2024-05-06",
        "license": ["https://spdx.org/licenses/Apache-2.0"],
        "keywords": ["tools"],
        "citation": ["On made-up tools https://doi.org/10.1234/abc.1"],
        "referencePublication": ["https://doi.org/10.1234/abc.1"],
    }
    assert [stub.document() for stub in mapped("citation", file(CITATION))[0].stubs if stub.iri == ADA] == [
        {"iri": ADA, "class": "Person", "name": "Ada Example"}
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.10", "1.10"),
        ("2024.10 # of the autumn", "2024.10"),
        ("3", "3"),
        ("v1.0.0", "v1.0.0"),
        ('"0.10"', "0.10"),
        ("1.0.0-rc.1", "1.0.0-rc.1"),
        ("2.0e3", "2.0e3"),
        ("True", "True"),
    ],
)
def test_a_version_is_a_text(written: str, read: str) -> None:
    root, _, issues = document("citation", file(f"title: t\nversion: {written}\nmessage: m\n"))
    assert (root["version"], issues) == (read, [])


@pytest.mark.parametrize(
    ("work", "publication", "text"),
    [
        ("{type: article, title: T, doi: 10.1234/x}", "https://doi.org/10.1234/x", "T https://doi.org/10.1234/x"),
        (
            "{type: article, title: T, url: 'https://arxiv.org/abs/2401.00001v2'}",
            "https://arxiv.org/abs/2401.00001",
            "T https://arxiv.org/abs/2401.00001v2",
        ),
        (
            "{type: article, title: T, doi: 10.48550/arXiv.2401.00001}",
            "https://arxiv.org/abs/2401.00001",
            "T https://doi.org/10.48550/arxiv.2401.00001",
        ),
        (
            "{type: conference-paper, title: T, identifiers: [{type: doi, value: 10.1234/y}]}",
            "https://doi.org/10.1234/y",
            "T https://doi.org/10.1234/y",
        ),
        ("{type: generic, title: T, doi: 10.1234/x}", "https://doi.org/10.1234/x", "T https://doi.org/10.1234/x"),
        # Zenodo's DOIs are of papers and of software; what is said decides.
        (
            "{type: report, title: T, doi: 10.5281/zenodo.1}",
            "https://doi.org/10.5281/zenodo.1",
            "T https://doi.org/10.5281/zenodo.1",
        ),
        ("{type: generic, title: T, doi: 10.5281/zenodo.1}", None, "T https://doi.org/10.5281/zenodo.1"),
        ("{type: software, title: T, doi: 10.1234/x}", None, "T https://doi.org/10.1234/x"),
        ("{type: generic, title: T}", None, "T"),
    ],
)
def test_publications_are_known_by_type_or_doi(work: str, publication: str | None, text: str) -> None:
    root, _, issues = document("citation", file(f"preferred-citation: {work}\n"))
    assert issues == []
    assert root.get("referencePublication", [None]) == [publication]
    assert root["citation"] == [text]
    # What it refers to besides is cited, but not about it.
    root, _, issues = document("citation", file(f"references: [{work}]\n"))
    assert issues == []
    assert "referencePublication" not in root
    assert root["citation"] == [text]


def test_a_publication_without_an_identifier_is_a_part() -> None:
    root, parts, _ = document(
        "citation", file("preferred-citation: {type: book, title: A book, url: 'https://example.org/b'}\n")
    )
    (iri,) = root["referencePublication"]
    assert iri.startswith(f"{IRI}#article-")
    assert (parts[iri]["class"], parts[iri]["name"], parts[iri]["url"]) == (
        "ScholarlyArticle",
        "A book",
        "https://example.org/b",
    )


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("title: [", "CITATION.cff: is not valid YAML"),
        ("- a list", "CITATION.cff: expected a mapping, got list"),
        ("a: 1\n---\nb: 2\n", None),
        ("authors: &a [{name: x}]\nreferences: *a\n", "CITATION.cff.references: has a YAML alias"),
        ("title: !!python/object:os.system x\n", "CITATION.cff.title: has a YAML tag"),
        (
            "authors: [{given-names: Ada, orcid: 0000-0000-0000-0000}]\n",
            "CITATION.cff.authors.0.orcid: is not an ORCID iD",
        ),
        ("authors: [{affiliation: Nowhere}]\n", "CITATION.cff.authors.0: does not name a person or organization"),
        ("authors: nobody\n", "CITATION.cff.authors: "),
        ("doi: none\n", "CITATION.cff.doi: is not a DOI"),
        ("license: '!'\n", "CITATION.cff.license.0: does not name a license"),
        ("date-released: soon\n", "CITATION.cff.date-released: expected a date"),
        ("references: [{type: article}]\n", "CITATION.cff.references.0: does not name a publication"),
        ("a: " + "[" * 100 + "]" * 100 + "\n", "CITATION.cff: is nested too deeply"),
    ],
)
def test_a_citation_file_with_mistakes(text: str, issue: str | None) -> None:
    root, _, issues = document("citation", file(text))
    assert root["name"] == NAME
    assert [each for each in issues if each.startswith(issue or "")] or issue is None, issues


def test_a_file_of_another_machine_is_read() -> None:
    root, _, issues = document("citation", file("\ufeff---\r\ntitle: T\r\nversion: 1.10\r\n...\r\n"))
    assert (root["version"], issues) == ("1.10", [])


@pytest.mark.parametrize(
    "head", ["%YAML 1.2\n---\n", "# of ours\n%YAML 1.1\n%TAG ! tag:example.org,2024:\n---\n", "\n---\n", ""]
)
def test_directives_before_the_document_are_no_part_of_it(head: str) -> None:
    root, _, issues = document("citation", file(f"{head}abstract: 100 % of it\nversion: 3.20\n...\n"))
    assert (root["version"], root["description"], issues) == ("3.20", "100 % of it", [])


def test_names_and_keywords_are_texts_whatever_yaml_makes_of_them() -> None:
    people = "authors:\n- {given-names: Al, family-names: Null}\n- {name: True}\n"
    root, parts, issues = document("citation", file(f"keywords: [3.10, 2e5, On, yes, 12]\n{people}doi: null\n"))
    assert root["keywords"] == ["3.10", "2e5", "On", "yes", "12"]
    assert [parts[iri]["name"] for iri in root["author"]] == ["Al Null", "True"]
    assert ("identifier" in root, issues) == (False, [])
    root, _, issues = document("citation", file('{"version": 3.10, "keywords": [1.50]}'))
    assert (root["version"], root["keywords"], issues) == ("3.10", ["1.50"], [])


def test_numbers_in_json_are_the_texts_that_they_are_written_as() -> None:
    root, _, issues = document("codemeta", file('{"version": 3.10, "keywords": [2.0e3, 7]}'))
    assert (root["version"], root["keywords"], issues) == ("3.10", ["2.0e3", "7"], [])


def somebody(id: str, name: str) -> dict[str, Any]:
    return {"type": "Person", "id": id, "givenName": name, "familyName": "Example"}


def role(**holder: Any) -> dict[str, Any]:
    return {"type": "Role", "roleName": "Developer", "startDate": "2024-01-01", **holder}


ONE, TWO = somebody("_:p1", "Ada"), somebody("_:p2", "Bo")


@pytest.mark.parametrize(
    ("people", "names"),
    [
        ({"author": [role(author=ONE)]}, ["Ada Example"]),
        (
            {"author": role(**{"schema:author": [ONE, TWO]})},
            ["Ada Example", "Bo Example"],
        ),
        ({"author": [ONE, role(**{"schema:author": "_:p1"})]}, ["Ada Example"]),
        (
            {"author": [somebody("_:p1", "Ada"), role(author={"@id": "_:p1"}), role(author={"id": "_:p1"})]},
            ["Ada Example"],
        ),
        (
            {"author": {"type": ["schema:Role"], "author": "_:p2"}, "contributor": [TWO]},
            ["Bo Example"],
        ),
        ({"author": [role(author={"type": "Organization", "name": "The Team"}), "Cy"]}, ["The Team", "Cy"]),
    ],
)
def test_roles_are_the_people_who_have_them(people: dict[str, Any], names: list[str]) -> None:
    root, parts, issues = document("codemeta", file(json.dumps(people)))
    assert ([parts[iri]["name"] for iri in root["author"]], issues) == (names, [])


def test_a_role_of_somebody_with_an_orcid_id() -> None:
    root, _, issues = document("codemeta", file(json.dumps({"maintainer": role(maintainer=somebody(ADA, "Ada"))})))
    assert (root["maintainer"], issues) == ([ADA], [])
    root, _, issues = document("codemeta", file(json.dumps({"author": [role(author="_:nobody"), role()]})))
    assert issues == [
        "codemeta.json.author.0: does not name a person or organization",
        "codemeta.json.author.1: does not name a person or organization",
    ]


def test_licenses_of_files_are_those_of_spdx_or_of_the_owner() -> None:
    root, _, issues = document("citation", file("license: [MIT, apache-2.0, Our own]\n"))
    *known, own = root["license"]
    assert known == ["https://spdx.org/licenses/MIT", "https://spdx.org/licenses/Apache-2.0"]
    assert (own.rpartition("#license-")[0], issues) == (root["iri"].rpartition("/")[0], [])
    root, _, _ = document("citation", file("license-url: https://example.org/license\n"))
    assert root["license"] == ["https://example.org/license"]
    root, _, _ = document("citation", file("license-url: https://www.gnu.org/licenses/agpl-3.0.en.html\n"))
    assert root["license"] == ["https://spdx.org/licenses/AGPL-3.0"]


CODEMETA_FULL: dict[str, Any] = {
    "@context": "https://w3id.org/codemeta/3.0",
    "type": "SoftwareSourceCode",
    "name": "Made-up tools",
    "description": "Tools.",
    "identifier": {"@type": "PropertyValue", "propertyID": "doi", "value": "10.5281/zenodo.1234567"},
    "author": [
        {"type": "Person", "id": "https://orcid.org/0000-0002-1825-0097", "givenName": "Ada", "familyName": "Example"},
        {"@type": "Organization", "name": "The Team"},
        "Somebody",
    ],
    "contributor": {"@type": "Person", "name": "Grace Sample", "email": "grace@example.org"},
    "maintainer": {"@list": [{"givenName": "Max", "familyName": "Keeper"}]},
    "license": ["https://spdx.org/licenses/Apache-2.0", {"@id": "https://spdx.org/licenses/MIT.html"}],
    "version": 2,
    "softwareVersion": "1.9",
    "dateCreated": "2001-01-01",
    "datePublished": "2024-05-06",
    "keywords": "tools, made up",
    "programmingLanguage": [{"@type": "ComputerLanguage", "name": "Python", "version": "3.12"}, "C"],
    "softwareRequirements": ["numpy>=2", {"name": "Scipy", "version": "1.14"}, "https://example.org/lib"],
    "referencePublication": [
        {"@type": "ScholarlyArticle", "@id": "https://doi.org/10.1234/ABC.1", "name": "On tools"},
        "https://arxiv.org/abs/2401.00001",
        {"name": "A thesis"},
    ],
    "codemeta:developmentStatus": "active",
}


def test_a_codemeta_file() -> None:
    root, parts, issues = document("codemeta", file(json.dumps(CODEMETA_FULL)))
    assert issues == []
    named = {
        name: [(parts[iri]["class"], parts[iri]["name"]) for iri in root.pop(name) if iri in parts]
        for name in ("author", "contributor", "maintainer")
    }
    assert named == {
        "author": [("Organization", "The Team"), ("Agent", "Somebody")],
        "contributor": [("Person", "Grace Sample")],
        "maintainer": [("Person", "Max Keeper")],
    }
    assert values(root, parts) == {
        "softwareName": "Made-up tools",
        "developmentStatus": "active",
        "programmingLanguage": ["Python 3.12", "C"],
        "softwareRequirements": ["numpy>=2", "Scipy 1.14", "https://example.org/lib"],
    }
    *known, thesis = root.pop("referencePublication")
    assert known == ["https://doi.org/10.1234/abc.1", "https://arxiv.org/abs/2401.00001"]
    assert parts[thesis]["name"] == "A thesis"
    del root["additionalProperty"]
    assert root == {
        "iri": IRI,
        "class": "SoftwareSourceCode",
        "name": NAME,
        "description": "Tools.",
        "version": "2",
        "identifier": ["https://doi.org/10.5281/zenodo.1234567"],
        "datePublished": "2024-05-06",
        "license": ["https://spdx.org/licenses/Apache-2.0", "https://spdx.org/licenses/MIT"],
        "keywords": ["tools", "made up"],
    }
    assert next(stub.iri for stub in mapped("codemeta", file(json.dumps(CODEMETA_FULL)))[0].stubs) == ADA


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("{", "codemeta.json: is not valid JSON"),
        ("[]", "codemeta.json: expected an object, got list"),
        ('{"author": [{"email": "x@example.org"}]}', "codemeta.json.author.0: does not name a person or organization"),
        ('{"datePublished": "2024"}', "codemeta.json.datePublished: expected a date"),
        (
            '{"referencePublication": {"author": "x"}}',
            "codemeta.json.referencePublication.0: does not name a publication",
        ),
        ('{"author": ' + "[" * 50 + "]" * 50 + "}", "codemeta.json.author.0"),
        ("[" * 100_000, "codemeta.json: is not valid JSON"),
        ('{"version": NaN}', "codemeta.json: is not valid JSON"),
    ],
)
def test_a_codemeta_file_with_mistakes(text: str, issue: str) -> None:
    root, _, issues = document("codemeta", file(text))
    assert root["name"] == NAME
    assert [each for each in issues if each.startswith(issue)], issues


def test_control_characters_cost_no_more_than_themselves() -> None:
    root, parts, issues = document("codemeta", file('{"description": "one\n\ttwo\x0b3", "version": "3"}'))
    assert (root["description"], root["version"], issues) == ("one\n\ttwo\x0b3", "3", [])
    root, parts, issues = document("citation", file('title: "a\x1bb"\nversion: 3\n'))
    assert (root["version"], issues) == ("3", ["CITATION.cff: has characters that YAML does not allow"])
    assert values(root, parts)["title"] == "a\ufffdb"


@pytest.mark.parametrize("kind", ["citation", "codemeta"])
def test_a_file_that_is_gone_says_nothing(kind: str) -> None:
    root, parts, issues = document(kind, file(None))
    assert (root, parts, issues) == ({"iri": IRI, "class": "SoftwareSourceCode", "name": NAME}, {}, [])


def states() -> list[RecordState]:
    texts = {"citation": CITATION, "codemeta": json.dumps(CODEMETA_FULL)}
    payloads: dict[str, Any] = {
        "repository": FULL,
        **{kind: file(text) for kind, text in texts.items()},
        "readme": {**file("See https://huggingface.co/acme/elm"), "path": "README.md"},
        "tree": {**file(None), "paths": ["README.md"], "count": 1},
        "language": {**file(None), "languages": {"Python": 5}},
        "release": {**file(None), "releases": [{"tag_name": "v1", "published_at": "2024-01-02T03:04:05Z"}]},
    }
    return [
        RecordState(f"github/{kind}/7", stored_whole(mapped(kind, payload)[0]), {})
        for kind, payload in payloads.items()
    ]


def test_the_repository_leads_and_its_files_add_to_it() -> None:
    records = states()
    merged = merge(
        [*records[1:], RecordState(records[0].key, records[0].document, {}, "2024-02-03T04:05:06Z")], precedence()
    )
    root = merged["root"]
    assert (merged["key"], root["description"]) == ("github/repository/7", "Made-up tools.")
    assert root["maintainer"][0] == "https://github.com/ada"
    assert ADA in root["author"]
    assert set(merged["conflicts"]) == {"description", "version"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_says_where_it_comes_from(kind: str) -> None:
    stated = {state.key.split("/")[1]: state.document["root"].keys() for state in states()}[kind] - {"iri", "class"}
    assert stated <= PROVENANCE[kind].keys() <= properties("SoftwareSourceCode").keys()
    assert PROVENANCE[kind].keys() - stated <= {"name"}


def test_what_is_stated_conforms_to_the_shapes() -> None:
    text = "".join(rdf.turtle(state.document, []) for state in states())
    data = Graph().parse(data=rdf.turtle_header() + text, format="turtle")
    shapes = Graph().parse(data=(files("fair4ml") / "data" / "shapes.ttl").read_text("utf-8"), format="turtle")
    conforms, _, told = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, told


FIELDS = sorted(Repository.model_fields)
INNER = [*FIELDS, "login", "type", "spdx_id", "full_name"]
HOSTILE = st.recursive(
    LEAVES | st.sampled_from([NAME, "User", "MIT", "2024-01-02T03:04:05Z", "https://example.org/"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner, max_size=5),
    max_leaves=20,
)
CFF_KEYS = sorted({info.alias or name for name, info in Citation.model_fields.items()})
CFF_INNER = [*CFF_KEYS, "given-names", "family-names", "name", "orcid", "type", "value", "url", "alias"]
CODEMETA_KEYS = sorted({info.alias or name for name, info in CodeMeta.model_fields.items()})
CODEMETA_INNER = [*CODEMETA_KEYS, "@id", "@type", "type", "id", "url", "givenName", "@list", "@value", "value"]


def objects(keys: list[str], inner_keys: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    texts = st.sampled_from([ADA, "10.1234/x", "10.5281/zenodo.1", "MIT", "article", "generic", "Person", "2024-01-02"])
    inner = st.recursive(
        st.none() | st.booleans() | st.integers(-5, 2**70) | st.text(max_size=12) | texts,
        lambda each: st.lists(each, max_size=3) | st.dictionaries(st.sampled_from(inner_keys), each, max_size=4),
        max_leaves=15,
    )
    return st.dictionaries(st.sampled_from(keys), inner, max_size=8)


@given(st.dictionaries(st.sampled_from([name for name in FIELDS if name not in ("id", "full_name")]), HOSTILE))
def test_nothing_that_comes_breaks_the_mapping_of_repositories(fields: dict[str, Any]) -> None:
    description, _ = mapped("repository", {**repository(1, NAME), **fields})
    assert rdf.turtle(stored_whole(description), [])


@given(objects(CFF_KEYS, CFF_INNER))
def test_nothing_in_a_citation_file_breaks_the_mapping(metadata: dict[str, Any]) -> None:
    # JSON is YAML, too.
    description, _ = mapped("citation", file(json.dumps(metadata)))
    assert rdf.turtle(stored_whole(description), [])


@given(objects(CODEMETA_KEYS, CODEMETA_INNER))
def test_nothing_in_a_codemeta_file_breaks_the_mapping(metadata: dict[str, Any]) -> None:
    description, _ = mapped("codemeta", file(json.dumps(metadata)))
    assert rdf.turtle(stored_whole(description), [])


@given(st.sampled_from(["citation", "codemeta"]), st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_a_file(kind: str, content: str | bytes) -> None:
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    try:
        description, _ = mapped(kind, file(text))
    except InvalidRecord as refusal:
        assert refusal.field == "text"  # noqa: PT017
        return
    assert rdf.turtle(stored_whole(description), [])


@given(st.text(max_size=60) | st.from_regex(r"(https?://)?(www\.)?github\.com/[\w./%?#:@-]{0,40}", fullmatch=True))
def test_any_text_names_a_repository_or_none(text: str) -> None:
    found = repository_at(text)
    assert found is None or (is_github_name(found) and github_repository(found).startswith(GITHUB))


def test_the_corpus_is_mapped(corpus: Path) -> None:
    found = answers(corpus)
    assert len(found) > 50
    for each in found:
        description, issues = mapped("repository", each)
        assert issues == []
        root = stored_whole(description)["root"]
        assert {"name", "url", "maintainer", "dateCreated", "additionalProperty"} <= root.keys()
        spdx_id = (each.get("license") or {}).get("spdx_id")
        assert ("license" in root) == (spdx_id not in (None, "NOASSERTION"))
