"""The repositories that model cards name as their code, and all the addresses that are none."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from support.card_pieces import PIECES

from fair4ml.read.card_code import MAX_REPOSITORIES, MAX_STATEMENT
from fair4ml.read.model_card import read

HERE = "https://github.com/"
TERN, GULL = f"{HERE}ada-labs/tern", f"{HERE}ada-labs/gull"


def code(text: str) -> list[str]:
    return list(read(text).code)


@pytest.mark.parametrize(
    "statement",
    [
        f"- **Repository:** {TERN}",
        f"- **Repository**: {TERN}",
        f"- **Repository [optional]:** <{TERN}>",
        f"- __Repository:__ {TERN}.",
        f"* *Repo*: [{TERN}]({TERN})",
        f"1. Code repository: [Tern on GitHub]({TERN} 'its code')",
        f"Code: {TERN}",
        f"💻 **Code** : {TERN} 🚀",
        f"**Code:** See [our repository]({TERN}).",
        f"Code\uff1a{TERN}",
        f"GitHub - [tern]({TERN})",
        f"Github Repo: {TERN}.git",
        f"Source code: {TERN}/tree/main/src#readme",
        "GitHub: github.com/ada-labs/tern",
        "Git repository: http://www.github.com/ada-labs/tern/",
        f"Paper: https://example.org/paper\nCode: {TERN}\nLicense: MIT",
        f"- [Code]({TERN})",
        f"[**GitHub Repository**]({TERN})",
        f"📄 [Paper](https://example.org/paper) | 💻 [Code]({TERN}) | [Demo](https://example.org)",
        f"[Paper](https://example.org/paper)\n[Code]({TERN})",
        f"Paper: https://example.org/paper • Code: {TERN}",
        f"|||\n|-|-|\n| License | MIT |\n| **Repository** | [tern]({TERN}) |",
        f"## Code\n\n{TERN}\n\nSee also {GULL}.",
        f"### GitHub repository:\n[here]({TERN})",
        f"- **Repository:** {TERN}\n- **Code:** {HERE}Ada-Labs/Tern/issues",
    ],
)
def test_a_label_with_one_address_is_a_statement(statement: str) -> None:
    assert code(f"# Tern\n\nSorts bird sounds.\n\n{statement}\n") == [TERN]


@pytest.mark.parametrize(
    "text",
    [
        # What stands behind the label is no repository.
        "- **Repository:** [More Information Needed]",
        "- **Repository:** https://huggingface.co/ada-labs/tern",
        "- **Repository:** [Tern](https://huggingface.co/ada-labs/tern)",
        f"- **Repository:** {HERE}ada-labs",
        f"- **GitHub:** [@ada]({HERE}ada-labs)",
        f"- **Code:** {HERE}topics/birds",
        "- **Code:** https://gist.github.com/ada-labs/0123",
        "- **Code:** https://ada-labs.github.io/tern",
        "- **Code:** https://example.org/github.com/ada-labs/tern",
        "- **Code:** ada-labs/tern",
        "- **Repository:** https://gitlab.com/ada-labs/tern",
        f"- **Code:** {TERN},{GULL}",
        f"- **Code:** {HERE}ada-labs/my\\_tern",
        # What an example has.
        f"- **Repository:** {HERE}your-username/tern",
        f"- **Repository:** {HERE}YourUserName/tern",
        f"- **Repository:** {HERE}ada-labs/your-repo",
        f"- **Repository:** {HERE}username/tern",
        f"- **Repository:** {HERE}user/repo",
        # There is more than one address, or more than an address.
        f"- **Repositories:** {TERN} {GULL}",
        f"- **Code:** {TERN} {GULL}",
        f"- **Repository:** [Hub](https://huggingface.co/ada-labs/tern), [code]({TERN})",
        f"- **Code:** our fork of {TERN}",
        f"- **Code:** {TERN} (for the data)",
        f"|a|b|c|\n|-|-|-|\n| Code | of birds | {TERN} |",
        # Another label, or none.
        f"- **Dataset:** {TERN}",
        f"- **Original code:** {TERN}",
        f"- **Evaluation code:** {TERN}",
        f"- **Code of Conduct:** {TERN}",
        f"- **Code license:** {TERN}/blob/main/LICENSE",
        f"- {TERN}",
        f"Coded: {TERN}",
        f"Code {TERN}",
        # Prose.
        f"The code is at {TERN}.",
        f"It was first released in\n[this repository]({TERN}).",
        f"It was first released on\n[GitHub]({TERN}).",
        f"See [GitHub]({TERN}) for more.",
        f"## Code\n\nIt is at {TERN}.",
        f"## Code\n\n- {TERN}\n- {GULL}",
        f"## Code\n\nas follows\n\n{TERN}",
        # Not written by people as a statement about the model.
        f"```\nCode: {TERN}\n```",
        f"<!-- Code: {TERN} -->",
        f"> Code: {TERN}",
        f"> - Code: {TERN}",
        f"[![GitHub](https://example.org/badge.svg)]({TERN})",
        f"![Code]({TERN}/raw/main/tern.png)",
        "- **Repository:** [Sentence Transformers on GitHub](https://github.com/UKPLab/sentence-transformers)",
        # What an item names has the code.
        f"- **Parent model:** Egg\n  - **Repository:** {TERN}",
        f"- Gulls, a dataset\n  GitHub: {TERN}",
        f"- Gulls, a dataset\n\n  GitHub: {TERN}",
        f"Code: {' ' * 10}{TERN}{'/' * MAX_STATEMENT}",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert code(f"# Tern\n\nSorts bird sounds.\n\n{text}\n") == []


@pytest.mark.parametrize(
    "heading",
    ["Training data", "Datasets", "Evaluation", "Citation", "References", "Authors", "About BirdBrain", "Base model"],
)
def test_below_some_headings_code_is_that_of_something_else(heading: str) -> None:
    statement = f"- **Code:** {GULL}"
    text = (
        f"# Tern\n\n## {heading}\n\n{statement}\n\n### Links\n\n{statement}\n\n## Model Sources\n\n- **Code:** {TERN}"
    )
    assert read(text).code == {TERN: "Model Sources"}


def test_what_is_about_the_model_is_its_code() -> None:
    assert read(f"# Tern\n\n## About this model\n\nCode: {TERN}").code == {TERN: "About this model"}


@pytest.mark.parametrize("heading", ["# Original model card: Egg", "### Original model description:"])
def test_a_copy_of_another_card_is_not_read(heading: str) -> None:
    text = f"# Tern\n\nCode: {TERN}\n\n{heading}\n\n# Egg\n\n## Model Sources\n\n- **Repository:** {GULL}"
    assert read(text).code == {TERN: "beginning"}


def test_several_statements_are_several_repositories() -> None:
    text = f"Code: {TERN}\n\n## Model Sources\n\n- **Repository:** {GULL}\n- **Code:** {TERN}"
    assert read(text).code == {TERN: "beginning", GULL: "Model Sources"}


def test_more_repositories_than_a_model_has_are_told() -> None:
    card = read("\n".join(f"- **Code:** {HERE}ada-labs/bird-{n}" for n in range(MAX_REPOSITORIES + 1)))
    assert list(card.code) == [f"{HERE}ada-labs/bird-{n}" for n in range(MAX_REPOSITORIES)]
    assert [(issue.field, issue.reason) for issue in card.issues] == [
        ("code", "is in more than 10 repositories; the rest was left out")
    ]


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join))
def test_whatever_a_card_holds_its_code_is_in_repositories(text: str) -> None:
    assert all(each.startswith(HERE) and each.count("/") == 4 for each in read(text).code)


@pytest.mark.parametrize(
    "unit", ["[", "[Code](", "Code: ", "**", "| ", "[a](b ", "](", "github.com/", " - ", "(?", "_"]
)
def test_no_line_is_too_much(unit: str) -> None:
    line = f"Code: {unit * (450 // len(unit))} {TERN}"
    assert code("\n\n".join([line] * 2_000) + f"\n\nCode: {GULL}")[-1] == GULL
