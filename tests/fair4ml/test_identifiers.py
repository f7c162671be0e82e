from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from fair4ml.identifiers import (
    IRI_PATTERN,
    arxiv,
    bioimage_artifact,
    document_id,
    doi,
    github_repository,
    hugging_face_dataset,
    hugging_face_library,
    hugging_face_license,
    hugging_face_model,
    hugging_face_owner,
    hugging_face_path,
    iris_over_time,
    is_github_name,
    is_repo_id,
    names_an_entity,
    orcid,
    packaged,
    part_iri,
    present_iri,
    spdx,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))
MAKERS = [
    hugging_face_model,
    hugging_face_dataset,
    hugging_face_owner,
    hugging_face_library,
    hugging_face_license,
    spdx,
]


def test_things_of_the_hub_have_the_addresses_of_their_pages() -> None:
    assert hugging_face_model("some-owner/Some_Model.v1") == "https://huggingface.co/some-owner/Some_Model.v1"
    assert hugging_face_model("gpt2") == "https://huggingface.co/gpt2"
    assert hugging_face_dataset("owner/data") == "https://huggingface.co/datasets/owner/data"
    assert hugging_face_owner("some-owner") == "https://huggingface.co/some-owner"
    assert hugging_face_library("transformers.js") == "https://huggingface.co/models?library=transformers.js"
    assert hugging_face_license("openrail++") == "https://huggingface.co/models?license=license:openrail%2B%2B"
    assert spdx("Apache-2.0") == "https://spdx.org/licenses/Apache-2.0"


def test_letters_stay_and_what_an_iri_forbids_is_encoded() -> None:
    assert hugging_face_library("köln 東京") == "https://huggingface.co/models?library=köln%20東京"
    assert hugging_face_model('a"b<c>{d}|e\\f^g`h') == "https://huggingface.co/a%22b%3Cc%3E%7Bd%7D%7Ce%5Cf%5Eg%60h"
    assert hugging_face_model("a\u0085b") == "https://huggingface.co/a%C2%85b"


def test_what_would_end_a_path_or_a_parameter_is_encoded() -> None:
    assert hugging_face_model("a#b?c%d") == "https://huggingface.co/a%23b%3Fc%25d"
    assert hugging_face_library("a&b=c") == "https://huggingface.co/models?library=a%26b%3Dc"


@pytest.mark.parametrize("make", MAKERS)
@given(text=ANY_TEXT)
def test_any_text_gives_an_iri_that_can_be_written(make: Callable[[str], str], text: str) -> None:
    iri = make(text)
    assert re.fullmatch(IRI_PATTERN, iri)
    assert iri.encode("utf-8")


@pytest.mark.parametrize("make", MAKERS)
@given(text=ANY_TEXT, other=ANY_TEXT)
def test_different_texts_give_different_iris(make: Callable[[str], str], text: str, other: str) -> None:
    assert (make(text) == make(other)) == (text == other)


def test_a_moved_dataset_has_one_iri() -> None:
    now, before = "https://huggingface.co/datasets/cais/mmlu", "https://huggingface.co/datasets/hendrycks_test"
    assert hugging_face_dataset("hendrycks_test") == hugging_face_dataset("cais/mmlu") == now
    assert present_iri(before) == present_iri(now) == now
    assert iris_over_time(before) == iris_over_time(now) == [now, before]


@pytest.mark.parametrize(
    "iri", ["https://huggingface.co/datasets/a/b", "https://huggingface.co/datasets/air_dialogue", "glue", "urn:glue"]
)
def test_what_was_not_moved_keeps_its_iri(iri: str) -> None:
    assert present_iri(iri) == iri
    assert iris_over_time(iri) == [iri]


def test_surrogates_in_an_id_are_encoded() -> None:
    assert hugging_face_model("a/\ud800") == "https://huggingface.co/a/%ED%A0%80"


