"""Statements of pages about their content."""

from __future__ import annotations

from typing import Any

import pytest
from support.web_pages import URL, article_page, json_ld, metas, paragraphs, statements

from fair4ml.read.pages.metadata import Statements
from fair4ml.read.pages.tree import parsed

POST: dict[str, Any] = {"@context": "https://schema.org", "@type": "BlogPosting"}


def names(head: str = "", body: str | None = None) -> list[str]:
    return [author["name"] for author in statements(head, body).authors]


def marked(property: str, content: str) -> str:
    return f'<meta property="{property}" content="{content}">'


# Titles


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("", "Counting terns"),
        (marked("og:title", "Terns &amp;amp; gulls"), "Terns & gulls"),
        (json_ld({**POST, "headline": "Of terns"}) + marked("og:title", "Terns"), "Of terns"),
        (json_ld({**POST, "headline": "How we cou…"}) + marked("og:title", "How we counted"), "How we counted"),
        (marked("og:title", "Of terns - Ada's Blog") + marked("og:site_name", "Ada's Blog"), "Of terns"),
        (marked("og:title", "Ada's Blog") + marked("og:site_name", "Ada's Blog"), "Counting terns"),
        (marked("og:title", "Opinion | Counting terns"), "Counting terns"),
        (marked("og:title", "Counting terns \u2013 The Terns"), "Counting terns"),
        (metas(citation_title="x").replace("citation.title", "citation_title"), "x"),
        (marked("og:title", "a" * 501), "Counting terns"),
    ],
)  # fmt: skip
def test_the_title_is_the_article_s(head: str, title: str) -> None:
    assert statements(head).title == title


def test_without_other_statements_the_page_s_title_holds() -> None:
    page = parsed("<title>Counting\n terns</title><body><h1>A</h1><h1>B</h1>")
    assert Statements(page, URL, URL).title == "Counting terns"


def test_a_second_title_stands_in_data_or_under_the_first() -> None:
    assert statements(json_ld({**POST, "alternativeHeadline": "Two summers"})).subtitle == "Two summers"
    kicker, standfirst = '<p class="subtitle">Birds</p>', '<p class="standfirst">Two summers</p>'
    page = article_page(standfirst + paragraphs()).replace("<h1>", f"{kicker}<h1>")
    assert Statements(parsed(page), URL, URL).subtitle == "Two summers"
    assert statements(json_ld({**POST, "alternativeHeadline": "Counting terns"})).subtitle is None


# Authors


@pytest.mark.parametrize(
    ("stated", "authors"),
    [
        ("Ada Wells", ["Ada Wells"]),
        (["Ada Wells", {"name": "Ben Sand"}], ["Ada Wells", "Ben Sand"]),
        ([{"name": "Ada Wells"}, {"name": "ada wells"}], ["Ada Wells"]),
        ({"@list": [{"givenName": "Ada", "familyName": "Wells"}]}, ["Ada Wells"]),
        ({"name": ["Ada Wells", "Ben Sand"]}, ["Ada Wells", "Ben Sand"]),
        ("Ada Wells, Ben Sand and Cy Reed", ["Ada Wells", "Ben Sand", "Cy Reed"]),
        ("by Ada Wells & Ben Sand", ["Ada Wells", "Ben Sand"]),
        ("Ada Wells, PhD", ["Ada Wells, PhD"]),
        ("Ada Wells, Editor at Large", ["Ada Wells"]),
        ("Wells, Ada", ["Wells, Ada"]),
        ("Sand and Sea", ["Sand and Sea"]),
        ({"@type": "Organization", "name": "Terns, Gulls and Partners"}, ["Terns, Gulls and Partners"]),
        ("admin", []),
        ("https://terns.test/ada", []),
        ("ada@terns.test", []),
        ({"name": None}, []),
        ([[["Ada"]], [{"name": "Ben Sand"}]], ["Ada", "Ben Sand"]),
        ({"@set": ["Ada Wells", {"@list": ["Ben Sand"]}]}, ["Ada Wells", "Ben Sand"]),
        # Particles of names are words for "by" in some languages.
        ({"name": "von Wells"}, ["von Wells"]),
        ("Di Chen", ["Di Chen"]),
        ("Par Sand, Di Chen", ["Par Sand", "Di Chen"]),
    ],
)
def test_authors_in_data_are_people(stated: object, authors: list[str]) -> None:
    assert names(json_ld({**POST, "author": stated})) == authors


