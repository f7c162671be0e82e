"""Licenses of records of all platforms: known ones, those at an address, an owner's own, and unnamed ones."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import NOT_NAMED, is_web_address, stated_licenses
from fair4ml.entities import CreativeWork, Entity, PropertyValue, Stub
from fair4ml.identifiers import IRI_MAX_LENGTH
from fair4ml.platforms.huggingface.licenses import license_values, licenses, repository_owner
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
    [iri], stubs, [part] = stated(" Tern  License", owner=None)
    assert (iri.partition("#")[0], stubs, part.name) == (ROOT, [], "Tern License")
    assert stated("tern license", owner=None)[0] == [iri]


def test_an_owner_has_its_license_as_a_part() -> None:
    [iri], stubs, [part] = stated("Tern License", root=OWNER)
    assert (stubs, part.name) == ([], "Tern License")
    assert stated("Tern License")[0] == [iri]


def test_each_license_is_told_once_in_the_order_of_the_texts() -> None:
    found, _, _ = stated("MIT", "https://x.example/l", None, "bsd-2-clause", "https://opensource.org/license/mit")
    spdx = "https://spdx.org/licenses/"
    assert found == [f"{spdx}MIT", "https://x.example/l", f"{spdx}BSD-2-Clause"]


def test_a_license_at_an_address_is_one_whoever_has_it() -> None:
    address = "https://tern.example.org/terms#v2"
    assert stated(address) == ([address], [Stub(address, "License", address)], [])
    assert stated(f" {address} ", root="https://github.com/ada/tern", owner=None)[0] == [address]


@pytest.mark.parametrize(
    "address",
    [
        "https://huggingface.co/bob",
        "https://huggingface.co/bob/gull",
        "http://huggingface.co/bob/gull",
        "https://huggingface.co/datasets/gulls",
        "https://huggingface.co/datasets/bob/gull",
        "https://github.com/bob",
        "https://github.com/bob/gull",
        "https://GitHub.com/Bob/Gull",
        "http://github.com/bob/gull",
        "https://arxiv.org/abs/2401.00001",
        "https://arxiv.org/abs/math/0309136?x=1",
        "https://doi.org/10.1/x",
        "https://orcid.org/0000-0002-1694-233X",
        "https://example.org/root",
    ],
)
def test_the_address_of_something_else_is_no_license(address: str) -> None:
    [iri], stubs, [part] = stated(address, root="https://example.org/root")
    assert (iri == address, stubs, part.name, part.url) == (False, [], address, address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            f"https://{site}{page}"
            for site in ("huggingface.co/bob", "huggingface.co/bob/gull", "github.com/bob", "github.com/bob/gull",
                         "huggingface.co/datasets/gulls", "huggingface.co/datasets/bob/gull")
            for page in ("?tab=terms", "#terms")
        ),
        "https://github.com/bob/gull/blob/main/LICENSE", "https://huggingface.co/bob/gull/blob/main/LICENSE",
        "https://huggingface.co/datasets/bob/gull/blob/main/LICENSE",
        "https://example.org/github.com/bob", "https://example.org/root/x", "https://arxiv.org/help/license",
        "https://arxiv.org/absx", "https://doi.organ.example/x", "https://huggingface.co.example/bob/gull",
        "https://githubxcom/bob", "https://orcid.org.example/x",
    ],
)  # fmt: skip
def test_a_page_below_or_beside_something_else_may_be_a_license(address: str) -> None:
    assert stated(address, root="https://example.org/root") == ([address], [Stub(address, "License", address)], [])


def test_one_address_of_the_web() -> None:
    longest = "https://x.example/".ljust(IRI_MAX_LENGTH, "a")
    for text in ("https://a", "http://a", " https://a.example/x?y=z#u\n", longest, f" {longest} "):
        assert is_web_address(text)
    for text in ("", "https://", "http:/a", "ftp://a", "xhttps://a", "https://a b", "https://a\x7f", f"{longest}a"):
        assert not is_web_address(text)
    for character in '\x00\x1f <>"{}|\\^`':
        assert not is_web_address(f"https://a{character}b")


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
    assert issues("mit", text) == [("license.1", "does not name a license")]


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


def of_card(*tags: str, **card: object) -> list[str | None]:
    """The names of the licenses of a card, and of tags."""
    return told(*tags, **card)[0]


def told(*tags: str, **card: object) -> tuple[list[str | None], str | None, list[tuple[str, str]]]:
    """The names of licenses, where they come from if not from where they are expected, and the issues."""
    draft = Draft(ROOT)
    found = licenses(draft, RepositoryCard.model_validate(card), list(enumerate(tags, 7)))
    description = draft.finish(CreativeWork(iri=ROOT), {})
    names = {stub.iri: stub.name for stub in description.stubs} | {part.iri: part.name for part in description.parts}
    reasons = [(issue.field, issue.reason) for issue in description.issues]
    return [names[iri] for iri in found], draft.exceptions.get("license"), reasons


GNU, CC, OSI, SPDX = (
    "https://www.gnu.org/licenses", "https://creativecommons.org", "https://opensource.org/license",
    "https://spdx.org/licenses",
)  # fmt: skip
ODC = "https://opendatacommons.org/licenses"


@pytest.mark.parametrize(
    ("name", "link", "license"),
    [
        ("Affero GPL version 3", f"{GNU}/agpl-3.0.html", "affero gpl version 3"),
        ("GNU Affero General Public License v3", f"{GNU}/agpl-3.0.html", "AGPL-3.0"),
        ("GNU General Public Licence, version 3", f"{GNU}/gpl-3.0.html", "GPL-3.0"),
        ("GNU Lesser General Public License 2.1", f"{GNU}/lgpl-2.1.html", "LGPL-2.1"),
        ("GNU Lesser General Public License 2.1", f"{GNU}/gpl-2.0.html", "gnu lesser general public license 2.1"),
        ("The Berkeley (BSD) 3 Clause License", f"{OSI}/bsd-3-clause", "BSD-3-Clause"),
        ("New BSD License", f"{OSI}/bsd-3-clause", "BSD-3-Clause"),
        ("Revised BSD License", f"{OSI}/bsd-3-clause", "BSD-3-Clause"),
        ("Simplified BSD License", f"{OSI}/bsd-2-clause", "BSD-2-Clause"),
        ("BSD 4 Clause", f"{OSI}/bsd-3-clause", "bsd 4 clause"),
        ("Boost Software License", "https://www.boost.org/LICENSE_1_0.txt", "BSL-1.0"),
        ("Common Development and Distribution License", f"{SPDX}/CDDL-1.0", "CDDL-1.0"),
        ("Community Data License Agreement, Permissive", f"{SPDX}/CDLA-Permissive-2.0", "CDLA-Permissive-2.0"),
        ("Eclipse Public License v2.0", f"{OSI}/epl-2-0", "EPL-2.0"),
        ("European Union Public Licence v 1.2", f"{SPDX}/EUPL-1.2", "EUPL-1.2"),
        ("Mozilla Public License Version 2.0", "https://www.mozilla.org/MPL/2.0/", "MPL-2.0"),
        ("Creative Commons Zero", f"{CC}/publicdomain/zero/1.0/", "CC0-1.0"),
        ("CC0 1.0 Universal", f"{CC}/publicdomain/zero/1.0/", "CC0-1.0"),
        ("Creative Commons Attribution 4.0 International", f"{CC}/licenses/by/4.0/", "CC-BY-4.0"),
        ("Creative Commons Attribution 3.0 Unported", f"{CC}/licenses/by/3.0/", "CC-BY-3.0"),
        ("Creative Commons Attribution 2.0 Generic", f"{CC}/licenses/by/2.0/", "CC-BY-2.0"),
        ("Attribution-NonCommercial", f"{CC}/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("Attribution Non-Commercial", f"{CC}/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("Attribution-NoDerivatives", f"{CC}/licenses/by-nd/4.0/", "CC-BY-ND-4.0"),
        ("Attribution-NoDerivs", f"{CC}/licenses/by-nd/3.0/", "CC-BY-ND-3.0"),
        ("Attribution, No Derivatives", f"{CC}/licenses/by-nd/4.0/", "CC-BY-ND-4.0"),
        ("Attribution-ShareAlike", f"{CC}/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("Attribution, Share Alike", f"{CC}/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("Attribution-ShareAlike", f"{CC}/licenses/by/4.0/", "attribution-sharealike"),
        ("Open Data Commons Attribution License", f"{ODC}/by/", "ODC-By-1.0"),
        ("Open Data Commons Open Database License (ODC ODbL)", f"{ODC}/odbl/", "ODbL-1.0"),
        ("Open Data Commons Public Domain Dedication (ODC PDDL)", f"{ODC}/pddl/", "PDDL-1.0"),
        ("The terms of use of a software under agreement for MIT", f"{OSI}/mit", "MIT"),
        ("modified MIT", f"{OSI}/mit", "modified mit"),
        ("Gemma Terms of Use", "https://choosealicense.com/licenses/gemma", "gemma"),
        ("llama 3.2 community license agreement", "https://choosealicense.com/licenses/llama3.2", "llama3.2"),
    ],
)  # fmt: skip
def test_a_name_that_says_what_its_link_says_is_no_license_of_its_own(name: str, link: str, license: str) -> None:
    assert of_card(license="other", license_name=name, license_link=link) == [license]


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
        ("tern-open", "none", "tern-open"),
        ("mit", "https://www.apache.org/licenses/LICENSE-2.0", "MIT"),
        ("none", "https://tern.example.org/open", "https://tern.example.org/open"),
        ("unknown", "LICENSE.md", f"{ROOT}/blob/main/LICENSE.md"),
        ("other", "https://spdx.org/licenses/Zlib.html", "Zlib"),
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
    assert of_card(license="unknown", license_name="cc-by-4.0") == ["CC-BY-4.0"]
    assert of_card("unknown", license=[None], license_name="cc-by-4.0") == ["CC-BY-4.0"]
    assert of_card("mit", license_name="cc-by-4.0") == ["MIT"]
    assert of_card("other", "mit", license_name="mit") == ["MIT"]


def test_where_a_license_comes_from_is_told() -> None:
    beside = "cardData.license_name, cardData.license_link"
    assert told(license="mit") == (["MIT"], None, [])
    assert told("mit") == (["MIT"], "tags", [])
    assert told("bsd-2-clause", license=[None]) == (["BSD-2-Clause"], "tags", [])
    assert told("bsd-2-clause", license="mit") == (["MIT", "BSD-2-Clause"], None, [])
    assert told("mit", license_name="zlib", license="other") == (["MIT", "Zlib"], beside, [])
    assert told(license_link="https://spdx.org/licenses/Zlib.html") == (["Zlib"], beside, [])


def test_what_names_no_license_is_told_with_its_place() -> None:
    reason = "does not name a license"
    assert told("none", license=["mit", "n/a"])[2] == [("cardData.license.1", reason), ("tags.7", reason)]
    assert told(license="other", license_name="n/a") == ([NOT_NAMED], None, [("cardData.license_name", reason)])
    assert told(license="other", license_name="unknown") == ([NOT_NAMED], None, [])
    assert told(license_name=None) == ([], None, [])


LETTERS, REST = divmod(IRI_MAX_LENGTH - len(f"{ROOT}/blob/main/"), 9)
LONG = "\u6771" * LETTERS + "x" * REST


@pytest.mark.parametrize(
    ("link", "address"),
    [
        (" https://tern.example.org/open ", "https://tern.example.org/open"),
        ("LICENSE", f"{ROOT}/blob/main/LICENSE"),
        ("licence", f"{ROOT}/blob/main/licence"),
        ("terms of use/a.md", f"{ROOT}/blob/main/terms%20of%20use/a.md"),
        (LONG, f"{ROOT}/blob/main/{quote(LONG)}"),
    ],
)
def test_a_link_is_an_address_or_leads_to_a_file(link: str, address: str) -> None:
    assert values(link) == ({"licenseLink": address}, [])
    assert of_card(license="other", license_link=link) == [address]


@pytest.mark.parametrize("link", [f"{LONG}x", "s3://tern/LICENSE", "../LICENSE", "a/../LICENSE", "/LICENSE"])
def test_a_link_that_leads_nowhere_is_an_issue(link: str) -> None:
    assert values(link) == ({}, [("cardData.license_link", "is not a web address")])
    assert of_card(license="other", license_link=link) == [NOT_NAMED]


@pytest.mark.parametrize("link", ["none", "n/a", "-", None])
def test_a_word_for_no_link_is_none(link: str | None) -> None:
    assert values(link) == ({}, [])
    assert of_card(license="other", license_link=link) == [NOT_NAMED]


def values(link: str | None, name: str | None = None) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """The values that a card gives its license, and the issues."""
    draft = Draft(ROOT)
    found = license_values(draft, RepositoryCard.model_validate({"license_link": link, "license_name": name}))
    description = draft.finish(CreativeWork(iri=ROOT), {})
    given = {part.iri: part for part in description.parts if isinstance(part, PropertyValue)}
    issues = [(issue.field, issue.reason) for issue in description.issues]
    return {given[iri].property_id or "": given[iri].value for iri in found}, issues


def test_a_name_is_kept_as_a_value() -> None:
    assert values(None, "Tern  License") == ({"licenseName": "Tern  License"}, [])
    assert values("LICENSE", "t") == ({"licenseName": "t", "licenseLink": f"{ROOT}/blob/main/LICENSE"}, [])


@given(st.text())
def test_any_text_is_a_license_or_none(text: str) -> None:
    found, stubs, parts = stated(text)
    assert set(found) == {stub.iri for stub in stubs} | {part.iri for part in parts}
    assert len(found) <= 1
