"""Licenses of records of all platforms: known ones, those at an address, an owner's own, and unnamed ones."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import NOT_NAMED, stated_licenses
from fair4ml.entities import CreativeWork, Entity, Stub
from fair4ml.platforms.huggingface.licenses import licenses, repository_owner
from fair4ml.platforms.huggingface.repository_source import RepositoryCard

ROOT, OWNER = "https://huggingface.co/ada/tern", "https://huggingface.co/ada"


def stated(
    *texts: str | None, root: str = ROOT, owner: str | None = OWNER
) -> tuple[list[str], list[Stub], list[Entity]]:
    """The IRIs, and what is told of them."""
    draft = Draft(root)
    found = stated_licenses(draft, owner, [(f"license.{n}", text) for n, text in enumerate(texts)])
    description = draft.finish(CreativeWork(iri=root), {})
    return found, description.stubs, description.parts


def issues(*texts: str) -> list[tuple[str, str]]:
    draft = Draft(ROOT)
    stated_licenses(draft, OWNER, [(f"license.{n}", text) for n, text in enumerate(texts)])
    return [(issue.field, issue.reason) for issue in draft.finish(CreativeWork(iri=ROOT), {}).issues]


def test_a_custom_license_is_one_of_its_owner_however_it_is_spelled() -> None:
    [first], [stub], parts = stated("Tern  License 1.0")
    assert (first, parts) == (stub.iri, [])
    assert first.startswith(f"{OWNER}#license-")
    assert (stub.cls, stub.name) == ("License", "tern license 1.0")
    assert stated("tern license 1.0 ", root=f"{OWNER}/gull") == ([first], [stub], [])
    assert stated("TERN LICENSE 1.0", owner="https://huggingface.co/bob")[0] != [first]


def test_without_an_owner_a_custom_license_is_a_part() -> None:
    [iri], stubs, [part] = stated("Tern License", owner=None)
    assert (iri.partition("#")[0], stubs, part.name) == (ROOT, [], "Tern License")


def test_a_license_at_an_address_is_one_whoever_has_it() -> None:
    address = "https://tern.example.org/terms#v2"
    assert stated(address) == ([address], [Stub(address, "License", address)], [])
    assert stated(f" {address} ", root="https://github.com/ada/tern", owner=None)[0] == [address]


@pytest.mark.parametrize(
    "address",
    [
        "https://huggingface.co/bob/gull",
        "https://huggingface.co/datasets/bob/gull",
        "https://github.com/bob/gull",
        "https://arxiv.org/abs/2401.00001",
        "https://doi.org/10.1/x",
        "https://example.org/root",
    ],
)
def test_the_address_of_something_else_is_no_license(address: str) -> None:
    [iri], stubs, [part] = stated(address, root="https://example.org/root")
    assert (iri == address, stubs, part.url) == (False, [], address)


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/bob/gull/blob/main/LICENSE", "https://github.com/bob?tab=terms",
        "https://github.com/bob/gull#x",
        "https://huggingface.co/bob/gull/blob/main/LICENSE", "https://huggingface.co/bob/gull?x=1",
        "https://example.org/github.com/bob", "https://arxiv.org/help/license",
    ],
)  # fmt: skip
def test_a_page_below_or_beside_something_else_may_be_a_license(address: str) -> None:
    assert stated(address) == ([address], [Stub(address, "License", address)], [])


def test_a_license_that_is_not_named_is_each_things_own_and_shows() -> None:
    [iri], stubs, [part] = stated("other", "Other", "https://choosealicense.com/licenses/other/")
    assert (iri.startswith(f"{ROOT}#license-"), stubs, part.name) == (True, [], NOT_NAMED)
    assert stated("other", root=f"{OWNER}/gull")[0] != [iri]
    assert issues("other") == []


@pytest.mark.parametrize("text", ["unknown", "???", "https://choosealicense.com/licenses/unknown/", "", "  "])
def test_what_is_not_known_is_absent_without_an_issue(text: str) -> None:
    assert (stated(text, None), issues(text)) == (([], [], []), [])


@pytest.mark.parametrize(
    "text",
    [
        "None",
        "N/A",
        "null",
        "undefined",
        "License",
        "not specified",
        "-",
        "any valid license identifier",
        "[More Information Needed]",
        "{{ license }}",
        "?!",
    ],
)
def test_a_word_for_nothing_is_an_issue(text: str) -> None:
    assert stated(text) == ([], [], [])
    assert issues("mit", text) == [("license.1", "names no license")]


@pytest.mark.parametrize(
    ("iri", "owner"),
    [
        ("https://huggingface.co/ada/tern", "https://huggingface.co/ada"),
        ("https://huggingface.co/datasets/ada/tern", "https://huggingface.co/ada"),
        ("https://huggingface.co/tern", None),
        ("https://huggingface.co/datasets/tern", None),
    ],
)
def test_the_owner_of_a_repository_is_in_its_id(iri: str, owner: str | None) -> None:
    assert repository_owner(iri) == owner


def of_card(**card: object) -> list[str | None]:
    """The names of the licenses of a card."""
    draft = Draft(ROOT)
    found = licenses(draft, RepositoryCard.model_validate(card), [])
    description = draft.finish(CreativeWork(iri=ROOT), {})
    names = {stub.iri: stub.name for stub in description.stubs} | {part.iri: part.name for part in description.parts}
    return [names[iri] for iri in found]


@pytest.mark.parametrize(
    ("name", "link", "license"),
    [
        ("bsd-2-clause", None, "BSD-2-Clause"),
        ("llama3.2", "LICENSE.txt", "llama3.2"),
        ("GNU Affero General Public License v3.0", "https://www.gnu.org/licenses/agpl-3.0.html", "AGPL-3.0"),
        ("CC BY NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("CC BY NC 4.0", "https://creativecommons.org/licenses/by/4.0/", "cc by nc 4.0"),
        (
            "Apache 2.0 with Commons Clause",
            "https://www.apache.org/licenses/LICENSE-2.0",
            "apache 2.0 with commons clause",
        ),
        ("tern-open", "https://tern.example.org/open", "https://tern.example.org/open"),
        ("tern-open", "LICENSE", "tern-open"),
        ("other", None, NOT_NAMED),
        (None, "https://spdx.org/licenses/Zlib.html", "Zlib"),
        ("https://opensource.org/license/zlib", None, "Zlib"),
        (None, "LICENSE", f"{ROOT}/blob/main/LICENSE"),
        (None, None, NOT_NAMED),
    ],
)
def test_other_is_what_its_name_or_link_says(name: str | None, link: str | None, license: str) -> None:
    assert of_card(license="other", license_name=name, license_link=link) == [license]


def test_a_name_beside_a_known_license_is_no_second_one() -> None:
    assert of_card(license="apache-2.0", license_name="m", license_link="https://m.example.org/l") == ["Apache-2.0"]
    assert of_card(license=["mit", "other"], license_name="cc-by-4.0") == ["MIT", "CC-BY-4.0"]
    assert of_card(license=["mit", "other"]) == ["MIT", NOT_NAMED]
    assert of_card(license="none", license_name="cc-by-4.0") == ["CC-BY-4.0"]


@given(st.text())
def test_any_text_is_a_license_or_none(text: str) -> None:
    found, stubs, parts = stated(text)
    assert set(found) == {stub.iri for stub in stubs} | {part.iri for part in parts}
    assert len(found) <= 1
