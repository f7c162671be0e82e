from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from fair4ml.entities import CLASSES
from fair4ml.identifiers import IRI_PATTERN
from fair4ml.normalize.licenses import HUB_LICENSES, SPDX_IDS, is_other, is_unspecified, license_stub, names_nothing

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("hub_id", "spdx_id"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("Apache-2.0", "Apache-2.0"),
        (" MIT ", "MIT"),
        ("cc-by-sa-3.0", "CC-BY-SA-3.0"),
        ("cc0-1.0", "CC0-1.0"),
        ("bsl-1.0", "BSL-1.0"),
        ("ms-pl", "MS-PL"),
        ("zlib", "Zlib"),
        ("postgresql", "PostgreSQL"),
        ("unlicense", "Unlicense"),
        ("wtfpl", "WTFPL"),
        ("etalab-2.0", "etalab-2.0"),
        ("openmdw-1.0", "OpenMDW-1.0"),
    ],
)
def test_an_spdx_identifier_in_any_case_is_the_spdx_license(hub_id: str, spdx_id: str) -> None:
    stub = license_stub(hub_id)
    assert stub is not None
    assert (stub.iri, stub.cls, stub.name) == (f"https://spdx.org/licenses/{spdx_id}", "License", spdx_id)


@pytest.mark.parametrize(
    ("hub_id", "spdx_id"),
    [
        ("pddl", "PDDL-1.0"),
        ("odbl", "ODbL-1.0"),
        ("odc-by", "ODC-By-1.0"),
        ("lgpl-lr", "LGPLLR"),
        ("c-uda", "C-UDA-1.0"),
    ],
)
def test_another_spelling_of_the_only_version_of_an_spdx_license_is_that_license(hub_id: str, spdx_id: str) -> None:
    stub = license_stub(hub_id)
    assert stub is not None
    assert stub.name == spdx_id
    assert spdx_id in SPDX_IDS


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://opensource.org/license/mpl-2-0", "MPL-2.0"),
        ("https://opensource.org/licenses/MPL-2.0-license", "MPL-2.0"),
        ("https://opensource.org/license/bsd-3-clause/", "BSD-3-Clause"),
        ("http://www.opensource.org/licenses/mit-license.php", "MIT"),
        ("https://opensource.org/licenses/BSL-1.0", "BSL-1.0"),
        ("opensource.org/license/isc-license-txt", "ISC"),
        ("https://opensource.org/license/uoi-ncsa-php", "NCSA"),
        ("https://opensource.org/license/agpl-v3", "AGPL-3.0"),
        ("https://opensource.org/licenses/gpl-license", "gpl"),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://www.apache.org/licenses/LICENSE-1.1", "Apache-1.1"),
        ("https://www.gnu.org/licenses/lgpl-3.0.en.html", "LGPL-3.0"),
        ("https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt", "GPL-2.0"),
        ("https://gnu.org/licenses/agpl-3.0-standalone.html#section13", "AGPL-3.0"),
        ("https://www.gnu.org/licenses/fdl-1.2.zh-cn.html", "GFDL-1.2"),
        ("https://www.gnu.org/copyleft/lesser.html", None),
        ("https://www.gnu.org/licenses/gpl.html", "gpl"),
        ("https://creativecommons.org/licenses/by/4.0/?ref=chooser-v1", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/deed.zh_Hans", "CC-BY-NC-ND-4.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/de/legalcode", "CC-BY-SA-3.0-DE"),
        ("https://creativecommons.org/licenses/by-sa/3.0/fr/", None),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode.txt", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("https://creativecommons.org/licenses/by/", None),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("http://opendatacommons.org/licenses/pddl/1.0/", "PDDL-1.0"),
        ("https://opendatacommons.org/licenses/by/summary/", "ODC-By-1.0"),
        ("https://spdx.org/licenses/CC-BY-SA-4.0.html#licenseText", "CC-BY-SA-4.0"),
        ("https://www.mozilla.org/en-US/MPL/1.1/", "MPL-1.1"),
        ("https://choosealicense.com/licenses/llama3.1/", "llama3.1"),
        ("https://huggingface.co/models?license=license:openrail%2B%2B", "openrail++"),
        ("https://unlicense.org/", "Unlicense"),
        (" https://unlicense.org/\n", "Unlicense"),
        ("http://creativecommons.org/licenses/publicdomain/", "CC-PDDC"),
        ("https://creativecommons.org/licenses/publicdomain/deed.en", "CC-PDDC"),
        ("https://www.boost.org/LICENSE_1_0.txt", "BSL-1.0"),
        ("https://www.gnu.org/licenses/gpl-3.0.de.txt", "GPL-3.0"),
        ("https://www.gnu.org/licenses/fdl.html", "gfdl"),
        ("https://opendatacommons.org/licenses/by/1-0", "ODC-By-1.0"),
        ("http://mozilla.org/MPL/2.0/index.txt", "MPL-2.0"),
        ("https://spdx.org/licenses/MIT.json", "MIT"),
        ("https://huggingface.co/models?license=license%3Aopenrail", "openrail"),
        ("https://opensource.org/license/mit-license.html", "MIT"),
        ("https://www.gnu.org/copyleft/gpl.html", "gpl"),
        ("https://creativecommons.org/licenses/by/40/", None),
        ("https://unlicense.org/x", None),
        ("https://www.boost.org/LICENSE_1_1.txt", None),
        ("http://www.apache.org/licenses/", None),
        ("https://opensource.org/licenses", None),
        ("https://example.org/licenses/MIT", None),
        ("HTTPS://OPENDATACOMMONS.ORG/LICENSES/BY/1.0", "ODC-By-1.0"),
        ("https://opendatacommons.org/licenses/ODBL/summary", "ODbL-1.0"),
        ("https://opendatacommons.org/licenses/by/2.0", None),
        ("HTTP://WWW.GNU.ORG/LICENSES/FDL-1.2.HTML", "GFDL-1.2"),
        ("https://www.gnu.org/licenses/GPL-3.0", "GPL-3.0"),
        ("https://https://unlicense.org", None),
        ("unlicense.org?x#y", "Unlicense"),
        *(
            (f"https://www.gnu.org/licenses/gpl-3.0{end}", "GPL-3.0")
            for end in (
                ".html",
                ".htm",
                ".txt",
                ".md",
                ".tex",
                ".xml",
                ".odt",
                ".rtf",
                ".pt-br.html",
                "-standalone.html",
            )
        ),
        *(
            (f"https://creativecommons.org/licenses/by/4.0{end}", "CC-BY-4.0")
            for end in ("", "/", "/legalcode", "/deed", "/legalcode.en", "/deed.pt-BR", "/deed#x", "?x=1", "/rdf")
        ),
        *(
            (f"https://spdx.org/licenses/Zlib{end}", "Zlib")
            for end in ("", ".html", ".json", ".txt", ".jsonld", ".rdf")
        ),
        *(
            (f"https://opensource.org/licenses/Zlib{end}", "Zlib")
            for end in ("", ".html", ".htm", ".php", ".txt", ".json", ".md", "-php", "-license")
        ),
        *((f"https://apache.org/licenses/license-2.0{end}", "Apache-2.0") for end in ("", ".html", ".htm", ".txt")),
        *((f"https://mozilla.org/{place}MPL/2.0", "MPL-2.0") for place in ("", "de/", "en-GB/")),
        *(
            (f"https://creativecommons.org/publicdomain/{page}", name)
            for page, name in (
                ("zero/1.0", "CC0-1.0"),
                ("zero/1.0/deed.de", "CC0-1.0"),
                ("mark/1.0/deed", "CC-PDM-1.0"),
                ("zero/2.0", None),
                ("mark/2.0", None),
                ("zero", None),
            )
        ),
        ("https://creativecommons.org/licenses/by/4.0/x", None),
        ("https://www.gnu.org/licenses/bgpl-3.0", None),
        ("https://www.gnu.org/licenses/gpl-3.0.doc", None),
        ("https://huggingface.co/models?license=mit", None),
        ("https://www.choosealicense.com/licenses/mit#x", "MIT"),
    ],
)
def test_the_address_of_a_page_that_publishes_a_license_is_that_license(address: str, name: str | None) -> None:
    stub = license_stub(address)
    assert (stub.name if stub else None) == name


