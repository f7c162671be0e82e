"""The settings in a run's report: those that count, without secrets, and with one hash for one configuration."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from scrapy.utils.test import get_crawler
from support.runs import opened

from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.crawl.run_settings import RunSettings
from mlentory_crawl.spiders import spider_of, variables

VARIABLES = (
    Variable("MLENTORY_DATA_DIR", "data", ""),
    Variable("SHARE", "0.9", ""),
    Variable("ZOO_TOKEN", None, "", secret=True),
    Variable("ZOO_URL", "https://zoo.example", ""),
    Variable("CONTACT", None, ""),
)
DEFAULTS: dict[str, Any] = {variable.name: variable.default for variable in VARIABLES}


def of(**settings: Any) -> RunSettings:
    return RunSettings.of(VARIABLES, {**DEFAULTS, **settings})


def test_what_is_not_set_is_not_there() -> None:
    assert of(CONTACT="").values == {"SHARE": "0.9", "ZOO_URL": "https://zoo.example"}
    assert of().changed == []


def test_what_is_secret_is_only_said_to_be_set() -> None:
    found = of(ZOO_TOKEN="not-to-be-told", ZOO_URL="https://me:not-to-be-told@zoo.example")
    assert found.values == {"SHARE": "0.9", "ZOO_TOKEN": "set", "ZOO_URL": "https://zoo.example"}
    assert found.changed == ["ZOO_TOKEN", "ZOO_URL"]
    other = of(ZOO_TOKEN="another", ZOO_URL="https://zoo.example")
    assert other.sha256 == found.sha256


def test_the_hash_is_that_of_the_values_as_json() -> None:
    found = of(CONTACT="ü")
    text = json.dumps(dict(found.values), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert found.sha256 == sha256(text.encode()).hexdigest()
    assert found.sha256 != of().sha256


def test_one_configuration_has_one_hash_on_every_machine() -> None:
    assert of(MLENTORY_DATA_DIR="/srv/here", SHARE=0.9).sha256 == of(MLENTORY_DATA_DIR="there").sha256
    assert RunSettings.of(reversed(VARIABLES), DEFAULTS).sha256 == of().sha256


def test_a_difference_is_told_by_setting() -> None:
    assert of(SHARE="0.5", ZOO_TOKEN="x").difference(of(CONTACT="ada").values) == [
        "CONTACT (ada, now not set)",
        "SHARE (0.9, now 0.5)",
        "ZOO_TOKEN (not set, now set)",
    ]
    assert of().difference(of().values) == []


def test_a_crawl_depends_on_the_settings_of_all_spiders_that_it_needs() -> None:
    settings = {variable.name: variable.default for variable in variables()}
    settings["SPIDER_MODULES"] = "mlentory_crawl.spiders"

    def used(platform: str, **arguments: str) -> set[str]:
        spider = get_crawler(spider_of(platform), settings)._create_spider(**arguments)
        assert isinstance(spider, PlatformSpider)
        return {variable.name for variable in spider.used_variables}

    every = {variable.name for variable in variables()}
    assert {"HF_TOKEN", "QUOTA_SHARE"} <= used("huggingface") <= every - {"ARXIV_ENDPOINT", "OPENML_ENDPOINT"}
    assert "ARXIV_ENDPOINT" in used("huggingface", enrich="articles")
    assert used("dispatcher", seeds="https://huggingface.co/acme/a") == every


# Reports


def told(run: Run) -> dict[str, Any]:
    run.keep_counts()
    kept = run.catalog.runs.report(run.name)
    assert kept is not None
    run.close()
    return kept


def test_a_resumed_run_has_the_settings_of_its_last_process(tmp_path: Path) -> None:
    first = told(opened(tmp_path, settings=of()))
    assert (first["settings"], first["settings_sha256"]) == (of().values, of().sha256)
    assert (first["settings_changed"], first["notes"]) == ([], [])
    for share in ("0.5", "0.4"):
        again = told(opened(tmp_path, settings=of(SHARE=share)))
        assert again["run_id"] == first["run_id"]
        assert (again["settings"]["SHARE"], again["settings_changed"]) == (share, ["SHARE"])
        # Always compared with the beginning, and told once.
        assert again["notes"] == [f"the run began with other settings: SHARE (0.9, now {share})"]
    last = told(opened(tmp_path, settings=of()))
    assert (last["settings_sha256"], last["notes"]) == (first["settings_sha256"], [])


def test_what_a_run_of_an_earlier_version_began_with_is_not_known(tmp_path: Path) -> None:
    run = opened(tmp_path)
    new = ("settings", "settings_changed", "settings_sha256", "begun_settings")
    saved = {name: value for name, value in orjson.loads(run.report.json()).items() if name not in new}
    run.catalog.runs.save_report(run.id, orjson.dumps(saved))
    run.close()
    for _ in range(2):
        again = told(opened(tmp_path, settings=of(SHARE="0.5")))
        assert (again["settings"]["SHARE"], again["notes"]) == ("0.5", [])