def test_authors_are_found_by_what_they_are_called_in_data() -> None:
    ada = {"@type": "Person", "@id": "https://terns.test/#/person/7", "name": "Ada Wells", "url": "/ada"}
    found = [{"name": "Ada Wells", "url": "https://terns.test/ada", "type": "Person"}]
    for author in ({"@id": ada["@id"]}, [[{"@id": ada["@id"]}]], {"@list": [{"@id": ada["@id"]}]}):
        assert statements(json_ld({"@graph": [{**POST, "author": author}, ada]})).authors == found
    # Without an article, it is the page that says so; bylines of the page itself come before.
    page = json_ld({"@graph": [{"@type": "WebPage", "author": {"@id": ada["@id"]}}, ada]})
    assert statements(page).authors == found
    assert names(page + metas(author="Dee Moor")) == ["Dee Moor"]


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("Wells, Ada", "Ada Wells"),
        ("Wells, A.", "A. Wells"),
        ("Wells, A.-B.", "A.-B. Wells"),
        ("Wells, AB", "AB Wells"),
        ("van der Wells, A.", "A. van der Wells"),
        ("von Wells, Ada", "Ada von Wells"),
        ("Ada Wells", "Ada Wells"),
        ("Ada Wells, PhD", "Ada Wells, PhD"),
        ("Ada Wells, RN", "Ada Wells, RN"),
        ("Wells, Jr.", "Wells, Jr."),
    ],
)
def test_last_names_that_stand_first_are_put_last(stated: str, name: str) -> None:
    assert names(f'<meta name="citation_author" content="{stated}">') == [name]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://terns.test/people/ada", True),
        ("https://adawells.test/", True),
        ("https://birds.test/", False),
        ("https://terns.test/posts/counting-terns#author", False),
        (URL, False),
        ("ada", True),
        ("people/ada.html", True),
        ("@ada", False),
        ("_:b0", False),
        ("www.adawells.test", False),
        ("adawells.test/about", False),
        ("javascript:1", False),
    ],
)
def test_the_address_of_an_author_is_one(url: str, kept: bool) -> None:
    (author,) = statements(json_ld({**POST, "author": {"name": "Ada Wells", "url": url}})).authors
    assert ("url" in author) is kept


def test_authors_are_those_of_the_first_kind_of_statement() -> None:
    scholarly = '<meta name="citation_author" content="Wells, Ada"><meta name="citation_author" content="Sand, Ben">'
    head = json_ld({**POST, "author": "Cy Reed"}) + scholarly + metas(author="Dee Moor")
    assert names(head) == ["Cy Reed"]
    assert names(scholarly + metas(author="Dee Moor")) == ["Ada Wells", "Ben Sand"]
    assert names(metas(DC_creator="Wells, Ada; Sand, Ben", author="Dee Moor")) == ["Ada Wells", "Ben Sand"]
    assert names(metas(author="Dee Moor")) == ["Dee Moor"]
    assert names(marked("article:author", "https://social.test/ada") + metas(author="Dee Moor")) == ["Dee Moor"]


def test_an_author_s_identifier_follows_the_name() -> None:
    head = (
        '<meta name="citation_author" content="Ada Wells">'
        '<meta name="citation_author_orcid" content="0000-0002-1825-0097">'
        '<meta name="citation_author" content="Ben Sand">'
        '<meta name="citation_author_orcid" content="0000-0000-0000-0000">'
    )
    assert statements(head).authors == [
        {"name": "Ada Wells", "url": "https://orcid.org/0000-0002-1825-0097"}, {"name": "Ben Sand"},
    ]  # fmt: skip


