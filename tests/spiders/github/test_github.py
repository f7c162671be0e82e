"""Crawls of GitHub, against a made-up one."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import rdflib
from scrapy import Request
from scrapy.utils.test import get_crawler
from support.crawling import CatalogProject, Project
from support.github_server import API, CITATION, CODEMETA, RAW, GitHub, refused, repository, served_github
from support.paperswithcode_server import Catalog, paper, paperswithcode

from fair4ml.identifiers import orcid
from fair4ml.platforms import entity_at
from fair4ml.vocabulary import CODEMETA as TERMS, SCHEMA
from mlentory_crawl.archive.store import REVALIDATE
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.spiders.github.spider import GitHubSpider

TOOLS, PLAIN = "acme/tools", "acme/plain"
HERE = "https://github.com/"
LEAST = ("-a", "files=false", "-a", "content=none")
AT_ONCE = ("-s", "DOWNLOAD_SLOTS={}", "-s", "RETRY_TIMES=1", "-s", "RETRY_BACKOFF=0.01")


@pytest.fixture
def server() -> Iterator[GitHub]:
    with served_github([repository(1, TOOLS), repository(2, PLAIN, license=None)]) as served:
        served.files = {(TOOLS, "CITATION.cff"): CITATION, (TOOLS, "codemeta.json"): CODEMETA}
        yield served


@pytest.fixture
def project(tmp_path: Path, server: GitHub) -> Project:
    return CatalogProject(tmp_path / "data", "http://127.0.0.1:9", **addresses(server))


def addresses(server: GitHub) -> dict[str, str]:
    return {"GITHUB_ENDPOINT": f"{server.url}{API}", "GITHUB_RAW_ENDPOINT": f"{server.url}{RAW}"}


def crawl(project: Project, ids: object, *words: str, code: int = 0, spider: str = "github") -> dict[str, Any]:
    name = "ids" if spider == "github" else "seeds"
    return project.crawl("-a", f"{name}={ids}", *AT_ONCE, *words, code=code, spider=spider)


def requested(report: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in report["requested"].items() if count}


def shown(project: Project, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(project.scrapy("show", f"{HERE}{name}", "--json").stdout)
    return told


def test_a_repository_and_its_files_are_one_thing_and_unchanged_the_second_time(
    project: Project, server: GitHub
) -> None:
    report = crawl(project, f"{TOOLS},{PLAIN}")
    assert (report["mode"], report["coverage"], report["verdict"]) == ("ids", "ids", "complete")
    assert requested(report) == {"asked": 2, "found": 2}
    assert (report["records"]["fetched"], report["records"]["new"]) == (4, 4)
    # That a repository has no such file is no record.
    assert {by: dict(told) for by, told in report["lookups"].items()} == {
        "citations": {"asked": 2, "found": 1, "missing": 1},
        "codemetas": {"asked": 2, "found": 1, "missing": 1},
        "readmes": {"asked": 2, "missing": 2},
    }
    assert report["requests"]["by_slot"] == {"github.api": 4, "github.raw": 4}
    assert report["field_issues"] == {}
    kinds = project.status()["catalog"]["records"]["github"]
    assert {kind: told["live"] for kind, told in kinds.items()} == {"repository": 2, "citation": 1, "codemeta": 1}
    told = shown(project, TOOLS)
    root = told["root"]
    assert (root["name"], root["version"], root["datePublished"]) == (TOOLS, "1.10", "2024-05-06")
    assert set(root["license"]) == {"https://spdx.org/licenses/MIT", "https://spdx.org/licenses/Apache-2.0"}
    assert orcid("0000-0002-1825-0097") in root["author"]
    assert root["referencePublication"] == ["https://doi.org/10.1234/abc.1"]
    assert root["maintainer"] == [f"{HERE}acme"]
    addresses = {source["source"] for source in told["sources"]}
    assert f"https://raw.githubusercontent.com/{TOOLS}/HEAD/CITATION.cff" in addresses
    assert all(urlsplit(address).hostname in GitHubSpider.hosts for address in addresses)
    again = crawl(project, f"{TOOLS},{PLAIN}")
    assert (again["records"]["fetched"], again["records"]["unchanged"]) == (4, 4)


def test_counters_move_without_the_repository_changing(project: Project, server: GitHub) -> None:
    crawl(project, TOOLS)
    server.repositories[0] |= {"stargazers_count": 90, "watchers_count": 90, "updated_at": "2024-05-01T00:00:00Z"}
    assert crawl(project, TOOLS)["records"]["unchanged"] == 3
    assert shown(project, TOOLS)["counters"]["stargazers_count"] == 90
    server.repositories[0] |= {"pushed_at": "2024-06-01T00:00:00Z"}
    assert crawl(project, TOOLS)["records"]["changed"] == 1


def test_a_file_that_is_there_no_more_says_nothing_more(project: Project, server: GitHub) -> None:
    crawl(project, TOOLS)
    server.files.clear()
    report = crawl(project, TOOLS)
    assert (report["records"]["changed"], report["verdict"]) == (2, "complete")
    root = shown(project, TOOLS)["root"]
    assert root["license"] == ["https://spdx.org/licenses/MIT"]
    assert not {"author", "version", "referencePublication"} & root.keys()


def test_files_can_be_left_alone(project: Project, server: GitHub) -> None:
    report = crawl(project, TOOLS, *LEAST)
    assert (report["records"]["new"], server.asked) == (1, [f"{API}/repos/{TOOLS}"])


def test_what_is_not_there_is_counted_and_no_record(project: Project, server: GitHub) -> None:
    server.repositories += [
        repository(3, "acme/secret", private=True, temp_clone_token="NOT-FOR-FILES"),
        repository(6, "acme/quiet", private=True),
        repository(4, "acme/shut", disabled=True),
        repository(5, "acme/kept", archived=True),
    ]
    server.blocked = {"acme/dmca": (451, "dmca"), "acme/tos": (403, "tos")}
    names = ["nothing", "dmca", "tos", "secret", "quiet", "shut", "kept"]
    report = crawl(project, ",".join(f"acme/{name}" for name in names))
    assert report["verdict"] == "complete"
    assert requested(report) == {"asked": 7, "found": 2, "missing": 3, "blocked": 2}
    assert report["records"]["new"] == 2
    asked_for_files = {path.split("/")[3] for path in server.asked if path.startswith(RAW)}
    assert asked_for_files == {"kept"}
    (seeds,) = (project.data_dir / "runs").glob("*.seeds.jsonl")
    told = [json.loads(line) for line in seeds.read_text().splitlines()]
    ended = ["missing", "blocked", "blocked", "missing", "missing", "found", "found"]
    assert [line["outcome"] for line in told] == ended
    assert [bool(line["reason"]) for line in told] == [True] * 5 + [False] * 2
    values = {part.get("propertyID"): part.get("value") for part in shown(project, "acme/kept")["parts"]}
    assert values["archived"] is True
    index = "".join(path.read_text() for path in (project.data_dir / "raw").rglob("answers.jsonl"))
    assert "acme/kept" in index
    assert "acme/secret" not in index
    assert "acme/quiet" not in index


def test_a_renamed_repository_keeps_its_history_and_its_former_name_leads_to_it(
    project: Project, server: GitHub
) -> None:
    crawl(project, TOOLS)
    server.rename(TOOLS, "labs/instruments")
    report = crawl(project, TOOLS)
    assert requested(report) == {"asked": 1, "found": 1, "renamed": 1}
    assert (report["records"]["changed"], report["records"]["new"]) == (3, 0)
    assert f"{API}/repositories/1" in server.asked
    assert shown(project, TOOLS)["root"]["iri"] == f"{HERE}labs/instruments"
    kinds = project.status()["catalog"]["records"]["github"]
    assert {kind: told["live"] for kind, told in kinds.items()} == {"repository": 1, "citation": 1, "codemeta": 1}


def test_another_spelling_and_a_former_name_are_aliases_from_the_first_crawl_on(
    project: Project, server: GitHub
) -> None:
    server.rename(PLAIN, "acme/simple")
    report = crawl(project, f"{PLAIN},ACME/Tools,https://github.com/acme/tools.git,acme/simple", *LEAST)
    assert requested(report) == {"asked": 4, "found": 3, "duplicate": 1, "renamed": 1}
    assert (report["records"]["new"], report["records"]["duplicate"]) == (2, 1)
    assert shown(project, PLAIN)["root"]["iri"] == f"{HERE}acme/simple"
    assert shown(project, "ACME/Tools")["root"]["iri"] == f"{HERE}{TOOLS}"


def test_a_redirect_that_leads_nowhere_is_told(project: Project, server: GitHub) -> None:
    server.refusals = [refused(301, "Moved Permanently", {"Location": "https://example.org/else"})]
    report = crawl(project, TOOLS, code=1)
    assert (report["verdict"], requested(report)) == ("failed", {"asked": 1, "failed": 1})
    assert server.asked == [f"{API}/repos/{TOOLS}"]
    # What failed has come to its end: the same command asks for it again.
    assert requested(crawl(project, TOOLS)) == {"asked": 1, "found": 1}


@pytest.mark.parametrize(
    "refusal",
    [
        refused(403, "You have exceeded a secondary rate limit.", {"Retry-After": "1"}),
        refused(429, "Too many requests", {"Retry-After": "1"}),
        refused(
            403,
            "API rate limit exceeded",
            {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"},
        ),
    ],
    ids=["secondary", "429", "primary"],
)
def test_one_request_too_many_waits_and_is_asked_again(project: Project, server: GitHub, refusal: Any) -> None:
    server.refusals = [refusal]
    report = crawl(project, TOOLS, *LEAST)
    assert (report["verdict"], report["records"]["new"]) == ("complete", 1)
    assert len(server.asked) == 2
    assert report["requests"]["waits"] > 0


def test_a_quota_that_is_nearly_gone_is_waited_for(project: Project, server: GitHub) -> None:
    server.quota, server.window = 20, 3
    names = [f"acme/none-{n}" for n in range(20)]
    report = crawl(project, ",".join(names), "-s", "QUOTA_SHARE=0.5")
    assert (report["verdict"], requested(report)) == ("complete", {"asked": 20, "missing": 20})
    assert report["requests"]["waits"] > 1
    assert report["requests"]["by_status"] == {"404": 20}


def test_an_interrupted_list_goes_on_where_it_was(tmp_path: Path) -> None:
    many = [repository(n, f"acme/tool-{n}") for n in range(1, 41)]
    with served_github(many) as server:
        project = CatalogProject(tmp_path / "data", "http://127.0.0.1:9", **addresses(server))
        names = tmp_path / "names.txt"
        names.write_text("# made up\nno repository\n" + "".join(f"{each['full_name']}\n" for each in many))
        server.quota, server.window = 50, 600
        words = ("crawl", "github", "-a", f"ids={names}", *LEAST, *AT_ONCE, "-s", "QUOTA_SHARE=0.5")
        walk = subprocess.Popen(project.command(*words), env=project.environment, stderr=subprocess.PIPE, text=True)
        assert walk.stderr is not None
        while "Waiting" not in walk.stderr.readline():
            pass
        time.sleep(3)  # what is finished is stored every two seconds
        walk.send_signal(signal.SIGKILL)
        walk.communicate()
        before = len(server.asked)
        assert before < 40
        server.quota = 5_000
        report = crawl(project, names, *LEAST, "-s", "QUOTA_SHARE=0.5")
        assert requested(report) == {"asked": 41, "found": 40, "invalid": 1}
        assert report["records"]["new"] == 40
        assert len(server.asked) < 80
        assert len(set(server.asked)) == 40


def test_nothing_named_is_told_in_one_line(project: Project) -> None:
    done = project.scrapy("crawl", "github")
    assert done.returncode == 2
    assert "-a ids=" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("answer", [(200, {}, b"<html>"), (200, {}, b"[]"), (200, {}, b"{}"), (500, {}, b"")])
def test_what_is_no_answer_is_no_record(project: Project, server: GitHub, answer: Any) -> None:
    server.refusals = [answer] * 2
    report = crawl(project, TOOLS, code=1)
    assert (report["verdict"], requested(report)) == ("failed", {"asked": 1, "failed": 1})
    assert report["records"]["fetched"] == 0
    assert report["problems"]


def test_a_record_of_nothing_goes_to_the_quarantine(project: Project, server: GitHub) -> None:
    server.repositories[0]["full_name"] = TOOLS
    server.repositories[0]["id"] = "one"
    report = crawl(project, TOOLS, code=1)
    assert (report["records"]["quarantined"], report["verdict"]) == (1, "suspect")


def test_a_seed_list_leads_to_repositories(project: Project, server: GitHub) -> None:
    seeds = [
        f"{HERE}{TOOLS}/tree/main/sub?tab=readme",
        f"{HERE}{TOOLS}/issues/3",
        f"{HERE}acme",
        f"{HERE}orgs/acme",
        f"{HERE}{PLAIN}.git",
    ]
    report = crawl(project, ",".join(seeds), spider="dispatcher")
    assert requested(report) == {"asked": 5, "found": 2, "invalid": 3}
    assert report["platforms"]["github"]["new"] == 4
    assert report["requests"]["by_slot"] == {"github.api": 4, "github.raw": 4}


def test_quotas_are_obeyed_for_a_seed_list_too(project: Project, server: GitHub) -> None:
    server.refusals = [refused(403, "You have exceeded a secondary rate limit.", {"Retry-After": "1"})]
    report = crawl(project, f"{HERE}{PLAIN}", spider="dispatcher")
    assert requested(report) == {"asked": 1, "found": 1}
    assert report["requests"]["waits"] > 0.5


def test_what_papers_name_is_what_github_describes(project: Project, server: GitHub) -> None:
    server.repositories.append(repository(9, "acme/code-1"))
    papers = Catalog(papers=1)
    papers.lists["papers"] = [paper(1)]
    with paperswithcode(papers) as url:
        project.environment["PAPERSWITHCODE_ENDPOINT"] = url
        project.crawl("-a", "limit=1", *AT_ONCE, spider="paperswithcode")
    crawl(project, "acme/code-1")
    graph = rdflib.Graph().parse(data=project.export("all.nt"), format="nt")
    code = rdflib.URIRef(f"{HERE}acme/code-1")
    assert graph.value(code, rdflib.URIRef(SCHEMA.maintainer)) == rdflib.URIRef(f"{HERE}acme")
    assert graph.value(code, rdflib.URIRef(TERMS.referencePublication)) is not None


def test_an_archive_is_replayed(project: Project, server: GitHub, tmp_path: Path) -> None:
    server.rename(PLAIN, "acme/simple")
    crawl(project, f"{TOOLS},{PLAIN}")
    asked = len(server.asked)
    again = CatalogProject(tmp_path / "again", "http://127.0.0.1:9", **addresses(server))
    done = again.scrapy("replay", "--all", "--from", project.data_dir)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(server.asked) == asked
    assert again.export("again.nt") == project.export("first.nt")


def test_what_is_erased_is_not_asked_for_again(project: Project, server: GitHub) -> None:
    crawl(project, f"{TOOLS},{PLAIN}")
    assert project.scrapy("erase", f"{HERE}{TOOLS}", "--yes").returncode == 0
    asked = len(server.asked)
    report = crawl(project, f"{TOOLS},{PLAIN}")
    assert (report["requested"]["erased"], report["requested"]["found"]) == (1, 1)
    assert not any(TOOLS in path for path in server.asked[asked:])
    # Not under another name either.
    server.rename(TOOLS, "acme/other")
    report = crawl(project, "acme/other")
    assert (report["records"]["erased"], report["records"]["new"]) == (1, 0)


def made(tmp_path: Path, **given: str) -> GitHubSpider:
    settings = {
        "GITHUB_ENDPOINT": "https://api.test",
        "GITHUB_RAW_ENDPOINT": "https://raw.test/",
        "MLENTORY_DATA_DIR": str(tmp_path),
        **given,
    }
    crawler = get_crawler(GitHubSpider, settings)
    crawler.spider = spider = crawler._create_spider(ids=TOOLS)
    assert isinstance(spider, GitHubSpider)
    return spider


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/tools", TOOLS),
        ("http://www.github.com/acme/tools/", TOOLS),
        ("https://github.com/acme/tools.git", TOOLS),
        ("https://github.com/acme/tools?tab=readme-ov-file#readme", TOOLS),
        ("https://github.com/acme/tools/tree/main/src", TOOLS),
        ("https://github.com/acme/tools/blob/main/README.md", TOOLS),
        ("https://github.com/acme/tools/releases/tag/v1", TOOLS),
        ("https://api.github.com/repos/acme/tools", TOOLS),
        ("https://raw.githubusercontent.com/acme/tools/main/README.md", TOOLS),
        ("https://github.com/acme/some.tools_2", "acme/some.tools_2"),
        ("https://github.com/acme", None),
        ("https://github.com/", None),
        ("https://github.com/acme/tools/issues/3", None),
        ("https://github.com/acme/tools/pull/3", None),
        ("https://github.com/acme/tools/discussions", None),
        ("https://github.com/orgs/acme/repositories", None),
        ("https://github.com/topics/python", None),
        ("https://github.com/sponsors/acme", None),
        ("https://github.com/acme/..", None),
        ("https://github.com/acme/a%20b", None),
        ("https://api.github.com/repos/acme/tools/issues", None),
        ("https://api.github.com/users/acme", None),
    ],
)
def test_pages_lead_to_the_repository_they_show(tmp_path: Path, url: str, name: str | None) -> None:
    request = made(tmp_path).seed_request(url, Seed(0, "list:1", url))
    assert (None if request is None else request.url) == (name and f"https://api.test/repos/{name}")
    assert GitHubSpider.handles_request(Request(url))


def test_gists_and_lookalikes_are_none(tmp_path: Path) -> None:
    for url in ("https://gist.github.com/acme/tools", "https://github.com.evil.test/acme/tools"):
        assert not GitHubSpider.handles_request(Request(url))
        assert made(tmp_path).seed_request(url, Seed(0, "list:1", url)) is None


def test_the_token_goes_to_the_endpoint_only(tmp_path: Path) -> None:
    spider = made(tmp_path, GITHUB_TOKEN="secret")
    request = spider.seed_request(HERE + TOOLS, Seed(0, "list:1", HERE + TOOLS))
    assert request is not None
    assert request.headers["Authorization"] == b"Bearer secret"
    assert request.headers["Accept"] == b"application/vnd.github+json"
    assert request.meta["dont_redirect"]
    *files, readme = (each for _, _, each in spider.later_records([repository(1, TOOLS)]))
    assert readme.url == f"https://api.test/repos/{TOOLS}/readme"
    assert readme.headers["Authorization"] == b"Bearer secret"
    assert request.meta[REVALIDATE]
    assert readme.meta[REVALIDATE]
    assert [each.url for each in files] == [
        f"https://raw.test/{TOOLS}/HEAD/CITATION.cff",
        f"https://raw.test/{TOOLS}/HEAD/codemeta.json",
    ]
    assert not any("Authorization" in each.headers for each in files)


@pytest.mark.parametrize(
    ("url", "thing", "about"),
    [
        (f"https://api.test/repos/{TOOLS}", None, (HERE + TOOLS, None)),
        ("https://api.test/repositories/1", repository(1, TOOLS), (HERE + TOOLS, "1")),
        (f"https://raw.test/{TOOLS}/HEAD/CITATION.cff", None, (HERE + TOOLS, None)),
        ("https://api.test/repositories/1", None, None),
        ("https://huggingface.co/api/models/acme/tools", repository(1, TOOLS), None),
    ],
)
def test_answers_are_about_repositories(url: str, thing: Any, about: tuple[str, str | None] | None) -> None:
    found = entity_at("github", url, thing)
    assert (None if found is None else (found.iri, found.key)) == about