@pytest.mark.parametrize("text", ["GPL-3", "gpl-2", "LGPL-3", "agpl-3"])
def test_a_number_of_which_there_is_one_version_is_that_version(text: str) -> None:
    assert license_stub(text) == license_stub(f"{text}.0")


@pytest.mark.parametrize("hub_id", ["gpl-3.0", "gpl-2.0", "lgpl-3.0", "lgpl-2.1", "agpl-3.0"])
def test_a_deprecated_spdx_identifier_is_kept_rather_than_guessed_to_mean_only_or_or_later(hub_id: str) -> None:
    stub = license_stub(hub_id)
    assert stub is not None
    assert stub.name == hub_id.upper()


@pytest.mark.parametrize("family", ["bsd", "cc", "gfdl", "gpl", "lgpl", "openrail"])
def test_a_family_is_no_license_of_spdx(family: str) -> None:
    stub = license_stub(family)
    assert stub is not None
    assert stub.iri == f"https://huggingface.co/models?license=license:{family}"


@pytest.mark.parametrize(
    ("hub_id", "iri", "name"),
    [
        ("Gemma", "https://huggingface.co/models?license=license:gemma", "gemma"),
        ("llama3.1", "https://huggingface.co/models?license=license:llama3.1", "llama3.1"),
        ("openrail++", "https://huggingface.co/models?license=license:openrail%2B%2B", "openrail++"),
    ],
)
def test_a_license_that_only_the_hub_knows_has_the_hubs_page(hub_id: str, iri: str, name: str) -> None:
    stub = license_stub(hub_id)
    assert stub is not None
    assert (stub.iri, stub.cls, stub.name) == (iri, "License", name)