def test_authors_are_marked_in_the_page() -> None:
    linked = '<p>By <a rel="author" href="/ada">Ada Wells</a></p>'
    assert statements(body=linked + paragraphs()).authors == [{"name": "Ada Wells", "url": "https://terns.test/ada"}]
    card = '<p>By <a class="p-author h-card" href="/ben">Ben Sand</a></p>'
    assert names(body=card + paragraphs()) == ["Ben Sand"]
    assert names(body=card.replace("Ben", "Von Ben") + paragraphs()) == ["Ben Sand"]
    assert names(body=card.replace("Ben", "von der") + paragraphs()) == ["von der Sand"]
    data = '<div itemscope itemprop="author"><a href="/cy"><span itemprop="name">Cy Reed</span></a>, sailor</div>'
    assert statements(body=data + paragraphs()).authors == [{"name": "Cy Reed", "url": "https://terns.test/cy"}]


def test_those_who_comment_are_no_authors() -> None:
    comment = '<div itemscope itemtype="https://schema.org/Comment"><span itemprop="author">Dee Moor</span></div>'
    link = (
        '<aside><a rel="author" href="/x">Eve Hill</a></aside><div class="comments"><a rel="author">Fay Dale</a></div>'
    )
    assert names(body=paragraphs() + comment + link) == []


def test_a_byline_alone_is_no_statement() -> None:
    assert names(body='<p class="byline">Monday by the sea</p>' + paragraphs()) == []


def test_the_publication_beside_people_is_no_author() -> None:
    site = marked("og:site_name", "Terns Daily")
    assert names(site + metas(author="Ada Wells, Terns Daily Online")) == ["Ada Wells"]
    assert names(site + metas(author="Terns Daily")) == ["Terns Daily"]


# Dates


def test_a_date_of_change_is_none_of_publication() -> None:
    changed = marked("article:modified_time", "2024-03-09T10:00:00Z")
    found = statements(changed)
    assert (found.published, found.modified) == (None, "2024-03-09T10:00:00+00:00")
    found = statements(changed + json_ld({**POST, "datePublished": "2018-04-05"}))
    assert (found.published, found.modified) == ("2018-04-05", "2024-03-09T10:00:00+00:00")


@pytest.mark.parametrize(
    "head",
    [
        marked("article:published_time", "2024-03-09"),
        metas(DC_date_issued="2024-03-09"),
        '<meta name="citation_publication_date" content="2024/03/09">',
        metas(date="March 9, 2024"),
        json_ld({"@type": "WebPage", "datePublished": "2024-03-09"}),
        json_ld({**POST, "datePublished": {"@value": "2024-03-09"}}),
    ],
)
def test_dates_are_stated_in_the_head(head: str) -> None:
    assert statements(head).published == "2024-03-09"


@pytest.mark.parametrize(
    "line",
    [
        '<time class="entry-date published updated" datetime="2024-03-09">today</time>',
        '<p><time datetime="2024-03-09">9 March</time> · 4 min read</p>',
        '<span itemprop="datePublished" content="2024-03-09"></span>',
        "<p>March 9, 2024</p>",
        "<div>By Ada Wells, March 9, 2024</div>",
        "<p>Saturday, 9 March 2024 | 4 min read</p>",
        "<div><span>Posted on 2024-03-09</span></div>",
        "<p>Published: 9 March 2024</p>",
    ],
)
def test_dates_are_shown_under_the_title(line: str) -> None:
    assert statements(body=line + paragraphs()).published == "2024-03-09"


@pytest.mark.parametrize(
    "line",
    [
        "<p>Last updated on March 9, 2024</p>",
        '<p>Updated <time datetime="2024-03-09">9 March</time></p>',
        "<p>March 2024</p>",
        "<p>Join us on March 9, 2024, in the dunes</p>",
        f'{paragraphs()}<div class="comments"><time datetime="2024-03-09">9 March</time></div>',
        f'{paragraphs()}<aside><time class="published" datetime="2024-03-09">9 March</time></aside>',
        f"{paragraphs()}<p>On March 9, 2024 the first egg was laid.</p>",
        '<p itemscope itemtype="https://schema.org/Event"><i itemprop="datePublished" content="2024-03-09"></i></p>',
    ],
)
def test_other_dates_are_not_those_of_publication(line: str) -> None:
    assert statements(body=line + paragraphs()).published is None


