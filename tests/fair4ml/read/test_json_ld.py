"""JSON-LD as pages have it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from fair4ml.read.pages.json_ld import address_of, by_id, nodes, text_of, texts_of, types

TERNS = {"@type": "BlogPosting", "headline": "Counting terns"}


@pytest.mark.parametrize(
    "block",
    [
        '{"@type": "BlogPosting", "headline": "Counting terns"}',
        '[{"@type": "BlogPosting", "headline": "Counting terns"}]',
        '{"@context": "x", "@graph": [{"@type": "BlogPosting", "headline": "Counting terns"}]}',
        '{"@type": "BlogPosting", "headline": "Counting terns",}',
        '{"@type": "BlogPosting", "headline": "Counting terns"};',
        '<!-- {"@type": "BlogPosting", "headline": "Counting terns"} -->',
        '<!--\n{"@type": "BlogPosting", "headline": "Counting terns"}\n//-->',
        '//<![CDATA[\n{"@type": "BlogPosting", "headline": "Counting terns"}\n//]]>',
        '/*<![CDATA[*/ {"@type": "BlogPosting", "headline": "Counting terns"} /*]]>*/',
        '{"@type": "BlogPosting", /* the title */ "headline": "Counting terns"}',
        '{"@type": "BlogPosting",\n// "headline": "Old",\n"headline": "Counting terns"}',
        "{&quot;@type&quot;: &quot;BlogPosting&quot;, &quot;headline&quot;: &quot;Counting terns&quot;}",
        '{"@type": "Blog\\Posting", "headline": "Counting\\ terns"}',
    ],
)
def test_what_goes_wrong_in_pages_costs_no_object(block: str) -> None:
    assert nodes([block])[-1] == TERNS


def test_addresses_in_texts_are_no_comments() -> None:
    (node,) = nodes(['{"url": "https://terns.test//a", "note": "/* kept */, <!-- kept -->",}'])
    assert node == {"url": "https://terns.test//a", "note": "/* kept */, <!-- kept -->"}


def test_line_breaks_and_strange_numbers_are_read() -> None:
    (node,) = nodes(['{"a": "one\ntwo\tthree", "b": NaN, "c": ' + "9" * 5_000 + "}"])
    assert (node["a"], node["b"], len(node["c"])) == ("one\ntwo\tthree", None, 5_000)


def test_several_objects_in_one_block_are_read() -> None:
    assert nodes(['{"a": 1}\n{"b": 2}, {"c": 3}']) == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_the_content_of_a_page_is_one_of_the_objects() -> None:
    found = nodes([json.dumps({"@type": "WebPage", "name": "Page", "mainEntity": TERNS})])
    assert [types(node) for node in found] == [["WebPage"], ["BlogPosting"]]


def test_blocks_that_cannot_be_read_harm_no_other() -> None:
    broken = ["[" * 100_000, '{"a": ' * 50_000, "{", "", "null", "7", '"' + '\\"' * 100_000, "<!--" * 1_000]
    assert nodes([*broken, json.dumps(TERNS)]) == [TERNS]


def test_objects_are_found_by_what_they_are_called() -> None:
    graph = {"@graph": [{"@id": "#ada"}, {"x": [{"@id": "#ada", "name": "Ada Wells"}]}]}
    assert by_id(nodes([json.dumps(graph)])) == {"#ada": {"@id": "#ada", "name": "Ada Wells"}}


@pytest.mark.parametrize(
    "type", ["Article", "schema:Article", "https://schema.org/Article", ["Article"], [7, "Article"]]
)
def test_types_are_known_in_all_spellings(type: object) -> None:
    assert types({"@type": type}) == ["Article"]


def test_values_are_taken_out_of_objects_and_lists() -> None:
    assert text_of([None, {"@value": " Terns &amp;amp; gulls "}]) == "Terns & gulls"
    assert texts_of({"@list": [{"name": "Ada"}, "Ben", 7]}) == ["Ada", "Ben"]
    assert (
        address_of([{"@type": "ImageObject", "url": {"@id": "https://terns.test/a.png"}}]) == "https://terns.test/a.png"
    )
    assert (text_of({}), text_of(7), address_of({"url": ""})) == (None, None, None)


NAMES = st.sampled_from(["@graph", "@id", "@type", "name", "url", "mainEntity"]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)


@given(JSON, st.text(max_size=3))
def test_any_block_is_some_objects(value: object, rest: str) -> None:
    for block in (json.dumps(value), json.dumps(value)[:-1] + rest, rest):
        for node in [*nodes([block]), *by_id(nodes([block])).values()]:
            assert isinstance(node, dict)
            types(node)
            for each in node.values():
                assert text_of(each) != ""
                assert address_of(each) != ""


@given(st.text(alphabet='{}[]",:\\/*<!->\n a1'))
def test_any_text_is_some_objects(block: str) -> None:
    nodes([block])
