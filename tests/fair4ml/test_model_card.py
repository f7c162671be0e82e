"""Model cards: their metadata, what their sections say, and whatever else might come in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, strategies as st
from support.captured import model_cards
from support.card_pieces import PIECES

from fair4ml.read.card_headings import TOPICS
from fair4ml.read.markdown import MAX_LINES
from fair4ml.read.model_card import MAX_CARD, MAX_SAMPLES, MAX_SECTION, read


def issues(text: str) -> list[tuple[str, str]]:
    return [(issue.field, issue.reason) for issue in read(text).issues]


def metadata(block: str) -> dict[str, Any]:
    return read(f"---\n{block}\n---\n").metadata


def said(text: str) -> dict[str, str]:
    return {topic: section.text for topic, section in read(text).sections.items()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2024-01-02", "2024-01-02"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        ("12:30:45", "12:30:45"),
        ("7", 7),
        ("-7", -7),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("9" * 30, "9" * 30),
        ("0.5", 0.5),
        ("1e-3", 0.001),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("!!str 7", "7"),
        ("! 7", "7"),
        ("=", "="),
        ("\tmit", "mit"),
        ("[no, 5, a]", ["no", 5, "a"]),
        ("{no: off}", {"no": "off"}),
    ],
)
def test_only_true_false_null_and_decimal_numbers_are_other_than_text(value: str, expected: Any) -> None:
    found = metadata(f"value: {value}")["value"]
    assert (found, type(found)) == (expected, type(expected))


def test_keys_are_texts() -> None:
    assert metadata("no: 1\n5: 2\nnull: 3\n<<: 4") == {"no": 1, "5": 2, "null": 3, "<<": 4}


@pytest.mark.parametrize(
    ("block", "kept", "field", "reason"),
    [
        ("a: &x [1]\nb: *x", {"a": [1]}, "front matter.b", "has a YAML alias, which is not followed"),
        ("a: &x [1]\nb: [2, *x]", {"a": [1], "b": [2]}, "front matter.b", "has a YAML alias, which is not followed"),
        ("a: &x {b: *x}\nc: 1", {"a": {}, "c": 1}, "front matter.a", "has a YAML alias, which is not followed"),
        ("license: *bold", {}, "front matter.license", "has a YAML alias, which is not followed"),
        (
            "license: *bold*",
            {},
            "front matter",
            "is not valid YAML: did not find expected alphabetic or numeric character",
        ),
        ("a: mit\na: gpl", {"a": "mit"}, "front matter.a", "is repeated; the first value is kept"),
        ("a:\n  b: 1\n  b: 2", {"a": {"b": 1}}, "front matter.a", "has a repeated key; the first value is kept"),
        ("[a]: 1\nb: 2", {"b": 2}, "front matter", "has a key that is not a string"),
        (
            "a: !!python/object/apply:os.system [ls]\nb: 1",
            {"b": 1},
            "front matter.a",
            "has a YAML tag, which is not supported",
        ),
        ("a: !include b\nb: 1", {"b": 1}, "front matter.a", "has a YAML tag, which is not supported"),
        ("a: !!binary aGk=\nb: 1", {"b": 1}, "front matter.a", "has a YAML tag, which is not supported"),
        ("a: " + "[" * 30 + "]" * 30, {}, "front matter", "is nested too deeply"),
        ("- a\n- b", {}, "front matter", "expected a mapping, got list"),
        ("a: 1\n...\nb: 2", {}, "front matter", "is not valid YAML: did not find expected <document start>"),
        ("a: b: c", {}, "front matter", "is not valid YAML: mapping values are not allowed in this context"),
        ("a: '", {}, "front matter", "is not valid YAML: found unexpected end of stream"),
        ("a: 1\nb: x\x07", {"a": 1, "b": "x\ufffd"}, "front matter", "has characters that YAML does not allow"),
    ],
)
def test_what_the_metadata_say_amiss_is_told(block: str, kept: dict[str, Any], field: str, reason: str) -> None:
    assert metadata(block) == kept
    assert issues(f"---\n{block}\n---\n") == [(field, reason)]


@pytest.mark.parametrize(
    "text",
    [
        "---\nlicense: mit\n---\n# Uses\nfun",
        "\n\n \n---\nlicense: mit\n---\n# Uses\nfun",
        "\ufeff---\nlicense: mit\n---\n# Uses\nfun",
        "---\r\nlicense: mit\r\n---\r\n# Uses\r\nfun",
        "---\rlicense: mit\r---\r# Uses\rfun",
        "---  \nlicense: mit\n---\t\n# Uses\nfun",
        "---\nlicense: mit\n---\n\n\n# Uses\n\nfun\n",
        "---\nlicense: mit # a comment\n# another\n---\n# Uses\nfun",
        "---\nlicense: mit\ud83d\n---\n# Uses\nfun\udc00",
        "---\nlicense: mit\x00\n---\n# Uses\nfun",
    ],
)
def test_a_block_is_found_behind_what_editors_leave(text: str) -> None:
    assert (read(text).metadata, said(text), issues(text)) == ({"license": "mit"}, {"intended use": "fun"}, [])


def test_a_card_without_a_block_is_all_text() -> None:
    assert said("# A\nlicense: mit\n\n---\n\nmore") == {"description": "license: mit\n\nmore"}
    assert issues("# A\nlicense: mit\n\n---\n\nmore") == []


def test_an_empty_block_says_nothing() -> None:
    assert (metadata(""), issues("---\n\n---\n"), issues("---\n---\n")) == ({}, [], [])


def test_a_block_that_is_never_closed_is_told_and_is_no_text() -> None:
    text = "---\nlicense: mit\n\ntags:\n- a\n\n## Uses\nfun"
    assert (read(text).metadata, said(text)) == ({}, {"intended use": "fun"})
    assert issues(text) == [("front matter", "has no closing line")]


def test_a_longer_fence_is_read_and_told() -> None:
    text = "----\nlicense: mit\n---\n# Uses\nfun"
    assert (read(text).metadata, said(text)) == ({"license": "mit"}, {"intended use": "fun"})
    assert issues(text) == [("front matter", "is delimited by lines other than ---")]


def test_prose_between_rules_stays_text() -> None:
    text = "---\nA model\nof everything.\n---\n# Uses\nfun"
    assert said(text) == {"description": "A model\nof everything.", "intended use": "fun"}
    assert issues(text) == [("front matter", "expected a mapping, got str")]


TEMPLATE = """---
license: mit
---

