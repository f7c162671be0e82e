"""Arguments of spiders: what they say of themselves, what is wrong with them, and those that stand in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import Field, ValidationError

from mlentory_crawl.base_spiders.arguments import Words, arguments, problems
from mlentory_crawl.base_spiders.modes import CensusArguments
from mlentory_crawl.base_spiders.platform import Arguments, PlatformSpider
from mlentory_crawl.spiders import platforms


class ZooArguments(CensusArguments):
    mode: Literal["census", "ids"] | None = Field(default=None, description="the way")
    kinds: Annotated[str, Words("cat|dog", "any of cat, dog, or none", instead="none")] = Field(default="cat")
    levels: int = Field(default=3, ge=1)


class KeeperArguments(Arguments):
    keeper: str = Field(description="who feeds them")


class ZooSpider(PlatformSpider):
    name = "zoo"
    Arguments: ClassVar[type[Arguments]] = ZooArguments
    arguments: ZooArguments


def refused(given: dict[str, Any], model: type[Arguments] = ZooArguments) -> str:
    with pytest.raises(ValidationError) as error:
        model.model_validate(given)
    return problems(model, given, error.value)


def written(folder: Path, text: str) -> str:
    path = folder / "crawl.yaml"
    path.write_text(text)
    return str(path)


def test_arguments_say_what_they_expect() -> None:
    told = {each.name: (each.expected, each.default, each.is_needed) for each in arguments(ZooArguments)}
    assert told == {
        "mode": ("census or ids", None, False),
        "limit": ("a whole number from 1", None, False),
        "ids": ("text", None, False),
        "accept_deletions": ("true or false", "false", False),
        "kinds": ("any of cat, dog, or none", "cat", False),
        "levels": ("a whole number from 1", "3", False),
        "config": ("text", None, False),
    }
    assert [(each.name, each.is_needed) for each in arguments(KeeperArguments)] == [("keeper", True), ("config", False)]


@pytest.mark.parametrize("spider_class", platforms(), ids=lambda each: each.name)
def test_every_argument_of_every_spider_is_documented(spider_class: type[PlatformSpider]) -> None:
    found = arguments(spider_class.Arguments)
    assert [each.name for each in found][-1] == "config"
    for each in found:
        assert each.meaning, each.name
        assert not each.meaning.endswith("."), each.name
        assert each.expected, each.name


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"mode": "all"}, "-a mode='all': expected census or ids"),
        ({"limit": "0"}, "-a limit='0': expected a whole number from 1"),
        ({"accept_deletions": "perhaps"}, "-a accept_deletions='perhaps': expected true or false"),
        ({"kinds": "cat,cat"}, "-a kinds='cat,cat': expected any of cat, dog, or none"),
        ({"kinds": "cat,none"}, "-a kinds='cat,none': expected any of cat, dog, or none"),
        ({"ids": ""}, "-a ids='': expected at least one id, got none"),
        ({"mode": "ids"}, "mode=ids and ids=FILE_OR_LIST go together"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_expected(given: dict[str, str], told: str) -> None:
    assert refused(given) == told


def test_an_unknown_argument_is_told_with_those_that_there_are() -> None:
    known = "there are mode, limit, ids, accept_deletions, kinds, levels, config"
    assert refused({"nosuch": "1"}) == f"-a nosuch: there is no such argument; {known}"
    near = refused({"limits": "1", "x": "2"})
    assert (
        near == f"-a limits: there is no such argument, did you mean limit?; -a x: there is no such argument; {known}"
    )


def test_a_missing_argument_is_told_with_its_meaning() -> None:
    assert refused({}, KeeperArguments) == "-a keeper=... is missing: who feeds them"


@pytest.mark.parametrize("text", ["none", "cat", "dog,cat"])
def test_words_may_come_in_any_order(text: str) -> None:
    assert ZooArguments(kinds=text).kinds == text


@pytest.mark.parametrize(
    ("yaml", "given"),
    [
        ("parameters:\n  mode: census\n  limit: 40\n", {"mode": "census", "limit": "40"}),
        ("parameters: {mode: census, accept_deletions: yes}", {"mode": "census", "accept_deletions": "true"}),
        ("parameters: {kinds: [cat, dog], levels: 3}", {"kinds": "cat,dog"}),
        ("parameters: {ids: [2104.05930, '1e3', no]}", {"ids": "2104.05930,1e3,no"}),
        ("parameters: {ids: [acme/data.json]}", {"ids": "acme/data.json,"}),
        ("parameters: {limit: null, ids: ~, kinds: }", {}),
        ("parameters: {}", {}),
        ("parameters: &all\n  limit: 2\n", {"limit": "2"}),
        ('{"parameters": {"limit": 2}}', {"limit": "2"}),
    ],
)
def test_arguments_of_a_file_are_those_of_the_command_line(yaml: str, given: dict[str, str], tmp_path: Path) -> None:
    path = written(tmp_path, yaml)
    by_file, by_hand = ZooSpider(config=path, _job="1"), ZooSpider(**given)
    assert by_file.arguments == by_hand.arguments
    # As the report shows them, and as another command of the same crawl has them.
    assert by_file.reported_arguments() == by_hand.reported_arguments()
    assert "config" not in by_file.reported_arguments()


def test_what_is_given_goes_before_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "parameters: {mode: census, limit: 4}")
    spider = ZooSpider(config=path, limit="5")
    assert spider.reported_arguments() == {"mode": "census", "limit": 5}


@pytest.mark.parametrize(
    ("yaml", "told"),
    [
        ("parameters: {limit: few}", "{path}: parameters.limit: 'few': expected a whole number from 1"),
        ("parameters: {kinds: [cat, cow]}", "{path}: parameters.kinds: 'cat,cow': expected any of cat, dog, or none"),
        ("parameters: {limits: 3}", "{path}: parameters.limits: there is no such argument, did you mean limit?;"),
        ("parameters: {limit: 3}\nspider: zoo", "{path}: spider (line 2): unknown key, expected parameters alone"),
        ("parameters:\n  ids:\n    a: b", "{path}: parameters.ids (line 3): expected a value or a list of values"),
        ("parameters:\n  ids: [[a]]", "{path}: parameters.ids (line 2): expected a value or a list of values"),
        ("parameters: {ids: [a, ]}", None),
        ("parameters: {ids: [a, ~]}", "{path}: parameters.ids (line 1): expected a value or a list of values"),
        ("parameters: [a]", "{path}: parameters: expected a mapping of arguments, got a list"),
        ("parameters:", "{path}: parameters: expected a mapping of arguments, got nothing"),
        ("parameters: {config: other.yaml}", "{path}: parameters.config: a file cannot name another one"),
        ("{}", "{path}: parameters: expected a mapping of arguments, got nothing"),
        ("- a", "{path}: expected a mapping with the key parameters, got a list"),
        ("", "{path}: expected a mapping with the key parameters, got nothing"),
        ("a: b\n---\nc: d", "{path}: expected a mapping with the key parameters, got a mapping, a mapping"),
        ("parameters: [", "{path} is not valid YAML at line"),
        ("parameters: !!python/name:os.system x", "{path}: parameters: expected a mapping of arguments, got 'x'"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_told_with_its_place(yaml: str, told: str | None, tmp_path: Path) -> None:
    path = written(tmp_path, yaml)
    if told is None:
        assert ZooArguments.model_validate({"config": path}).ids == "a"
    else:
        assert refused({"config": path}).startswith(told.format(path=path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused({"config": str(tmp_path)}) == f"{tmp_path} cannot be read: Is a directory"
    assert refused({"config": "none.yaml"}) == "none.yaml cannot be read: No such file or directory"
    assert refused({"config": ""}) == "config names no file"


def test_a_file_that_would_grow_when_it_is_read(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    told = refused({"config": written(tmp_path, "\n".join([*lines, "parameters: {ids: *a11}"]))})
    assert told.endswith("a0 (line 1): unknown key, expected parameters alone")