@pytest.mark.parametrize("hub_id", ["other", "Unknown", "", "  ", "???"])
def test_what_names_no_license_is_told_from_what_is_not_recognized(hub_id: str) -> None:
    assert license_stub(hub_id) is None
    assert is_unspecified(hub_id)


@pytest.mark.parametrize("hub_id", ["apache-2", "my own license", "https://example.org/LICENSE", "mit OR apache-2.0"])
def test_what_is_in_neither_list_is_not_recognized(hub_id: str) -> None:
    assert license_stub(hub_id) is None
    assert not is_unspecified(hub_id)


def test_the_lists_do_not_overlap() -> None:
    folded = {spdx_id.lower() for spdx_id in SPDX_IDS}
    assert len(folded) == len(SPDX_IDS)
    assert not folded & HUB_LICENSES.keys()
    assert not any(is_unspecified(known) or names_nothing(known) for known in folded | HUB_LICENSES.keys())


def test_every_license_has_an_iri_of_its_own_and_a_name_that_finds_it() -> None:
    stubs = [license_stub(name) for name in sorted(SPDX_IDS | HUB_LICENSES.keys())]
    assert [stub.name for stub in stubs if stub] == sorted(SPDX_IDS | HUB_LICENSES.keys())
    assert len({stub.iri for stub in stubs if stub}) == len(stubs)
    assert all(re.fullmatch(IRI_PATTERN, stub.iri) and stub.cls in CLASSES for stub in stubs if stub)


@given(ANY_TEXT)
def test_any_text_is_answered(text: str) -> None:
    stub = license_stub(text)
    assert stub is None or license_stub(stub.name or "") == stub
    assert stub is None or not is_unspecified(text)


def test_what_names_no_license_is_told_apart_also_where_it_is_an_address() -> None:
    page = "https://huggingface.co/models?license=license:"
    for text in ("other", " Other ", f"{page}other"):
        assert (is_other(text), is_unspecified(text), names_nothing(text)) == (True, True, False)
    for text in ("unknown", f"{page}Unknown", "???"):
        assert (is_other(text), is_unspecified(text)) == (False, True)
    for text in (
        "N/A",
        f"{page}none",
        "{{ license }}",
        "{{}}",
        "[needed]",
        "[More information\nneeded]",
        "...",
        "No License",
    ):
        assert (is_other(text), is_unspecified(text), names_nothing(text)) == (False, False, True)
    for text in ("mit", f"{page}mit", "license {{ x }}", "[needed", "my own"):
        assert (is_other(text), is_unspecified(text), names_nothing(text)) == (False, False, False)