# Model Card for Model ID

<!-- Provide a quick summary of what the model is/does. -->

{{ model_summary | default("", true) }}

## Model Details

### Model Description

<!-- Provide a longer summary of what this model is. -->

- **Developed by:** [More Information Needed]
- **Model type:** [More Information Needed]

### Model Sources [optional]

- **Repository:** [More Information Needed]

## Uses

### Direct Use

[More Information Needed]

### Downstream Use [optional]

[More Information Needed]

### Out-of-Scope Use

[More Information Needed]

## Bias, Risks, and Limitations

[More Information Needed]

### Recommendations

Users (both direct and downstream) should be made aware of the risks, biases and limitations of the model. More \
information needed for further recommendations.

## How to Get Started with the Model

Use the code below to get started with the model.

[More Information Needed]

## Training Details

### Training Data

[More Information Needed]

## Evaluation

### Testing Data, Factors & Metrics

#### Testing Data

[More Information Needed]

## Environmental Impact

Carbon emissions can be estimated using the \
[Machine Learning Impact calculator](https://mlco2.github.io/impact#compute) presented in [Lacoste et al. (2019)](https://arxiv.org/abs/1910.09700).

- **Hardware Type:** [More Information Needed]
- **Carbon Emitted:** [More Information Needed]

## Citation [optional]

**BibTeX:**

[More Information Needed]

**APA:**

[More Information Needed]
"""


def test_the_template_alone_says_nothing() -> None:
    card = read(TEMPLATE)
    assert (card.sections, card.emissions, card.references, card.issues) == ({}, None, [], [])


def test_the_template_filled_in_says_everything() -> None:
    card = read(
        """# Model Card for Tern

Tern sorts **bird** sounds.

## Model Details

### Model Description

A small network.

- **Developed by:** Ada
- **Funded by [optional]:** [More Information Needed]

## Uses

### Direct Use

Counting terns.

### Downstream Use [optional]

Counting gulls.

### Out-of-Scope Use

Weapons.

## Bias, Risks, and Limitations

Rain sounds like terns.

### Recommendations

Count by hand, too.

## How to Get Started with the Model

Install it first.

```python
# Uses
import tern
```

## Training Details

### Training Data

Two thousand hours.

### Training Procedure

#### Preprocessing

None of this is asked for.

## Evaluation

### Testing Data, Factors & Metrics

#### Testing Data

Ten hours.

#### Metrics

F1

### Results

All of them fine.

## Ethical Considerations

Terns were not harmed.

## Environmental Impact

- **Hardware Type:** one laptop
- **Carbon Emitted:** 1.5 kg CO2eq

## Citation [optional]

**BibTeX:**

```bibtex
@article{tern, title={The {Tern}}, journal={arXiv preprint arXiv:2301.00001}}
```

**APA:**

[More Information Needed]

## More Information [optional]

Nothing.
"""
    )
    assert {topic: section.text for topic, section in card.sections.items()} == {
        "description": "Tern sorts bird sounds.\n\nA small network.\n\n- Developed by: Ada",
        "intended use": "Counting terns.\n\nCounting gulls.",
        "limitations": "Weapons.\n\nRain sounds like terns.\n\nCount by hand, too.",
        "usage": "Install it first.",
        "training data": "Two thousand hours.",
        "evaluation data": "Ten hours.",
        "ethical considerations": "Terns were not harmed.",
        "environmental impact": "- Hardware Type: one laptop\n- Carbon Emitted: 1.5 kg CO2eq",
        "citation": "",
    }
    assert card.sections["usage"].code == ("# Uses\nimport tern",)
    assert card.sections["intended use"].headings == ("Direct Use", "Downstream Use [optional]")
    assert card.sections["description"].headings == ("beginning", "Model Description")
    assert card.emissions is not None
    assert (card.emissions.text, card.emissions.headings) == ("1.5 kg CO2e", ("Environmental Impact",))
    assert card.sections["citation"].code == (
        "@article{tern, title={The {Tern}}, journal={arXiv preprint arXiv:2301.00001}}",
    )
    [reference] = card.references
    assert (reference.kind, reference.title) == ("article", "The Tern")
    assert reference.preprint == "https://arxiv.org/abs/2301.00001"
    assert card.issues == []


def test_what_is_below_a_heading_belongs_to_it_until_a_heading_says_otherwise() -> None:
    text = "# T\n\n## Usage\n\n### With pip\n\na\n\n### Results\n\nb\n\n### With conda\n\nc\n\n## Tern\n\nd"
    assert said(text) == {"usage": "With pip\n\na\n\nWith conda\n\nc"}
    assert read(text).sections["usage"].headings == ("Usage",)


def test_one_heading_may_be_about_two_things() -> None:
    assert said("## Intended uses & limitations\n\nfun, no profit") == {
        "intended use": "fun, no profit",
        "limitations": "fun, no profit",
    }


def test_what_looks_like_a_heading_is_none() -> None:
    text = "# T\n\n```\n## Uses\n```\n\n    ## Uses\n\n> ## Uses\n\n- ## Uses\n\n#Uses\n\n<!--\n## Uses\n-->\n"
    assert "intended use" not in read(text).sections


def test_underlined_headings_are_some_but_a_paragraph_above_a_rule_is_none() -> None:
    assert said("Uses\n----\nfun") == {"intended use": "fun"}
    assert said("Uses\n====\na text\nof two lines\n---\nand more") == {
        "intended use": "a text\nof two lines\n\nand more"
    }


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**bold** and _it_, `code`, [link](http://x), ![image](http://x/y.png)", "bold and it, code, link,"),
        ("<https://example.org>", "https://example.org"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("a &amp; b &#x41;", "a & b A"),
        ("a <b onclick='x'>b</b> c", "a b c"),
        ("a <script>alert(1)</script> b", "a b"),
        ("<script>\nalert(1)\n\n# Uses\n</script>\nb", "b"),
        ("<style>p {}</style>\n\nb", "b"),
        ("<div align='center'><p>one</p><p>two</p></div>", "one\n\ntwo"),
        ("<!-- a comment\n\nwith lines -->\n\nb", "b"),
        ("a <!-- b --> c", "a c"),
        ("a\u202e b\u200b\x1b[31m", "a b[31m"),
        ("a  \t b\n\n\n\n\nc", "a b\n\nc"),
        ("1. one\n2. two\n   - three\n\nfour", "1. one\n2. two\n- three\n\nfour"),
        ("p\n\n- a\n- b", "p\n\n- a\n- b"),
        ("p\n\n|a|b|\n|-|-|\n|1||\n||2|\n\nq", "p\n\na | b\n1 |\n| 2\n\nq"),
        ("> quoted", "quoted"),
        ("{{ 7 * 7 }} is {% if %}", "{{ 7 * 7 }} is {% if %}"),
    ],
)
def test_text_is_plain(markdown: str, text: str) -> None:
    assert said(f"# Uses\n\n{markdown}") == {"intended use": text}


@pytest.mark.parametrize(
    "answer",
    [
        "[More Information Needed]",
        "More information needed",
        "[More Information Needed](https://huggingface.co/docs)",
        "**More information needed.**",
        "- **License:** [More Information Needed]",
        "TODO",
        "* TODO",
        "N/A",
        "Coming soon!",
        "...",
        "<!-- what to write here -->",
        '{{ direct_use | default("[More Information Needed]", true) }}',
        "![](a.png)",
        "Use it as follows:",
        "---",
        "<div></div>",
        "",
    ],
)
def test_what_only_asks_for_an_answer_is_none(answer: str) -> None:
    assert said(f"# Uses\n\n{answer}\n\n# Limitations\n\nmany") == {"limitations": "many"}


def test_code_samples_are_the_first_of_the_usage_sections() -> None:
    blocks = "\n\n".join(f"```python\nrun({n})\n```" for n in range(MAX_SAMPLES))
    text = (
        "# Training data\n\n```\nload()\n```\n\n"
        "# Usage\n\n1. first\n   ```sh\n   pip\n   ```\n\nthen\n\n    tabs()\n\n"
        f"```bibtex\n@a{{b}}\n```\n\n```\n\n```\n\n## More\n\n{blocks}"
    )
    assert read(text).sections["usage"].code == ("pip", "tabs()", "run(0)")
    assert said(text) == {"usage": "1. first\n\nthen"}


def test_long_sections_samples_and_cards_are_cut_and_told() -> None:
    text = "word " * MAX_SECTION
    card = read(f"# Uses\n\n{text}\n\n# Usage\n\n```\n{text}\n```\n\n# Limitations\n\nmany")
    assert len(card.sections["intended use"].text) <= MAX_SECTION
    assert card.sections.keys() == {"intended use", "limitations"}
    assert sorted(issue.field for issue in card.issues) == ["intended use", "usage"]
    assert issues("# Uses\n\n" + "a" * MAX_CARD) == [
        ("text", "is longer than 1,000,000 characters; the rest was left out"),
        ("intended use", "is longer than 10,000 characters; the rest was left out"),
    ]
    assert issues("a\n" + "\n" * MAX_LINES) == [("text", "has more than 10,000 lines; the rest was left out")]


BIBTEX = r"""# Citation

Please cite @ada and

@inproceedings{a,
  title = "A {BERT} for f{\"u}r",
  doi = {10.1000/X_1},
  url = {https://example.org/a},
}

```
@misc{b, title={B}, eprint={2301.00002}, archivePrefix={arXiv}}
@article{c, title={C}, journal={CoRR}, volume={abs/2301.00003}}
@article{d, title={D}, url={https://arxiv.org/pdf/2301.00004v2.pdf}}
@article{e, title={E}, doi={10.48550/arXiv.2301.00005}}
@article{f, title={F}, eprint={2301.00006}, eprinttype={hal}}
@article{a, title={another A}}
@book{g, title={G}, title={twice}}
```
"""


def test_entries_of_a_citation_lead_to_what_they_cite() -> None:
    card = read(BIBTEX)
    assert [(r.kind, r.title, r.preprint, r.doi, r.url) for r in card.references] == [
        ("inproceedings", 'A BERT for f\\"ur', None, "https://doi.org/10.1000/x_1", "https://example.org/a"),
        ("misc", "B", "https://arxiv.org/abs/2301.00002", None, None),
        ("article", "C", "https://arxiv.org/abs/2301.00003", None, None),
        ("article", "D", "https://arxiv.org/abs/2301.00004", None, "https://arxiv.org/pdf/2301.00004v2.pdf"),
        ("article", "E", "https://arxiv.org/abs/2301.00005", None, None),
        ("article", "F", None, None, None),
        ("article", "another A", None, None, None),
        ("book", "G", None, None, None),
    ]
    assert card.sections["citation"].code[1] == "@misc{b, title={B}, eprint={2301.00002}, archivePrefix={arXiv}}"
    assert card.issues == []


def test_a_citation_in_words_is_kept_and_broken_bibtex_is_told() -> None:
    assert said("# Citation\n\nAda et al., 2024.") == {"citation": "Ada et al., 2024."}
    assert read("# Citation\n\nCite\n\n@article{a, title={x").sections == {}
    assert issues("# Citation\n\n@article{a, title={x") == [("citation", "has BibTeX that cannot be read")]
    some = read("# Citation\n\n@article{a, title={x}}\n@article{b, title={x\n")
    assert [len(some.references), len(some.issues)] == [1, 1]


def test_several_amounts_are_told_and_none_is_chosen() -> None:
    card = read("# Environmental Impact\n\n3 kg CO2 for one, 4 kg CO2 for both")
    assert card.emissions is None
    assert [issue.reason for issue in card.issues] == ["states several different amounts of emissions"]


@pytest.mark.parametrize("unit", ["kgCO$_2$eq", "kg CO<sub>2</sub>eq", "kgCO2eq", "kg CO~2~ eq."])
def test_the_total_of_the_calculators_text_is_found_beside_the_intensity_of_the_grid(unit: str) -> None:
    card = read(
        "# Environmental Impact\n\nExperiments were conducted in region europe-north1, which has a carbon\n"
        f"efficiency of 0.21 {unit}/kWh. A cumulative of 90 hours of computation was performed on hardware of type T4"
        " (TDP of 70W).\n\n"
        f"Total emissions are estimated to be 1.32 {unit} of which 100 percents were directly offset."
    )
    assert card.emissions is not None
    assert (card.emissions.text, card.issues) == ("1.32 kg CO2e", [])


@given(st.lists(PIECES | st.text(st.characters(exclude_categories=()), max_size=4), max_size=40).map("".join))
def test_whatever_a_card_holds_it_is_read_and_always_the_same(text: str) -> None:
    card = read(text)
    assert card == read(text)
    assert card.sections.keys() <= set(TOPICS)
    for section in card.sections.values():
        assert section.headings
        (section.text + "".join(section.headings) + "".join(section.code)).encode()
    orjson.dumps(card.metadata)
    for issue in card.issues:
        (issue.field + issue.reason).encode()


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? ", "&a [", "- - [{", "k: *a\n", "a: &a x\n", "'", "a\n"])
def test_no_metadata_are_too_much(unit: str) -> None:
    card = read(f"---\n{unit * (900_000 // len(unit))}\n---\n# Uses\nfun")
    assert len(card.issues) <= 20
    assert orjson.dumps(card.metadata)


def test_aliases_multiply_nothing() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 2_000))]
    found = metadata("\n".join(lines))
    assert found == {"a0": ["x", "x"]} | {f"a{n}": [] for n in range(1, 2_000)}


@pytest.mark.parametrize(
    "unit",
    [
        "> ",
        "- ",
        "- a\n",
        "* * ",
        "> a\n",
        "|a",
        "[",
        "![",
        "[a](",
        "<a ",
        "<!--",
        "<![CDATA[",
        "`",
        "**a _b ",
        "&#",
        "a\n",
    ],
)
def test_no_text_is_too_much(unit: str) -> None:
    read("# Uses\n" + unit * (900_000 // len(unit)))
    read("# Uses\n" + "> " * 30 + "a\n" + unit * (100_000 // len(unit)))


@pytest.mark.parametrize(
    "unit", ["@article{", "@article{a,", "@article{a,b={", '@a{b,c="', "@a{b,c={d}}\n", "@", "@string{a=b}\n"]
)
def test_no_citation_is_too_much(unit: str) -> None:
    assert len(read("# Citation\n" + unit * (900_000 // len(unit))).references) <= 20


def test_every_card_of_the_corpus_is_read(corpus: Path) -> None:
    found: set[str] = set()
    for _, text in model_cards(corpus):
        found |= read(text).sections.keys()
    assert found == set(TOPICS)
