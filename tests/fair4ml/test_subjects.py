"""The subjects of texts: what titles name, and what pages are about."""

from __future__ import annotations

import pytest

from fair4ml.describe.subjects import subject
from fair4ml.entities import Stub
from fair4ml.platforms import named_at

HUB = "https://huggingface.co/"
ZOO = "https://hypha.aicell.io/bioimage-io/artifacts/"
OPENML = "https://www.openml.org/"
PAPERS = "https://paperswithcode.co/"
CODE = "https://github.com/"


def model(name: str) -> Stub:
    return Stub(HUB + name, "MLModel", name)


def repository(name: str) -> Stub:
    return Stub(CODE + name, "SoftwareSourceCode", name)


BASE, CHAT, OTHER = model("acme/Elm-3-8B"), model("acme/Elm-3-8B-Chat"), model("other/Elm-3-8B")
PAPER = Stub("https://arxiv.org/abs/2401.00001", "ScholarlyArticle", "arXiv:2401.00001")
LEAVES = Stub(f"{HUB}datasets/acme/leaves-2", "Dataset", "acme/leaves-2")
LIBRARY = repository("huggingface/transformers")
BOTH = [BASE, CHAT]


@pytest.mark.parametrize(
    ("title", "mentioned", "named"),
    [
        ("Elm 3 8B on a laptop", BOTH, BASE),
        ("A look at acme/elm_3_8b", BOTH, BASE),
        ("Elm-3-8B-Chat: first impressions", BOTH, CHAT),
        ("Why Elm 3 8B Chat is better than Elm 3 8B", BOTH, CHAT),
        ("Elm 3 is out", BOTH, None),
        ("Delm 3 8Bs", BOTH, None),
        ("Elm 3 8B or Oak 2?", [BASE, model("acme/oak-2")], None),
        ("Elm 3 8B, quantized", [BASE, OTHER], None),
        ("Fun with other/elm-3-8b", [BASE, OTHER], OTHER),
        ("Fun with other/elm-3-8b", [BASE, model("other/Elm-3-70B"), model("other/elm")], None),
        ("An introduction to transformers", [LIBRARY], None),
        ("huggingface/transformers at five", [LIBRARY], LIBRARY),
        ("ExElmV2: the fastest there is", [repository("ada/exelmv2")], repository("ada/exelmv2")),
        ("elm.cpp from the inside", [repository("ada/elm.cpp")], repository("ada/elm.cpp")),
        ("GPT in 3 steps", [model("acme/gpt")], None),
        ("V 2 of our site", [model("acme/v-2")], None),
        ("2024 in review", [Stub(f"{HUB}datasets/acme/2024", "Dataset", "acme/2024")], None),
        ("Leaves 2, a dataset", [LEAVES, PAPER], LEAVES),
        ("arXiv:2401.00001 explained", [PAPER], None),
        ("Elm 3 8B", [], None),
        (None, BOTH, None),
        ("", [Stub(f"{HUB}acme", "MLModel")], None),
    ],
)  # fmt: skip
def test_a_title_names_one_entity_or_none(title: str | None, mentioned: list[Stub], named: Stub | None) -> None:
    assert subject(title, mentioned) == named


@pytest.mark.parametrize(
    ("url", "iri", "cls", "name"),
    [
        (f"{HUB}acme/elm", f"{HUB}acme/elm", "MLModel", "acme/elm"),
        (f"{HUB}acme/elm/blob/main/config.json", f"{HUB}acme/elm", "MLModel", "acme/elm"),
        ("https://hf.co/acme/elm?library=vllm", f"{HUB}acme/elm", "MLModel", "acme/elm"),
        (f"{HUB}datasets/acme/leaves/viewer", f"{HUB}datasets/acme/leaves", "Dataset", "acme/leaves"),
        (f"{HUB}datasets/wikitext", f"{HUB}datasets/Salesforce/wikitext", "Dataset", "Salesforce/wikitext"),
        (f"{HUB}gpt2", f"{HUB}gpt2", "MLModel", "gpt2"),
        (f"{HUB}papers/2401.00001", PAPER.iri, PAPER.cls, "arXiv:2401.00001"),
        ("https://arxiv.org/pdf/2401.00001v3.pdf", PAPER.iri, PAPER.cls, "arXiv:2401.00001"),
        ("https://doi.org/10.1234/ABC", "https://doi.org/10.1234/abc", "ScholarlyArticle", "doi:10.1234/abc"),
        (f"{CODE}acme/elm/tree/main/src", f"{CODE}acme/elm", "SoftwareSourceCode", "acme/elm"),
        (f"{OPENML}d/61", f"{OPENML}d/61", "Dataset", "Dataset 61"),
        (f"{OPENML}search?type=data&id=61", f"{OPENML}d/61", "Dataset", "Dataset 61"),
        ("https://openml.org/f/100/", f"{OPENML}f/100", "MLModel", "Flow 100"),
        ("https://paperswithcode.com/paper/on-elms?a=1", f"{PAPERS}paper/on-elms", PAPER.cls, "on-elms"),
        (f"{PAPERS}dataset/leaves", f"{PAPERS}dataset/leaves", "Dataset", "leaves"),
        ("https://bioimage.io/#/artifacts/tidy-animal", f"{ZOO}tidy-animal", "CreativeWork", "tidy-animal"),
    ],
)  # fmt: skip
def test_pages_are_about_entities_of_their_platforms(url: str, iri: str, cls: str, name: str) -> None:
    assert named_at(url) == Stub(iri, cls, name)


@pytest.mark.parametrize(
    "url",
    [
        "acme/elm", "f/100", "2401.00001", "10.1234/abc", "tidy-animal",
        f"{HUB}acme", f"{HUB}blog/elm", f"{HUB}docs/transformers", f"{HUB}spaces/acme/elm", f"{HUB}front/a/b.svg",
        f"{HUB}inference/models", f"{HUB}collections/acme/c-1", f"{HUB}datasets", f"{HUB}{{MODEL_ID}}", f"{HUB}join/us",
        f"{CODE}acme", f"{CODE}acme/elm/issues/1", f"{CODE}topics/elm", "https://doi.org/10.5281/zenodo.1",
        f"{OPENML}t/1", f"{OPENML}", "https://paperswithcode.com/task/naming", "https://bioimage.io/#/about",
        "https://example.org/acme/elm", "https://huggingface.co.example.org/acme/elm", "https://[", "http://", "https:///x",
    ],
)  # fmt: skip
def test_other_pages_are_about_none(url: str) -> None:
    assert named_at(url) is None
