"""The registry of platforms: which there are, what kinds each has, and what their answers are about."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from fair4ml.describe.about import About
from fair4ml.describe.source_record import SourceRecord
from fair4ml.platforms import (
    census_kinds,
    declared_sources,
    dependencies,
    describe,
    entity_at,
    example,
    hosts,
    kinds,
    knows_answers,
    look_ups,
    meant,
    platforms,
    prefixes_of_aliases,
    source_model,
)
from fair4ml.platforms.base import parse
from mlentory_crawl import spiders

HUB = "https://huggingface.co/"
ZOO = "https://hypha.aicell.io/bioimage-io/artifacts/"
SPELLED = (("www.example.org/", "/"), ("www.example.org/", ""), ("www.www.example.org/", ""), ("example.org/", ""))
API = "http://127.0.0.1:9/hub/api"


def test_a_platform_declares_what_a_census_of_it_lists() -> None:
    of_spiders = {spider.name: spider.census_kinds for spider in spiders.platforms() if spider.name != "dispatcher"}
    assert {name: census_kinds(name) for name in platforms()} == of_spiders


def test_look_ups_bring_kinds_of_records_that_there_are() -> None:
    known = {kind for name in platforms() for kind in kinds(name)}
    brought = {name: look_ups(name) for name in platforms() if look_ups(name)}
    assert brought.keys() == {"arxiv", "huggingface"}
    assert all(found and set(found) <= known for each in brought.values() for found in each.values())


def test_each_spider_has_a_platform_with_its_pages() -> None:
    of_spiders = {spider.name: spider.hosts for spider in spiders.platforms() if spider.name != "dispatcher"}
    assert {name: hosts(name) for name in platforms()} == of_spiders


def test_each_kind_has_a_model() -> None:
    for platform in platforms():
        assert kinds(platform)
        assert all(issubclass(source_model(platform, kind), SourceRecord) for kind in kinds(platform))


def test_each_kind_says_where_its_properties_come_from() -> None:
    for platform in platforms():
        for kind in kinds(platform):
            assert dependencies(platform, kind).keys() == declared_sources(platform, kind).keys()
            assert len(declared_sources(platform, kind)) > 1
        with pytest.raises(KeyError):
            declared_sources(platform, "no such kind")


def test_a_text_may_mean_things_of_several_platforms_the_likeliest_first() -> None:
    code, flow = "https://github.com/f/100", "https://www.openml.org/f/100"
    assert meant(" f/100\n") == ["f/100", f"{HUB}f/100", f"{HUB}datasets/f/100", flow, code]
    assert meant("moles")[1:] == [f"{HUB}moles", f"{HUB}datasets/moles", f"{ZOO}moles"]
    assert meant("math/0309136")[3:5] == ["https://arxiv.org/abs/math/0309136", "https://github.com/math/0309136"]
    assert meant("pkg:github/acme/tools@v1")[1:] == ["https://github.com/acme/tools"]
    assert meant("doi:10.1234/AB")[1:] == ["https://doi.org/10.1234/ab"]
    assert meant("https://www.example.org/a/") == [f"https://{each}a{end}" for each, end in SPELLED]


def test_no_two_platforms_have_the_same_rank() -> None:
    modules = [import_module(f"fair4ml.platforms.{name}.addresses") for name in platforms()]
    ranks = [module.RANK for module in modules if hasattr(module, "meant")]
    assert len(set(ranks)) == len(ranks) > 1


def test_nobody_knows_another_platform() -> None:
    for asked in (kinds, hosts, look_ups, knows_answers):
        with pytest.raises(ModuleNotFoundError):
            asked("nowhere")


@pytest.mark.parametrize(
    ("url", "payload", "about"),
    [
        (f"{API}/models/acme/m", None, About(f"{HUB}acme/m")),
        (f"{API}/models?limit=9", {"_id": "1", "id": "acme/m"}, About(f"{HUB}acme/m", "1", "model")),
        (f"{API}/models?limit=9", {"_id": "1", "modelId": "acme/m"}, About(f"{HUB}acme/m", "1", "model")),
        (f"{API}/datasets/snli", {"_id": "2"}, About(f"{HUB}datasets/stanfordnlp/snli", "2")),
        (f"{API}/datasets/acme/d/croissant", {"id": "acme/d"}, About(f"{HUB}datasets/acme/d", None)),
        (f"{API}/resolve-cache/models/acme/m/main/README.md", None, About(f"{HUB}acme/m")),
        (f"{API}/organizations/acme/overview", None, About(f"{HUB}acme")),
        (f"{API}/users/ada/overview", {"user": "Ada", "_id": "3"}, About(f"{HUB}Ada", "3")),
        (f"{API}/collections/acme/c-1", {"type": "dataset", "id": "a/d"}, About(f"{HUB}datasets/a/d", None, "dataset")),
        (f"{API}/collections/acme/c-1", {"type": "space", "id": "acme/s"}, None),
        (f"{API}/models?limit=9", {"id": ["acme/m"]}, None),
        (f"{HUB}acme/m", {"id": "acme/m"}, None),
    ],
)  # fmt: skip
def test_answers_of_the_hub_are_about_what_they_name(url: str, payload: Any, about: About | None) -> None:
    assert entity_at("huggingface", url, payload) == about


def test_answers_that_cannot_be_told_apart_are_about_nothing() -> None:
    assert knows_answers("huggingface")
    assert not knows_answers("openml")
    assert entity_at("openml", "https://www.openml.org/api/v1/json/data/1", {"id": 1}) is None


@pytest.mark.parametrize(
    ("class_name", "iri", "further", "is_alias"),
    [
        ("ScholarlyArticle", "https://doi.org/10.1/x", "https://arxiv.org/abs/1706.03762", True),
        ("ScholarlyArticle", "https://arxiv.org/abs/1706.03762", "https://doi.org/10.1/x", True),
        ("ScholarlyArticle", "https://example.org/a", "https://paperswithcode.co/paper/a", True),
        ("ScholarlyArticle", "https://doi.org/10.1/x", "https://example.org/a", False),
        ("MLModel", f"{ZOO}kind-seal", f"{ZOO}10.5281/zenodo.1", True),
        ("MLModel", f"{ZOO}kind-seal", "https://doi.org/10.5281/zenodo.1", False),
        ("MLModel", f"{HUB}acme/m", f"{ZOO}kind-seal", False),
    ],
)
def test_further_names_of_an_entity_are_of_few_forms(class_name: str, iri: str, further: str, is_alias: bool) -> None:
    prefixes = prefixes_of_aliases(class_name, iri)
    assert bool(prefixes and further.startswith(prefixes)) == is_alias


def test_messages_have_one_platform_as_an_example() -> None:
    assert example() == "huggingface"


def test_a_record_is_mapped_by_hand_with_three_names() -> None:
    record, issues = parse(source_model("huggingface", "model"), {"_id": "65f0a1b2c3d4e5f601234567", "id": "acme/elm"})
    assert issues == []
    assert describe(record).root.iri == "https://huggingface.co/acme/elm"
