"""Pictures of lineages: true, escaped, and in red where licenses do not go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support.catalogs import HUB
from support.families import family

from mlentory_crawl.catalog.queries.lineage import Lineage, Member, lineage
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.pictures.dot import dot
from mlentory_crawl.pictures.labels import MAX_DATA, folded
from mlentory_crawl.pictures.mermaid import mermaid
from mlentory_crawl.pictures.svg import MANY, svg

SVG = "{http://www.w3.org/2000/svg}"
RED = "#cf222e"

Walk = Callable[..., Lineage]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    data_dir: Path = tmp_path_factory.mktemp("pictures")
    book = family(data_dir)
    reader = CatalogReader(data_dir)

    def walk(name: str, **asked: Any) -> Lineage:
        return lineage(reader, HUB + name, **{"up": True, "depth": 9, **asked})

    yield walk
    reader.close()
    book.close()


def drawn(found: Lineage, *, down: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(svg(found, down=down))


def texts(picture: ElementTree.Element, style: str | None = None) -> list[str]:
    """The lines, or those of a style, or that part of them that is of the style."""
    shown = [each for each in picture.iter() if each.tag in (f"{SVG}text", f"{SVG}tspan")]
    if style is None:
        return ["".join(each.itertext()) for each in shown if each.tag == f"{SVG}text"]
    return [each.text or "" for each in shown if each.get("class") == style]


def groups(picture: ElementTree.Element, style: str) -> list[ElementTree.Element]:
    return [each for each in picture.iter(f"{SVG}g") if style in each.get("class", "").split()]


def test_a_base_its_tune_and_its_quantization(walk: Walk) -> None:
    picture = drawn(walk("small/tune-8B-GGUF"))
    assert texts(picture, "name") == ["tune-8B-GGUF", "tune-8B", "base-8B"]
    assert texts(picture, "license") == ["Apache-2.0", "Apache-2.0", "llama3.1"]
    assert texts(picture, "kind") == ["quantized", "finetune"]
    assert texts(picture, "field") == ["tags", "baseModels.models"]
    said = texts(picture)
    assert {"quantized, declared", "finetune, resolved", "gated"} <= set(said)
    records = {"huggingface model record, tags", "huggingface model record, baseModels.models"}
    assert records <= set(said)
    assert "2 models that it derives from \u00b7 1 license conflict" in said
    places = [float(each.get("y", 0)) for each in picture.iter(f"{SVG}rect") if each.get("class") == "box"]
    assert places == sorted(places, reverse=True)  # the base on top


def test_a_license_conflict_is_red_with_its_clause(walk: Walk) -> None:
    picture = drawn(walk("small/tune-8B-GGUF"))
    assert texts(picture, "conflict") == ["license conflict: Apache-2.0 under llama3.1", "(community license)"]
    assert " ".join(texts(picture, "reason")).startswith("community license: under llama3.1, derivative works are")
    (arrow,) = groups(picture, "conflict")
    assert (arrow.findtext(f"{SVG}title") or "").startswith("orchard/tune-8B derives from tide/base-8B: finetune")
    assert not texts(drawn(walk("circle/a")), "conflict")


def test_data_are_drawn_where_they_are_asked_for(walk: Walk) -> None:
    assert "trained on" not in texts(drawn(walk("orchard/tune-8B")))
    training = texts(drawn(walk("orchard/tune-8B", data="training")))
    assert {"tide/corpus", "orchard/talks"} <= set(training)
    assert training.count("trained on") == training.count("cardData.datasets") == 2
    assert "evaluated on" not in training
    everything = texts(drawn(walk("orchard/tune-8B", data="all")))
    assert everything.count("trained on") == 2
    assert everything.count("evaluated on") == 1
    assert "1 model that it derives from \u00b7 9 datasets \u00b7 1 license conflict" in everything


@pytest.mark.parametrize("down", [True, False])
def test_datasets_of_a_relation_are_one_box_beside_their_model(walk: Walk, down: bool) -> None:
    picture = drawn(walk("orchard/tune-8B", data="all", up=not down), down=down)
    boxes = {tuple(texts(group)): group for group in groups(picture, "data")}
    evaluated = (*(f"bench/task-{n}" for n in range(MAX_DATA)), "and 3 more datasets")
    assert set(boxes) >= {("orchard/talks",), evaluated}
    links = [each.get("href") for each in boxes[evaluated].iter(f"{SVG}a")]
    assert links == [f"{HUB}datasets/bench/task-{n}" for n in range(MAX_DATA)]
    assert len(groups(picture, "of-data")) == len(boxes)
    said = {each.findtext(f"{SVG}title") for each in groups(picture, "of-data")}
    assert "orchard/tune-8B: trained on orchard/talks (huggingface model record, cardData.datasets)" in said


def test_data_stand_on_the_right_and_in_columns_below(walk: Walk) -> None:
    found = walk("orchard/tune-8B", data="all")
    places = [place(group) for group in (model(drawn(found)), *groups(drawn(found), "data"))]
    assert all(other["x"] > places[0]["x"] + places[0]["width"] for other in places[1:])
    found.members |= {f"{HUB}x/{n}": Member(f"{HUB}x/{n}", f"x/{n}", 1) for n in range(MANY)}
    picture = drawn(found)
    above = place(model(picture))
    below = [place(group) for group in groups(picture, "data") if "tide/corpus" not in texts(group)]
    assert len(below) == 2
    assert all(each["x"] > above["x"] and each["y"] > above["y"] + above["height"] for each in below)


def model(picture: ElementTree.Element) -> ElementTree.Element:
    (found,) = groups(picture, "root")
    return found


def place(group: ElementTree.Element) -> dict[str, float]:
    (box,) = group.iter(f"{SVG}rect")
    return {name: float(box.get(name, 0)) for name in ("x", "y", "width", "height")}


def test_no_record_of_any_dataset_is_said_once(walk: Walk) -> None:
    found = walk("orchard/tune-8B", data="training")
    foot = "An arrow leads to what a model derives from or was trained on."
    assert texts(drawn(found), "foot") == [f"{foot} No record describes the datasets."]
    assert "named only" not in " ".join(texts(drawn(found)))
    talks = found.datasets[f"{HUB}datasets/orchard/talks"]
    talks.described, talks.licenses, talks.access = True, {"x": "CC-BY-4.0"}, "gated"
    assert texts(drawn(found), "foot") == [foot]
    assert {"orchard/talks \u00b7 CC-BY-4.0, gated", "tide/corpus \u00b7 named only"} <= set(texts(drawn(found)))


def test_all_who_say_so_are_named(walk: Walk) -> None:
    found = walk("orchard/tune-8B", data="evaluation")
    found.uses[1] = replace(found.uses[1], field="cardData.eval")
    found.uses[2] = replace(found.uses[2], record="openml/model/7", field="runs")
    said = texts(drawn(found))
    place = said.index("evaluated on") + 1
    assert said[place : place + 4] == [
        "huggingface model record", "model-index, cardData.eval", "openml model record", "runs",
    ]  # fmt: skip


def test_a_long_field_has_a_line_of_its_own(walk: Walk) -> None:
    found = walk("small/tune-8B-GGUF")
    long = "cardData.base_model_of_this_and_others"
    found.steps = [replace(step, field=long) for step in found.steps]
    assert texts(drawn(found)).count("huggingface model record") == 2
    assert texts(drawn(found), "field") == [long, long]


def test_few_more_are_shown_rather_than_counted(walk: Walk) -> None:
    found = walk("orchard/tune-8B", data="evaluation")
    fewer = [use for use in found.uses if use.dataset[-1] in "01234"]
    assert folded(replace(found, uses=fewer)).uses == fewer
    assert len(folded(found).uses) == MAX_DATA + 1


def test_a_circle_and_a_model_alone_are_drawn(walk: Walk) -> None:
    assert texts(drawn(walk("circle/a")), "kind") == ["finetune", "merge"]
    alone = drawn(walk("tide/base-8B"))
    assert texts(alone, "name") == ["base-8B"]
    assert "0 models that it derives from" in texts(alone)


def test_what_is_on_another_page_is_counted(walk: Walk) -> None:
    picture = drawn(walk("tide/base-8B", up=False, limit=1, offset=1), down=True)
    assert "2 models derived from it, of 3 \u00b7 1 license conflict" in texts(picture)


def test_pictures_can_be_read_by_all(walk: Walk) -> None:
    text = svg(walk("mix/merged", data="all"), down=False)
    picture = ElementTree.fromstring(text)
    assert picture.get("role") == "group"  # what is in an image is not told, and here are links
    said = "Lineage of mix/merged: 3 models that it derives from \u00b7 9 datasets \u00b7 1 license conflict"
    assert picture.findtext(f"{SVG}title") == picture.get("aria-label") == said
    assert "prefers-color-scheme: dark" in text
    assert not [each for each in picture.iter() if each.tag in (f"{SVG}script", f"{SVG}foreignObject", f"{SVG}image")]
    assert {each.get("href", "")[:8] for each in picture.iter(f"{SVG}a")} == {"https://"}


@pytest.mark.parametrize("draw", [mermaid, dot, lambda found: svg(found, down=False)])
def test_texts_of_others_are_texts(walk: Walk, draw: Callable[[Lineage], str]) -> None:
    hostile = '</text><script>alert(1)</script>"]; end\n\x1b[31m\u202e'
    found = walk("small/tune-8B-GGUF", data="all")
    for member in (*found.members.values(), *found.datasets.values()):
        member.name, member.licenses, member.access = hostile, {"x": hostile}, hostile
    found.steps = [replace(step, kind=hostile, field=hostile, record=f"a/b/{hostile}") for step in found.steps]
    found.uses = [replace(use, field=hostile, record=f"a/b/{hostile}") for use in found.uses]
    for member in (found.members[found.root], *found.datasets.values()):
        member.iri = "javascript:alert(1)"
    text = draw(found)
    assert "<script>" not in text or draw is dot  # a text in quotes
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert 'href="javascript' not in text
    assert not any(line.startswith(" end") for line in text.splitlines())


def test_a_flowchart_says_the_same(walk: Walk) -> None:
    lines = mermaid(walk("small/tune-8B-GGUF", data="training")).splitlines()
    assert lines[0] == "flowchart BT"
    assert '  m0["small/tune-8B-GGUF<br/>Apache-2.0"]' in lines
    assert '  m3[("orchard/talks<br/>named only")]' in lines
    assert '  m0 -->|"quantized<br/>declared, huggingface model record<br/>tags"| m1' in lines
    assert '  m1 -.->|"trained on<br/>huggingface model record<br/>cardData.datasets"| m3' in lines
    assert lines[-1] == f"  linkStyle 1 stroke:{RED},color:{RED},stroke-width:2px"
    assert "linkStyle" not in mermaid(walk("circle/a"))


def test_a_graph_of_graphviz_says_the_same(walk: Walk) -> None:
    lines = dot(walk("small/tune-8B-GGUF", data="training")).splitlines()
    assert '  m0 -> m1 [label="quantized\\ndeclared, huggingface model record\\ntags"];' in lines
    (red,) = [line for line in lines if RED in line]
    assert "license conflict: Apache-2.0 under llama3.1 (community license)" in red
    assert red.startswith("  m1 -> m2 ")
    assert sum("cylinder" in line for line in lines) == 2