def test_two_dates_at_the_title_are_none() -> None:
    line = '<p><time datetime="2024-03-09">9</time> <time datetime="2025-03-09">9</time></p>'
    assert statements(body=line + paragraphs()).published is None


def test_the_address_has_a_date_only_in_full() -> None:
    assert statements(url="https://terns.test/2024/03/09/terns").published == "2024-03-09"
    assert statements(url="https://terns.test/2024/terns").published is None


def test_nothing_is_changed_before_it_is_published() -> None:
    head = json_ld({**POST, "datePublished": "2024-03-09", "dateModified": "2024-03-08"})
    assert statements(head).modified is None
    head = json_ld({**POST, "datePublished": "2024-03-09T00:30:00+02:00", "dateModified": "2024-03-08T22:30:00Z"})
    assert statements(head).modified == "2024-03-08T22:30:00+00:00"


# Languages, tags, and the rest


@pytest.mark.parametrize(
    ("head", "attributes", "language"),
    [
        ("", 'lang="de-AT"', "de-AT"),
        ("", 'xml:lang="fr"', "fr"),
        ("", 'lang="en_US"', "en-US"),
        ("", 'lang="x-default"', None),
        ("", 'lang=""', None),
        ("", "", None),
        (marked("og:locale", "pt_BR"), "", "pt-BR"),
        (marked("og:locale", "en_US"), 'lang="pt"', "pt"),
        ('<meta http-equiv="content-language" content="sv">', "", "sv"),
        ('<meta http-equiv="content-language" content="en-US, en">', "", "en-US"),
        ('<meta http-equiv="content-language" content="en, de">', "", None),
        (marked("og:locale", "en_GB.UTF-8"), "", "en-GB"),
        (marked("og:locale", "sr_RS@latin"), "", "sr-RS"),
        (json_ld({**POST, "inLanguage": {"@type": "Language", "name": "German"}}), 'lang="en"', "de"),
    ],
)
def test_the_language_is_the_page_s_statement(head: str, attributes: str, language: str | None) -> None:
    assert statements(head, attributes=attributes).language == language


def test_the_header_states_one_language_or_none() -> None:
    page = parsed(article_page())
    assert Statements(page, URL, URL, ["da"]).language == "da"
    assert Statements(page, URL, URL, ["da, en"]).language is None


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        (json_ld({**POST, "keywords": "terns, Birds; terns"}), ["terns", "Birds"]),
        (json_ld({**POST, "keywords": ["terns, arctic", "birds"]}), ["terns, arctic", "birds"]),
        (marked("article:tag", "#terns") + marked("article:tag", "birds"), ["terns", "birds"]),
        (metas(keywords="terns,birds"), ["terns", "birds"]),
        (metas(keywords="site") + marked("article:tag", "terns"), ["terns"]),
        (metas(keywords="_internal, @post-id:7, channel:birds, /a, Counting terns"), []),
    ],
)
def test_tags_are_keywords_for_people(head: str, tags: list[str]) -> None:
    assert statements(head).tags == tags


def test_tags_are_linked_but_not_all_of_the_site_s() -> None:
    assert statements(body=paragraphs('<a rel="tag" href="/t">terns</a>')).tags == ["terns"]
    many = "".join(f'<a rel="tag" href="/{n}">tag {n}</a>' for n in range(40))
    assert statements(body=paragraphs(many)).tags == []


