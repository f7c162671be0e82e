"""Settings, and what holds for every spider."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.test import get_crawler

from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.commands.crawl_help import data_sheet
from mlentory_crawl.config.environment import ENV_FILE, names_in_environment, read_environment
from mlentory_crawl.spiders import variables

ROOT = Path(__file__).parents[2]
LOADER = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["mlentory_crawl.spiders"]}))


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.env"
    file.write_text("MLENTORY_DATA_DIR=from-file\nHF_TOKEN=from-file\nHF_ENDPOINT=\n")
    for name in names_in_environment(variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(ENV_FILE, str(file))
    monkeypatch.setenv("HF_TOKEN", "from-environment")
    monkeypatch.setenv("MLENTORY_DATA_DIR", "")
    found = read_environment(variables())
    assert found["HF_TOKEN"] == "from-environment"
    assert found["MLENTORY_DATA_DIR"] == "from-file"
    assert found["HF_ENDPOINT"] == "https://huggingface.co"


def test_the_example_lists_every_setting() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "make_env_example.py"))["text"]()
    assert (ROOT / ".env.example").read_text() == made


def test_the_example_is_made_of_the_checkout_s_own_settings(tmp_path: Path) -> None:
    tool = tmp_path / "tools" / "make_env_example.py"
    tool.parent.mkdir()
    shutil.copyfile(ROOT / "tools" / tool.name, tool)
    (tmp_path / "mlentory_crawl").mkdir()
    (tmp_path / "mlentory_crawl" / "__init__.py").write_text("raise SystemExit('this checkout')")
    done = subprocess.run([sys.executable, str(tool)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == "this checkout\n"


def test_nothing_is_needed_to_list_the_spiders(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == LOADER.list()


def test_what_a_crawl_may_not_do() -> None:
    settings = Settings()
    settings.setmodule("mlentory_crawl.settings")
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert {name for name, handler in settings["DOWNLOAD_HANDLERS"].items() if handler is None} == {
        "file",
        "data",
        "ftp",
        "s3",
    }


@pytest.mark.parametrize("name", LOADER.list())
def test_every_spider_has_a_data_sheet_and_typed_arguments(name: str) -> None:
    spider_class = LOADER.load(name)
    assert issubclass(spider_class, PlatformSpider)
    assert spider_class.__module__ in (f"mlentory_crawl.spiders.{name}", f"mlentory_crawl.spiders.{name}.spider")
    summary, sections = data_sheet(spider_class)
    assert summary.endswith(".")
    assert list(sections) == ["Domain", "API documentation", "Caveats"]
    assert all(field.description for field in spider_class.Arguments.model_fields.values())
    (setting,) = (variable for variable in variables() if variable.name == spider_class.endpoint_setting)
    assert setting.default is None or setting.default.startswith("https://")
    needed = {"dispatcher": {"seeds": "https://huggingface.co/acme/a"}}
    crawler = get_crawler(spider_class, {spider_class.endpoint_setting: "http://127.0.0.1:9/"})
    spider = crawler._create_spider(_job="1", **needed.get(name, {}))
    assert isinstance(spider, PlatformSpider)
    assert spider.endpoint == "http://127.0.0.1:9"
    assert spider.identity()["spider"] == name
