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

from mlentory_crawl.catalog.queries.lineage import Lineage, lineage
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.pictures.dot import dot
from mlentory_crawl.pictures.labels import MAX_DATA, folded
from mlentory_crawl.pictures.mermaid import mermaid
from mlentory_crawl.pictures.svg import svg

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
    return [each.text or "" for each in picture.iter(f"{SVG}text") if style is None or each.get("class") == style]


def test_a_base_its_tune_and_its_quantization(walk: Walk) -> None:
    picture = drawn(walk("small/tune-8B-GGUF"))
    assert texts(picture, "name") == ["tune-8B-GGUF", "tune-8B", "base-8B"]
    assert texts(picture, "license") == ["Apache-2.0", "Apache-2.0", "llama3.1"]
    assert texts(picture, "kind") == ["quantized", "finetune"]
    assert texts(picture, "field") == ["tags", "baseModels.models"]
    said = texts(picture)
    assert {"declared, huggingface model record", "resolved, huggingface model record", "gated"} <= set(said)
    assert "2 models that it derives from \u00b7 1 license conflict" in said
    places = [float(each.get("y", 0)) for each in picture.iter(f"{SVG}rect") if each.get("class") == "box"]
    assert places == sorted(places, reverse=True)  # the base on top


def test_a_license_conflict_is_red_with_its_clause(walk: Walk) -> None:
    picture = drawn(walk("small/tune-8B-GGUF"))
    assert " ".join(texts(picture, "conflict")) == "license conflict: Apache-2.0 under llama3.1 (community license)"
    assert " ".join(texts(picture, "reason")).startswith("community license: under llama3.1, derivative works are")
    (arrow,) = [each for each in picture.iter(f"{SVG}g") if "conflict" in each.get("class", "")]
    assert (arrow.findtext(f"{SVG}title") or "").startswith("orchard/tune-8B derives from tide/base-8B: finetune")
    assert not texts(drawn(walk("circle/a")), "conflict")


def test_data_are_drawn_where_they_are_asked_for(walk: Walk) -> None:
    assert "trained on" not in texts(drawn(walk("orchard/tune-8B")))
    training = texts(drawn(walk("orchard/tune-8B", data="training")))
    assert {"corpus", "talks", "trained on", "cardData.datasets"} <= set(training)
    assert "evaluated on" not in training
    everything = texts(drawn(walk("orchard/tune-8B", data="all")))
    assert everything.count("evaluated on") == MAX_DATA + 1
    assert "3 more datasets" in everything
    assert "1 model that it derives from \u00b7 9 datasets \u00b7 1 license conflict" in everything


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
    assert picture.get("role") == "img"
    said = "Lineage of mix/merged: 3 models that it derives from \u00b7 9 datasets \u00b7 1 license conflict"
    assert picture.findtext(f"{SVG}title") == picture.get("aria-label") == said
    assert "prefers-color-scheme: dark" in text
    assert not [each for each in picture.iter() if each.tag in (f"{SVG}script", f"{SVG}foreignObject", f"{SVG}image")]
    assert {each.get("href", "")[:8] for each in picture.iter(f"{SVG}a")} == {"https://"}


@pytest.mark.parametrize("draw", [mermaid, dot, lambda found: svg(found, down=False)])
def test_texts_of_others_are_texts(walk: Walk, draw: Callable[[Lineage], str]) -> None:
    hostile = '</text><script>alert(1)</script>"]; end\n\x1b[31m\u202e'
    found = walk("small/tune-8B-GGUF")
    for member in found.members.values():
        member.name, member.licenses, member.access = hostile, {"x": hostile}, hostile
    found.steps = [replace(step, kind=hostile, field=hostile, record=f"a/b/{hostile}") for step in found.steps]
    found.members[found.root].iri = "javascript:alert(1)"
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