def test_a_license_is_the_article_s_and_not_a_picture_s() -> None:
    by = "https://creativecommons.org/licenses/by/4.0/"
    link = f'<a rel="license" href="{by}">CC BY</a>'
    assert statements(f'<link rel="license" href="{by}">').license == by
    assert statements(json_ld({**POST, "license": {"url": by}})).license == by
    assert statements(metas(DCTERMS_license="CC BY 4.0")).license == "CC BY 4.0"
    assert statements(json_ld({**POST, "license": "CC BY 4.0"})).license == "CC BY 4.0"
    assert statements(json_ld({**POST, "license": "/license"})).license == "https://terns.test/license"
    assert statements(body=paragraphs(link)).license == by
    assert statements(body=paragraphs(f"<figure>{link}</figure>")).license is None
    assert statements(body=paragraphs(link, f'<a rel="license" href="{by}x">other</a>')).license is None
    assert statements(metas(copyright="(c) Ada Wells")).license is None


@pytest.mark.parametrize(
    ("stated", "is_free"),
    [
        (False, False),
        ("no", False),
        ("https://schema.org/False", False),
        (True, True),
        ([False], False),
        ("?", None),
    ],
)
def test_the_page_says_whether_it_is_free(stated: object, is_free: bool | None) -> None:
    assert statements(json_ld({**POST, "isAccessibleForFree": stated})).is_free is is_free


def test_a_locked_tier_is_not_free() -> None:
    assert statements(marked("article:content_tier", "locked")).is_free is False
    assert statements(marked("article:content_tier", "metered")).is_free is None


def test_the_object_about_this_page_is_the_article() -> None:
    other = {**POST, "headline": "Gulls", "url": "/gulls", "datePublished": "2020-01-01"}
    this = {**POST, "headline": "Terns", "mainEntityOfPage": {"@id": URL}, "datePublished": "2024-03-09"}
    assert statements(json_ld(other, this)).published == "2024-03-09"
    by_title = {**POST, "headline": "counting Terns", "datePublished": "2024-03-10"}
    assert statements(json_ld(other, by_title)).published == "2024-03-10"
    assert statements(json_ld({"@type": "ItemList", "itemListElement": [other]})).published is None


def test_site_picture_and_description_are_stated() -> None:
    head = json_ld(
        {**POST, "publisher": {"@id": "#site"}, "image": [{"url": "/a.png"}], "description": "All &amp; everything"},
        {"@id": "#site", "@type": "Organization", "name": "Terns Daily"},
    )
    found = statements(head)
    assert (found.site_name, found.image) == ("Terns Daily", "https://terns.test/a.png")
    assert found.description == "All & everything"
    assert statements(marked("og:site_name", "@terns")).site_name is None
    assert statements(marked("og:image", "data:image/png;base64,x")).image is None


def test_a_page_is_not_the_site_that_its_article_is_in() -> None:
    page = {"@type": "WebPage", "@id": "#page", "name": "Counting terns - Terns Daily"}
    publisher = {"@type": "Organization", "name": "Terns Daily"}
    post = {**POST, "isPartOf": {"@id": "#page"}, "publisher": publisher}
    assert statements(json_ld({"@graph": [post, page]})).site_name == "Terns Daily"
    post["isPartOf"] = [{"@id": "#page"}, {"@type": "Blog", "name": "Ada's Blog"}]
    assert statements(json_ld({"@graph": [post, page]})).site_name == "Ada's Blog"


def test_an_article_is_one_however_its_vocabulary_is_written() -> None:
    for type in ("http://www.schema.org/NewsArticle", "https://schema.org/NewsArticle", "schema:NewsArticle"):
        assert statements(json_ld({"@type": ["Thing", type], "headline": "Terns"})).type == "NewsArticle"


def test_what_is_no_address_is_not_one_of_the_article() -> None:
    post = {**POST, "mainEntityOfPage": "True", "@id": "_:b0", "url": "/posts/counting-terns"}
    assert statements(json_ld(post)).addresses == ([], [URL])
    del post["url"]
    assert statements(json_ld(post)).addresses == ([], [])


def test_what_a_page_does_not_say_is_absent() -> None:
    found = Statements(parsed("<p>text</p>"), URL, URL)
    said = (
        found.type, found.title, found.subtitle, found.description, found.authors, found.published, found.modified,
        found.language, found.tags, found.license, found.site_name, found.image, found.is_free, found.is_article,
    )  # fmt: skip
    assert not any(said)