@pytest.mark.parametrize("text", ["gpt2", "owner/name", "0-owner/na.me_v1-2", "_a/b", "x/1"])
def test_ids_of_repositories(text: str) -> None:
    assert is_repo_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a b",
        "a/b/c",
        "/a/b",
        "a/",
        "./a",
        "../a",
        "a..b/c",
        "a--b/c",
        "~/model",
        "C:\\models\\a",
        "https://example.org/a",
        "[a](https://example.org)",
        "a, b",
        "owner/name\n",
        "datasets/name",
        "spaces/name",
        "é/a",
    ],
)
def test_what_is_no_id_of_a_repository(text: str) -> None:
    assert not is_repo_id(text)


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("2301.01234", "https://arxiv.org/abs/2301.01234"),
        ("2301.01234v12", "https://arxiv.org/abs/2301.01234"),
        (" arXiv:1312.6114 ", "https://arxiv.org/abs/1312.6114"),
        ("arxiv: 0704.0001v1", "https://arxiv.org/abs/0704.0001"),
        ("hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ("math.GT/0309136v2", "https://arxiv.org/abs/math/0309136"),
        ("http://arxiv.org/abs/math/0309136v2", "https://arxiv.org/abs/math/0309136"),
        ("https://arxiv.org/pdf/2301.01234v1.pdf", "https://arxiv.org/abs/2301.01234"),
        ("https://www.arxiv.org/pdf/2301.01234", "https://arxiv.org/abs/2301.01234"),
        ("arxiv.org/abs/2301.01234?context=cs#comments", "https://arxiv.org/abs/2301.01234"),
        ("HEP-TH/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ("10.48550/arXiv.2301.01234", "https://arxiv.org/abs/2301.01234"),
        ("http://www.doi.org/10.48550/arXiv.2301.01234", "https://arxiv.org/abs/2301.01234"),
        ("doi:10.48550/ARXIV.2301.01234v2", "https://arxiv.org/abs/2301.01234"),
        ("https://doi.org/10.48550/arxiv.hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ("https://dx.doi.org/10.48550%2FarXiv.2301.01234", "https://arxiv.org/abs/2301.01234"),
        ("https://huggingface.co/papers/2301.01234", "https://arxiv.org/abs/2301.01234"),
        ("hf.co/papers/2301.01234#community", "https://arxiv.org/abs/2301.01234"),
        *(
            (text, "https://arxiv.org/abs/2301.01234")
            for text in (
                *(f"https://export.arxiv.org/{page}/2301.01234" for page in ("abs", "pdf", "html", "format", "ps")),
                "HTTPS://ARXIV.ORG/ABS/2301.01234",
                "arxiv.org/html/2301.01234v3/",
                "2301.01234.pdf",
                "2301.01234/",
                "http://www.huggingface.co/papers/2301.01234",
                "www.hf.co/papers/2301.01234v2",
                "doi: 10.48550/arXiv.2301.01234",
                "http://dx.doi.org/10.48550/arXiv.2301.01234",
                "doi.org/10.48550/arXiv.2301.01234",
                "www.doi.org/10.48550/arXiv.2301.01234",
                "https://doi.org/10.48550%2farxiv.2301.01234?x#y",
                "arXiv:\t2301.01234",
            )
        ),
        ("1412.0001", "https://arxiv.org/abs/1412.0001"),
        ("1501.00001", "https://arxiv.org/abs/1501.00001"),
    ],
)
def test_one_paper_has_one_iri(text: str, iri: str) -> None:
    assert arxiv(text) == iri
    assert arxiv(iri) == iri


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1706",
        "2313.00001",
        "0703.0001",
        "1412.00001",
        "1501.0001",
        "2301.012345",
        "no-archive/9901001",
        "hep-th/9913001",
        "2301.01234 and 2301.01235",
        "https://example.org/abs/2301.01234",
        "https://arxiv.org/list/cs.CL",
        "\u0662301.01234",
        "2301.abcde",
        "ab01.12345",
        "10.48550/2301.01234",
        "10.1000/arXiv.2301.01234",
        "https://huggingface.co/2301.01234",
        "https://huggingface.co/papers/trending",
    ],
)
def test_a_malformed_arxiv_identifier_is_none(text: str) -> None:
    assert arxiv(text) is None


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("10.57967/HF/0001", "https://doi.org/10.57967/hf/0001"),
        ("doi:10.1000/ABC", "https://doi.org/10.1000/abc"),
        (" DOI: 10.1000.10/a/b ", "https://doi.org/10.1000.10/a/b"),
        ("http://dx.doi.org/10.1000/abc", "https://doi.org/10.1000/abc"),
        ("https://doi.org/10.1000%2Fabc", "https://doi.org/10.1000/abc"),
        ("doi.org/10.1000/a%28b%29?query#fragment", "https://doi.org/10.1000/a(b)"),
        ("10.1002/(SICI)1:1<1::AID>3.0", "https://doi.org/10.1002/(sici)1:1%3C1::aid%3E3.0"),
        ("10.1000/a%b", "https://doi.org/10.1000/a%25b"),
        *(
            (f"{resolver}10.1000/abc", "https://doi.org/10.1000/abc")
            for resolver in (
                "doi:",
                "doi: ",
                "doi.org/",
                "dx.doi.org/",
                "www.doi.org/",
                "http://doi.org/",
                "https://www.doi.org/",
                "https://dx.doi.org/",
                "HTTPS://DOI.ORG/",
            )
        ),
        ("10.123456789/a", "https://doi.org/10.123456789/a"),
        ("10.1000.2.3/a", "https://doi.org/10.1000.2.3/a"),
    ],
)
def test_one_doi_has_one_iri(text: str, iri: str) -> None:
    assert doi(text) == iri
    assert doi(iri) == iri


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.1000",
        "10.1000/",
        "11.1000/a",
        "10.1000/a b",
        "see 10.1000/a",
        "https://doi.org/10.1000/%FF",
        "10.1000/\x00",
        "https://doi.org/10.1000/#a",
        "10.100/a",
        "10.1234567890/a",
        "10.1000.x/a",
        "https://doi.org.example/10.1000/a",
        "https://example.org/10.1000/a",
        "https://xx.doi.org/10.1000/a",
        "doi:doi:10.1000/a",
    ],
)
def test_a_malformed_doi_is_none(text: str) -> None:
    assert doi(text) is None


