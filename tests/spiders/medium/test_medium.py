"""Crawls of Medium's feeds, against a made-up one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, Project
from support.medium_server import CHALLENGE, PARAGRAPH, Medium, feed, served_feeds, story
from support.stored_texts import stored_texts

pytestmark = pytest.mark.extra(name="documents")

ADA = "https://medium.com/@ada"


@pytest.fixture(scope="module")
def server() -> Iterator[Medium]:
    with served_feeds() as served:
        linked = '<p><a href="https://huggingface.co/example-lab/merged-7b">The weights</a></p>'
        served.has(
            "@ada",
            feed(
                story("0123456789a1", title="Whole", body=linked),
                story("0123456789a2", title="For members", whole=False),
                story("0123456789a1", title="The same once more", published="Mon, 01 Jun 2026 09:30:00 GMT"),
                story("0123456789a3", title="Without a date", published=None, author=None),
                "<item><title>Without an address</title></item>",
            ),
        )
        served.has(
            "sample-notes", feed(*(story(f"0123456789b{n:x}") for n in range(14)), title="Sample notes - Medium")
        )
        served.has("tag/llm", feed(story("0123456789c1", whole=False), story("0123456789c2")))
        served.has("guarded", CHALLENGE, 403, "text/html; charset=UTF-8")
        served.has("guarded-politely", CHALLENGE, 200, "text/html; charset=UTF-8")
        served.has("page", f"<html><body><article><p>{PARAGRAPH * 3}</p></article></body></html>".encode())
        served.has("forbidden", b"<p>No</p>", 403)
        served.has("broken", b"<p>Sorry</p>", 500)
        served.has("empty", feed())
        yield served


def project_of(server: Medium, data_dir: Path) -> Project:
    """A project that asks a server for feeds, and does not wait between two of them."""
    return CatalogProject(
        data_dir,
        "http://127.0.0.1:9",
        MEDIUM_ENDPOINT=f"{server.url}/feed",
        ALLOWED_PRIVATE_HOSTS="127.0.0.1",
        PAGE_DELAY="0",
    )


@pytest.fixture(scope="module")
def crawled(server: Medium, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, Any]]:
    """A project with everything that the server has, and the report."""
    project = project_of(server, tmp_path_factory.mktemp("medium") / "data")
    names = [
        *(name for name in server.answers if name != "broken"),
        "nobody", f"{ADA}/", f"{ADA}/a-story-0123456789a1", "a b",
    ]  # fmt: skip
    return project, project.crawl("-a", f"ids={','.join(names)}", spider="medium", code=1)


def shown(project: Project, iri: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(project.scrapy("show", iri, "--json").stdout)
    return told


def seeds(project: Project) -> dict[str, tuple[str, str]]:
    (path,) = (project.data_dir / "runs").glob("*.seeds.jsonl")
    lines = map(json.loads, path.read_text().splitlines())
    return {line["url"]: (line["outcome"], ": ".join(filter(None, (line["state"], line["reason"])))) for line in lines}


def test_each_name_has_an_outcome_and_a_reason(crawled: tuple[Project, dict[str, Any]], server: Medium) -> None:
    project, _ = crawled
    ended = seeds(project)
    assert {url: outcome for url, (outcome, _) in ended.items()} == {
        "@ada": "found",
        "sample-notes": "found",
        "tag/llm": "found",
        "empty": "found",
        "guarded": "blocked",
        "guarded-politely": "blocked",
        "forbidden": "blocked",
        "page": "invalid",
        "nobody": "missing",
        f"{ADA}/": "duplicate",
        f"{ADA}/a-story-0123456789a1": "invalid",
        "a b": "invalid",
    }
    assert {ended[url][1] for url in ("guarded", "guarded-politely")} == {"challenge: is a challenge of Cloudflare"}
    assert ended["forbidden"][1] == "refused: HTTP 403"
    assert ended["page"][1] == "not_feed: is not a feed"
    assert "mlentory crawl article" in ended[f"{ADA}/a-story-0123456789a1"][1]
    assert len(server.asked) == len(set(server.asked))
    assert server.asked[0] == "/robots.txt"


def test_every_story_is_accounted_for(crawled: tuple[Project, dict[str, Any]]) -> None:
    _, report = crawled
    records = report["records"]
    # The entry without an address cannot be told from others; that of which there are two is kept once.
    assert (records["new"], records["duplicate"], records["quarantined"]) == (3 + 10 + 2, 1, 1)
    assert "sample-notes: took the newest 10 stories, 4 are older" in report["notes"]


def test_a_whole_story_has_its_text_and_what_it_links_to(crawled: tuple[Project, dict[str, Any]]) -> None:
    project, _ = crawled
    root = shown(project, f"{ADA}/a-story-0123456789a1")["root"]
    assert (root["name"], root["isAccessibleForFree"]) == ("Whole", True)
    assert root["mentions"] == ["https://huggingface.co/example-lab/merged-7b"]
    assert root["author"] == [ADA]
    # The address that outlives a change of the title leads to it, too.
    assert shown(project, "https://medium.com/p/0123456789a1")["root"]["iri"] == root["iri"]
    text = stored_texts(project.data_dir)[root["iri"]]
    assert text == f"{PARAGRAPH}\n\n{PARAGRAPH}\n\nThe weights"


def test_a_story_for_members_has_its_first_words_alone(crawled: tuple[Project, dict[str, Any]]) -> None:
    project, _ = crawled
    root = shown(project, f"{ADA}/a-story-0123456789a2")["root"]
    assert (root["description"], root["isAccessibleForFree"]) == ("The first words only.", False)
    assert stored_texts(project.data_dir)[root["iri"]] is None


def test_what_a_tag_lists_says_nothing_of_who_may_read_it_and_is_kept_in_part(
    crawled: tuple[Project, dict[str, Any]],
) -> None:
    project, _ = crawled
    assert "isAccessibleForFree" not in shown(project, f"{ADA}/a-story-0123456789c1")["root"]
    whole = shown(project, f"{ADA}/a-story-0123456789c2")["root"]
    assert len(whole["description"]) <= 303
    assert stored_texts(project.data_dir)[whole["iri"]] is None


def test_a_story_without_a_date_has_none(crawled: tuple[Project, dict[str, Any]]) -> None:
    project, _ = crawled
    root = shown(project, "https://medium.com/sample-notes/a-story-0123456789a3")["root"]
    assert "datePublished" not in root
    # In the feed of an author the stories are that author's.
    assert root["author"] == [ADA]


def test_neither_a_second_crawl_nor_a_refusal_changes_anything(server: Medium, tmp_path: Path) -> None:
    project = project_of(server, tmp_path / "data")
    first = project.crawl("-a", "ids=sample-notes", "-a", "limit=3", "-a", "content=none", spider="medium")
    assert first["records"]["new"] == 3
    assert set(stored_texts(project.data_dir).values()) == {None}
    kept = server.answers["sample-notes"]
    again = project.crawl("-a", "ids=sample-notes", "-a", "limit=3", "-a", "content=none", spider="medium")
    server.has("sample-notes", CHALLENGE, 403, "text/html")
    try:
        refused = project.crawl("-a", "ids=sample-notes", spider="medium")
    finally:
        server.answers["sample-notes"] = kept
    assert (again["records"]["unchanged"], again["records"]["fetched"]) == (3, 3)
    assert (refused["records"]["fetched"], refused["requested"]["blocked"]) == (0, 1)
    assert len(stored_texts(project.data_dir)) == 3


def test_a_feed_that_cannot_be_had_is_a_failure_that_names_it(server: Medium, tmp_path: Path) -> None:
    project = project_of(server, tmp_path / "data")
    report = project.crawl("-a", "ids=broken,@ada", "-s", "RETRY_TIMES=0", spider="medium", code=1)
    assert report["requested"]["failed"] == 1
    assert report["problems"][0].startswith("broken: HTTP 500")


def test_a_publication_with_a_domain_of_its_own_is_asked_for_there(tmp_path: Path) -> None:
    site = "https://notes.example.org"
    with served_feeds() as server:
        items = (story(f"0123456789d{n}", site=site) for n in range(2))
        server.has("", feed(*items, title="Notes - Medium"))
        project = project_of(server, tmp_path / "data")
        names = f"{server.url}/archive,{server.url}/a-story-0123456789d1"
        report = project.crawl("-a", f"ids={names}", spider="medium")
        assert server.asked == ["/robots.txt", "/feed"]
    assert (report["requested"]["found"], report["requested"]["invalid"], report["records"]["new"]) == (1, 1, 2)
    assert "is a single story" in seeds(project)[f"{server.url}/a-story-0123456789d1"][1]
    told = shown(project, "https://medium.com/p/0123456789d1")
    assert told["root"]["iri"] == f"{site}/a-story-0123456789d1"
    assert [part["value"] for part in told["parts"] if part.get("propertyID") == "siteName"] == ["Notes"]


def test_what_robots_txt_forbids_is_not_asked_for(tmp_path: Path) -> None:
    with served_feeds() as server:
        server.has("@ada", feed(story("0123456789a1")))
        server.robots = b"User-agent: *\nDisallow: /feed/\n"
        project = project_of(server, tmp_path / "data")
        report = project.crawl("-a", "ids=@ada", spider="medium")
        assert server.asked == ["/robots.txt"]
    assert report["requested"]["blocked"] == 1
    assert seeds(project)["@ada"][1].startswith("robots: the robots.txt of 127.0.0.1 forbids /feed/@ada")


def test_seed_lists_name_feeds_and_leave_stories_to_the_spider_of_pages(server: Medium, tmp_path: Path) -> None:
    project = project_of(server, tmp_path / "data")
    seeds = tmp_path / "seeds.yaml"
    seeds.write_text(f"parameters:\n  user_full_name: Ben Sample\n  links:\n    - {ADA}\n    - https://medium.com/me\n")
    report = project.crawl("-a", f"seeds={seeds}", spider="dispatcher", code=1)
    assert (report["requested"]["found"], report["requested"]["invalid"]) == (1, 1)
    told = shown(project, f"{ADA}/a-story-0123456789a1")
    # The person of the list and the author of the page are two things.
    assert told["sources"][0]["seed"]["user_full_name"] == "Ben Sample"
    assert told["root"]["author"] == [ADA]
