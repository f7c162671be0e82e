"""What PDF files say about themselves, and what programs say in their place."""

from __future__ import annotations

from typing import Any

import pytest
from support.pdf_files import listed, pdf_file
from support.web_pages import PARAGRAPHS

from fair4ml.read.pdf import read_pdf

pytestmark = pytest.mark.extra(name="documents")

URL = "https://terns.test/papers/counting%20terns.pdf"


def stated(url: str = URL, **parts: Any) -> dict[str, Any]:
    read = read_pdf(pdf_file("\n".join(PARAGRAPHS), **parts), url)
    return {name: value for name, value in read.items() if name not in ("text", "links")}


def info(**values: str) -> dict[str, Any]:
    return stated(info=values)


def test_the_dictionary_of_properties_is_read() -> None:
    assert info(
        Title="Counting  terns\n in two summers",
        Author="Ada Example; Bo Sample",
        Subject="How a small question counts more birds than a large network",
        Keywords="terns, counting; terns",
        CreationDate="D:20240102030405+01'30'",
        ModDate="D:20240203040506Z",
        Creator="Typesetter",
    ) == {
        "title": "Counting terns in two summers",
        "authors": [{"name": "Ada Example"}, {"name": "Bo Sample"}],
        "description": "How a small question counts more birds than a large network",
        "tags": ["terns", "counting"],
        "created": "2024-01-02T03:04:05+01:30",
        "modified": "2024-02-03T04:05:06+00:00",
    }


def test_metadata_in_rdf_are_read_and_count_more() -> None:
    xmp = (
        f"<dc:title>{listed('Counting terns', 'Seeschwalben', kind='Alt')}</dc:title>"
        f"<dc:creator>{listed('Ada Example', 'Bo Sample, Jr.')}</dc:creator>"
        f"<dc:subject>{listed('terns', 'models', kind='Bag')}</dc:subject>"
        f"<dc:language>{listed('en-GB', kind='Bag')}</dc:language>"
        "<xmp:CreateDate>2024-01-02T03:04:05+01:00</xmp:CreateDate><xmp:ModifyDate>2024-02</xmp:ModifyDate>"
        '<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>'
        "<prism:publicationDate>2024-03-01</prism:publicationDate>"
        "<prism:publicationName>Tern Letters</prism:publicationName>"
    )
    assert stated(xmp=xmp, info={"Title": "terns_final", "Author": "ada"}) == {
        "title": "Counting terns",
        "authors": [{"name": "Ada Example"}, {"name": "Bo Sample, Jr."}],
        "tags": ["terns", "models"],
        "language": "en-GB",
        "created": "2024-01-02T03:04:05+01:00",
        "published": "2024-03-01",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "site_name": "Tern Letters",
    }


def test_metadata_in_rdf_may_be_attributes() -> None:
    xmp = ' dc:title="Counting terns" xmpRights:WebStatement="https://creativecommons.org/licenses/by-sa/4.0/">'
    assert stated(xmp=xmp) == {
        "title": "Counting terns",
        "license": "https://creativecommons.org/licenses/by-sa/4.0/",
    }


def test_rights_that_are_no_license_are_none() -> None:
    assert stated(xmp=' xmpRights:WebStatement="https://terns.test/all-rights-reserved">') == {}


def test_metadata_that_cannot_be_read_cost_no_others() -> None:
    assert stated(xmp="<dc:title>", info={"Title": "Counting terns"}, language="en") == {
        "title": "Counting terns",
        "language": "en",
    }


@pytest.mark.parametrize(
    "title",
    [
        "Counting terns", "GPT-4 technical report", "Llama-3", "BERT4Rec", "1984: a report", "Nature", "\u6570\u9ce5",
        "Microsoft's models of terns", "Document understanding with terns", "The test of time", "A paper on titles",
    ],
)  # fmt: skip
def test_a_title_is_one(title: str) -> None:
    assert info(Title=title) == {"title": title}


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - terns_final.docx", "Microsoft PowerPoint - terns", "PowerPoint Presentation", "untitled",
        "Untitled document", "(Untitled)", "Document1", "Presentation 3", "Slide 1", "terns.dvi", "my terns.docx",
        "C:\\terns", "terns_v2_final", "ms20240102", "Insert title here", "Paper Title (use style: paper title)",
        "LaTeX paper template", "main", "No title", "Full page", "arXiv:2401.00001v1  [cs.CV]  1 Jan 2024",
        "doi:10.1234/terns", "https://terns.test/", "{0f8fad5b-d9cb-469f-a165-70867728950e}", "---", "12", " ", "x",
    ],
)  # fmt: skip
def test_what_a_program_writes_is_no_title(title: str) -> None:
    assert info(Title=title) == {}


def test_the_name_of_the_file_is_no_title() -> None:
    assert stated("https://terns.test/terns.pdf", info={"Title": "terns"}) == {}
    assert stated("https://terns.test/terns.pdf", info={"Title": "Terns"}) == {"title": "Terns"}


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Ada Example", ["Ada Example"]),
        ("Ada Example, Bo Sample and Cy Test", ["Ada Example", "Bo Sample", "Cy Test"]),
        ("Example, Ada; Sample, Bo", ["Ada Example", "Bo Sample"]),
        ("Example, Ada", ["Example, Ada"]),
        ("Institute of Terns", ["Institute of Terns"]),
        ("ada", []),
        ("aexample2", []),
        ("TERNS\\ada", []),
        ("ada@terns.test", []),
        ("Windows User", []),
        ("Microsoft Office User", []),
        ("Administrator", []),
        ("Anonymous Submission", []),
        ("Typesetter 7", []),
        ("user; Ada Example", ["Ada Example"]),
    ],
)
def test_authors_are_people_and_not_accounts(author: str, names: list[str]) -> None:
    found = info(Author=author, Producer="Typesetter 7").get("authors", [])
    assert [each["name"] for each in found] == names


@pytest.mark.parametrize(
    ("date", "created"),
    [
        ("D:20240102030405Z", "2024-01-02T03:04:05+00:00"),
        ("D:20240102030405Z00'00'", "2024-01-02T03:04:05+00:00"),
        ("D:20240102030405-08'00", "2024-01-02T03:04:05-08:00"),
        ("D:20240102030405+02", "2024-01-02T03:04:05+02:00"),
        # A time without a zone could be any of 24.
        ("D:20240102030405", "2024-01-02"),
        ("D:202401020304", "2024-01-02"),
        ("20240102", "2024-01-02"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00"),
        ("Tue Jan 2 2024", "2024-01-02"),
        ("D:2024", None),
        ("D:202401", None),
        ("D:20240231", None),
        ("D:19700101000000Z", None),
        # Older than the format.
        ("D:19800101120000", None),
        ("D:191040102030405", None),
        ("", None),
    ],
)
def test_dates_are_precise_and_possible(date: str, created: str | None) -> None:
    assert info(CreationDate=date).get("created") == created


def test_nothing_is_changed_before_it_is_made() -> None:
    assert info(CreationDate="D:20240102", ModDate="D:20230102") == {"created": "2024-01-02"}
    assert info(ModDate="D:20230102") == {"modified": "2023-01-02"}


@pytest.mark.parametrize(("language", "tag"), [("en-us", "en-US"), ("German", "de"), ("x-unknown", None), ("", None)])
def test_the_language_is_a_tag(language: str, tag: str | None) -> None:
    assert stated(language=language).get("language") == tag


def test_a_field_of_study_is_no_description() -> None:
    assert info(Subject="cs.CV") == {}
    assert info(Title="How we counted all of the terns", Subject="How we counted all of the terns").keys() == {"title"}