@pytest.mark.parametrize("canonical", [arxiv, doi])
@given(text=ANY_TEXT | ANY_TEXT.map("https://doi.org/10.1000/{}".format) | ANY_TEXT.map("arXiv:2301.01234{}".format))
def test_a_canonical_iri_is_its_own(canonical: Callable[[str], str | None], text: str) -> None:
    iri = canonical(text)
    if iri is not None:
        assert re.fullmatch(IRI_PATTERN, iri)
        assert canonical(iri) == iri


def test_a_part_keeps_its_iri_as_long_as_its_identity() -> None:
    root = "https://huggingface.co/owner/name"
    part = part_iri(root, "evaluation", "task", None, 1)
    assert re.fullmatch(rf"{re.escape(root)}#evaluation-[0-9a-f]{{16}}", part)
    assert part == part_iri(root, "evaluation", "task", None, 1)
    assert part != part_iri(root, "evaluation", "task", 1, None)


@pytest.mark.parametrize(
    "text",
    [
        "0000-0002-1694-233X", " 0000-0002-1694-233x\n", "https://orcid.org/0000-0002-1694-233X/",
        "http://www.orcid.org/0000-0002-1694-233x", "HTTPS://ORCID.ORG/0000-0002-1694-233X",
    ],
)  # fmt: skip
def test_a_person_in_all_spellings(text: str) -> None:
    assert orcid(text) == "https://orcid.org/0000-0002-1694-233X"


@pytest.mark.parametrize("id", ["0000-0001-5109-3700", "0000-0002-1825-0097", "0000-0001-5000-0007"])
def test_a_checksum_of_any_digit(id: str) -> None:
    assert orcid(id) == f"https://orcid.org/{id}"
    for other in set("0123456789X") - {id[-1]}:
        assert orcid(id[:-1] + other) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "0000000218250097", "0000-0002-1825-00970", "x0000-0002-1825-0097", "a000-0002-1825-0097",
        "0000-b002-1825-0097", "0000-0002-c825-0097", "0000-0002-1825-d097", "0000-0002-1825-0097 (Ada)",
        "https://orcidxorg/0000-0002-1825-0097", "https://example.org/0000-0002-1825-0097",
        "\u0660000-0002-1825-0097", "0000-0002-1825-0097//",
    ],
)  # fmt: skip
def test_what_is_no_person(text: str) -> None:
    assert orcid(text) is None


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("lab/tool", True), ("a/b", True), ("Lab-1/.github", True), ("lab/to_ol.js", True), ("x" * 100 + "/y", True),
        ("lab", False), ("lab/", False), ("/tool", False), ("-lab/tool", False), ("lab.x/tool", False),
        ("lab/tool/x", False), ("lab/..", False), ("lab/.", False), ("lab/...", True), ("lab/to ol", False),
        ("x" * 101 + "/y", False), ("lab/" + "y" * 101, False), ("l\u00e4b/tool", False),
        ("topics/vision", False), ("Settings/x", False), ("watching/x", False), ("about/x", False),
    ],
)  # fmt: skip
def test_names_of_repositories(text: str, is_name: bool) -> None:
    assert is_github_name(text) is is_name


def test_a_resource_of_the_zoo() -> None:
    assert bioimage_artifact("a mole") == "https://hypha.aicell.io/bioimage-io/artifacts/a%20mole"


def test_where_the_hub_has_pages_of_its_own_is_no_owner() -> None:
    routes = "api blog collections datasets docs learn models organizations papers settings spaces tasks"
    for route in routes.split():
        assert not is_repo_id(f"{route}/tiny")
        assert is_repo_id(route)
        assert is_repo_id(f"{route}x/tiny")
        assert is_repo_id(f"my-{route}/tiny")


