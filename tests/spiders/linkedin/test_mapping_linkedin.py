"""Addresses of LinkedIn, and what a member's export states."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.descriptions import assert_closed, stored
from support.payloads import LEAVES

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description
from fair4ml.platforms import describe
from fair4ml.platforms.linkedin.addresses import is_own, name_in, page_address
from fair4ml.platforms.linkedin.provenance import PROVENANCE
from fair4ml.platforms.linkedin.source import KINDS

UPDATE = "https://www.linkedin.com/feed/update/"
SHARE = {
    "Date": "2026-01-15 10:00:00",
    "ShareLink": f"{UPDATE}urn%3Ali%3Ashare%3A7",
    "ShareCommentary": 'First line"\n"Second ""line"", https://huggingface.co/example-lab/merged-7b.',
    "SharedUrl": "https://github.com/example-lab/tools",
    "Visibility": "MEMBER_NETWORK",
    "author": "Ada Example",
}
COMMENT = {
    "Date": "2026-01-16 10:00:00",
    "Link": f"{UPDATE}urn%3Ali%3Aactivity%3A9",
    "Message": "Well done",
    "author": "Ada Example",
}


def mapped(kind: str, payload: Any) -> Description:
    source, issues = parse(KINDS[kind], payload)
    description = describe(source)
    description.issues = [*issues, *description.issues]
    assert_closed(description, PROVENANCE[kind])
    return description


def test_a_share_is_a_post_of_the_member() -> None:
    description = mapped("post", SHARE)
    (person,) = description.parts
    iri = f"{UPDATE}urn:li:share:7"
    assert stored(description.root) == {
        "class": "SocialMediaPosting",
        "iri": iri,
        "url": iri,
        "identifier": ["urn:li:share:7"],
        "description": 'First line Second "line", https://huggingface.co/example-lab/merged-7b.',
        "author": [person.iri],
        # The export does not say in which zone.
        "datePublished": "2026-01-15",
        "conditionsOfAccess": "MEMBER_NETWORK",
        "mentions": ["https://github.com/example-lab/tools", "https://huggingface.co/example-lab/merged-7b"],
    }
    assert description.text == 'First line\nSecond "line", https://huggingface.co/example-lab/merged-7b.'
    assert person.name == "Ada Example"


def test_a_share_without_words_is_what_it_shares() -> None:
    description = mapped("post", {"ShareLink": SHARE["ShareLink"], "SharedUrl": SHARE["SharedUrl"]})
    root = stored(description.root)
    assert root.keys() == {"class", "iri", "url", "identifier", "mentions"}
    assert (description.text, description.issues) == (None, [])


@pytest.mark.parametrize(
    ("media", "image", "mentions"),
    [
        (
            "https://media.example.org/dms/image/C4D22/0/1?e=1",
            ["https://media.example.org/dms/image/C4D22/0/1?e=1"],
            None,
        ),
        ("https://images.example.org/a.PNG", ["https://images.example.org/a.PNG"], None),
        ("https://github.com/example-lab/tools", None, ["https://github.com/example-lab/tools"]),
        ("https://films.example.org/a.mp4", None, None),
        (" ", None, None),
    ],
)
def test_the_media_of_a_share_are_a_picture_or_a_link(
    media: str, image: list[str] | None, mentions: list[str] | None
) -> None:
    description = mapped("post", {"ShareLink": SHARE["ShareLink"], "MediaUrl": media})
    root = stored(description.root)
    assert (root.get("image"), root.get("mentions"), description.issues) == (image, mentions, [])


@pytest.mark.parametrize(
    ("link", "iri", "post"),
    [
        (
            f"{UPDATE}urn%3Ali%3Aactivity%3A9?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A9%2C8%29&trk=x",
            f"{UPDATE}urn:li:activity:9?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A9%2C8%29",
            f"{UPDATE}urn:li:activity:9",
        ),
        (f"{UPDATE}urn%3Ali%3Aactivity%3A9", f"{UPDATE}urn:li:activity:9#comment-", f"{UPDATE}urn:li:activity:9"),
    ],
)
def test_a_comment_is_about_the_post_of_somebody_else(link: str, iri: str, post: str) -> None:
    description = mapped("comment", {**COMMENT, "Link": link})
    root = stored(description.root)
    assert (root["class"], root["parentItem"], root["description"]) == ("Comment", post, "Well done")
    assert root["iri"].startswith(iri)
    assert {stub.cls: stub.name for stub in description.stubs} == {
        "SocialMediaPosting": "urn:li:activity:9",
        "Person": "Ada Example",
    }


def test_two_comments_on_a_post_are_two() -> None:
    one, other = (mapped("comment", {**COMMENT, "Date": f"2026-01-16 1{n}:00:00"}).root.iri for n in range(2))
    assert one != other


@pytest.mark.parametrize("date", ["15/01/26", "soon", "2026-13-01"])
def test_a_date_that_could_be_another_is_left_out(date: str) -> None:
    description = mapped("post", {**SHARE, "Date": date})
    assert "datePublished" not in stored(description.root)
    assert [issue.field for issue in description.issues] == ["Date"]


@pytest.mark.parametrize(("kind", "column", "row"), [("post", "ShareLink", SHARE), ("comment", "Link", COMMENT)])
@pytest.mark.parametrize(
    "link", [None, "", "not a link", "https://example.org/x", "https://linkedin.com.example.org/x"]
)
def test_a_row_without_an_address_of_linkedin_cannot_be_used(
    kind: str, column: str, row: dict[str, str], link: str | None
) -> None:
    with pytest.raises(InvalidRecord):
        parse(KINDS[kind], {**row, column: link})


@given(st.sampled_from(["post", "comment"]), st.dictionaries(st.sampled_from([*SHARE, *COMMENT]), LEAVES))
def test_any_values_are_mapped_or_left_out(kind: str, values: dict[str, Any]) -> None:
    mapped(kind, {**values, "ShareLink": SHARE["ShareLink"], "Link": COMMENT["Link"]})


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ("https://www.linkedin.com/pulse/on-keys-ada-abcd?trk=x#y", "https://www.linkedin.com/pulse/on-keys-ada-abcd"),
        (" https://LinkedIn.com/posts/x/ ", "https://linkedin.com/posts/x"),
        ("https://de.linkedin.com/in/ada", "https://de.linkedin.com/in/ada"),
        ("linkedin.com/in/ada", None),
        ("https://notlinkedin.com/in/ada", None),
        ("https://[linkedin.com", None),
        ("", None),
    ],
)
def test_addresses_are_told_apart_from_those_of_others(stated: str, address: str | None) -> None:
    assert page_address(stated) == address


def test_a_post_is_known_by_its_name() -> None:
    assert name_in(f"{UPDATE}urn%3Ali%3Ashare%3A7/?x=1") == "urn:li:share:7"
    assert name_in("https://www.linkedin.com/pulse/x") == "https://www.linkedin.com/pulse/x"
    assert is_own("www.linkedin.com/in/ada")
