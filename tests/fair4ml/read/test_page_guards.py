"""Challenges that are sent in place of pages."""

from __future__ import annotations

import pytest
from support.web_pages import article_page, json_ld, paragraphs, tree

from fair4ml.read.pages.guards import challenge

EXPLANATION = "You are seeing this because of programs that take everything. " * 12
CHALLENGES = {
    "Cloudflare": """
        <title>Just a moment...</title>
        <div id="challenge-error-text">Enable JavaScript and cookies to continue</div>
        <script>window._cf_chl_opt = {cType: 'managed'};</script>
        """,
    "Anubis": f"""
        <title>Making sure you&#39;re not a bot!</title>
        <script id="anubis_challenge" type="application/json">{{"rules": {{}}}}</script>
        <main><h1>Making sure you&#39;re not a bot!</h1><img src="/.within.website/x/cmd/anubis/static/pensive.webp">
        <details><p>{EXPLANATION}</p></details></main>
        """,
    "PerimeterX": """
        <title>Access to this page has been denied</title>
        <script>window._pxAppId = "PX1";</script><div id="px-captcha"></div>
        <p>Press &amp; Hold to confirm you are a human.</p>
        """,
    "DataDome": """
        <title>terns.test</title>
        <p>Please enable JS and disable any ad blocker</p><script>var dd={'rt':'c','cid':'A'}</script>
        """,
    "Imperva": """
        <iframe src="/_Incapsula_Resource?SWJIYLWA=1">Request unsuccessful. Incapsula incident ID: 7</iframe>
        """,
    "Akamai": """
        <title>Access Denied</title>
        <h1>Access Denied</h1>You don't have permission to access "http://terns.test/" on this server.
        """,
    "AWS WAF": """
        <title>Human Verification</title><script>window.gokuProps = {};</script><div id="challenge-container"></div>
        """,
    "Vercel": "<title>Vercel Security Checkpoint</title><p>We&rsquo;re verifying your browser</p>",
    "DDoS-Guard": """
        <title>DDoS-Guard</title><script src="/.well-known/ddos-guard/js-challenge/index.js"></script>
        """,
    "Kasada": "<script>window.KPSDK={};KPSDK.now=Date.now;</script><script src='/149e/ips.js?x=1'></script>",
    "a captcha": """
        <title>Are you a robot?</title>
        <form><div class="g-recaptcha"></div></form><p>Prove that you are not a robot.</p>
        """,
}


def found(source: str, *, is_article: bool = False, **headers: str) -> str | None:
    return challenge(tree(source), {k.replace("_", "-"): v for k, v in headers.items()}, is_article=is_article)


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_is_known_by_several_signs(name: str) -> None:
    assert found(CHALLENGES[name]) == name


def test_a_challenge_that_wears_the_article_s_title_is_known() -> None:
    source = CHALLENGES["Anubis"].replace("Making sure you&#39;re not a bot!</title>", "Counting terns</title>")
    assert found(source, is_article=True) == "Anubis"


def test_a_header_is_enough() -> None:
    assert found(article_page(), CF_Mitigated="challenge") == "Cloudflare"
    assert found(article_page(), CF_Cache_Status="HIT") is None


def test_an_article_about_challenges_is_none() -> None:
    about = (
        "<p>“Just a moment...”, says the page, and “Enable JavaScript and cookies to continue”: that is"
        " <code>window._cf_chl_opt</code> at work, with a Ray ID below. Prove that you are not a robot!</p>"
        "<pre>&lt;script id=\"anubis_challenge\"&gt; &lt;div id=\"px-captcha\"&gt; window.gokuProps</pre>"
    )  # fmt: skip
    assert found(article_page(about, title="Checking your browser")) is None
    assert found(article_page(paragraphs(about), title="Just a moment: how terns wait"), is_article=True) is None


def test_scripts_that_every_page_of_a_provider_has_are_no_sign() -> None:
    scripts = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    form = '<form id="comment"><div class="cf-turnstile"></div><p>Confirm that you are human.</p></form>'
    assert found(article_page(paragraphs() + form, scripts)) is None
    assert found(article_page("<p>Short.</p>", scripts)) is None


def test_a_short_article_with_a_captcha_for_comments_is_none() -> None:
    form = '<form><div class="g-recaptcha"></div>Complete the captcha to comment.</form>'
    head = json_ld({"@type": "BlogPosting", "datePublished": "2024-03-09"})
    assert found(article_page(paragraphs(count=1) + form, head), is_article=True) is None