def test_the_archives_of_arxiv_before_numbers_were_given_without_them() -> None:
    archives = """
        acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga
        funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph
        q-alg q-bio quant-ph solv-int supr-con"""
    for archive in archives.split():
        assert arxiv(f"{archive}/9901001v1") == f"https://arxiv.org/abs/{archive}/9901001"
        assert arxiv(f"x{archive}/9901001") is None


def test_pages_of_github_itself_are_nobodys() -> None:
    pages = """
        about account apps assets collections contact customer-stories dashboard edu enterprise events explore features
        gist github-copilot issues join login logout marketplace models new notifications organizations orgs pricing
        pulls readme repos resources search security sessions settings signup site solutions sponsors stars team topics
        trending users watching"""
    for page in pages.split():
        assert not is_github_name(f"{page}/tool")
        assert not is_github_name(f"{page.title()}/tool")
        assert is_github_name(f"{page}x/{page}")


def test_what_nothing_is_said_of_is_an_empty_text() -> None:
    root = "https://huggingface.co/owner/name"
    assert part_iri(root, "x", None, "a") == part_iri(root, "x", "", "a") != part_iri(root, "x", "a")
    assert part_iri(root, "x", 0) != part_iri(root, "x", None)
    assert re.fullmatch(rf"{re.escape(root)}#y-1-x-[0-9a-f]{{16}}", part_iri(f"{root}#y-1", "x"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pkg:github/lab/tool", "lab/tool"), ("PKG:GitHub/lab/tool", "lab/tool"),
        ("pkg:github/lab/tool@1.2", "lab/tool"), ("pkg:github/lab/tool@1@2", "lab/tool@1"),
        ("pkg:github/lab%2Ftool@v1?x=y#src", "lab/tool"),
        ("pkg:github/lab/tool?x=@y", "lab/tool"), ("pkg:github/lab/tool#src", "lab/tool"),
        ("pkg:pypi/lab/tool", None), ("pkg:github/", None), ("see pkg:github/lab/tool", None),
        ("github/lab/tool", None),
    ],
)  # fmt: skip
def test_the_name_in_a_package_url(text: str, name: str | None) -> None:
    assert packaged("github", text) == name


def test_a_repository_has_the_address_of_its_page() -> None:
    assert github_repository("lab/tool") == "https://github.com/lab/tool"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        *(
            (f"{start}/lab/net", "lab/net")
            for start in ("https://huggingface.co", "http://www.huggingface.co", "huggingface.co", "HTTPS://HF.CO",
                          "www.hf.co")
        ),
        ("https://huggingface.co/lab/net/tree/main?x=y#z", "lab/net/tree/main"), ("hf.co/lab#z?", "lab"),
        ("https://huggingface.co", None), ("https://huggingface.co/", None), ("https://huggingface.co/?x", None),
        ("https://huggingface.co.example/lab", None), ("https://x.huggingface.co/lab", None), ("lab/net", None),
        ("see https://huggingface.co/lab", None), ("https://huggingfacexco/lab", None),
    ],
)  # fmt: skip
def test_the_path_of_a_page_of_the_hub(address: str, path: str | None) -> None:
    assert hugging_face_path(address) == path


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize(
    "page",
    [
        "huggingface.co/lab", "huggingface.co/lab/net", "huggingface.co/datasets/nuts",
        "huggingface.co/datasets/lab/nuts", "github.com/lab", "github.com/lab/tool", "GitHub.com/Lab/Tool",
    ],
)  # fmt: skip
def test_an_address_that_an_entity_has(scheme: str, page: str) -> None:
    assert names_an_entity(f"{scheme}://{page}")
    for beside in (f"{page}?x", f"{page}#x", f"{page}/", f"{page}/a/b/c", f"example.org/{page}", f"x.{page}"):
        assert not names_an_entity(f"{scheme}://{beside}")


@pytest.mark.parametrize("start", ["arxiv.org/abs/", "doi.org/", "orcid.org/"])
def test_all_below_some_addresses_are_entities(start: str) -> None:
    for scheme in ("https", "http"):
        assert names_an_entity(f"{scheme}://{start}10.1/x?y#z")
    for other in (start, f"https://example.org/{start}x", f"https://x.{start}x", f"https://{start[:-1]}.example/x"):
        assert not names_an_entity(other)
    assert not names_an_entity(f"https://{start[:-1]}")


def test_the_id_of_a_document_is_the_uuid_that_it_has_in_place_of_an_address() -> None:
    id = "3f2b8a54-9d3c-4e77-8f0a-1b2c3d4e5f60"
    assert str(document_id(f"urn:uuid:{id}")) == id
    # Consumers take no other version.
    for other in (id.replace("-4e77", "-1e77"), id.replace("-8f0a", "-0f0a"), "none"):
        assert document_id(f"urn:uuid:{other}").version == 4
        assert str(document_id(f"urn:uuid:{other}")) != other
