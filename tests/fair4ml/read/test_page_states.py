"""Pages that are no articles, or that not everybody can read all of."""

from __future__ import annotations

import pytest
from support.web_pages import PARAGRAPHS, URL, article_page, paragraphs, tree, web_page

from fair4ml.read.pages.states import hidden_behind_payment, login_wall, needs_javascript, soft_404

TEXT = "\n\n".join(PARAGRAPHS)
SUGGESTIONS = "Perhaps you wanted to read about gulls, terns, skuas, or one of the others. " * 15


@pytest.mark.parametrize(
    "title",
    [
        "404", "404 Not Found", "404: Not found", "Error 404", "HTTP 404", "Page not found", "Page Not Found - 404",
        "Page not found | Terns", "Terns \u2013 Page not found", "Oops! That page can\u2019t be found.", "Not Found",
        "Sorry, the page you requested was not found", "The page you\u2019re looking for isn't available",
        "This page could not be found.", "We couldn't find that page", "Nothing Found", "The page has been removed",
        "Seite nicht gefunden", "Page introuvable", "Página no encontrada", "Страница не найдена", "页面不存在",
        "ページが見つかりません", "페이지를 찾을 수 없습니다",
    ],
)  # fmt: skip
def test_a_page_that_says_that_there_is_none_is_known(title: str) -> None:
    page = tree(web_page(f"<h1>{title}</h1><p>Go home.</p>", title="Terns"))
    assert soft_404(page, "Go home.", is_article=False)


@pytest.mark.parametrize(
    "title",
    ["Found", "What I found", "Content available", "Gone", "404 Media", "Why pages are not found", "The lost page"],
)
def test_other_titles_are_titles(title: str) -> None:
    assert not soft_404(tree(web_page(f"<h1>{title}</h1>", title=title)), "Short.", is_article=False)


def test_a_text_that_mentions_it_is_a_text() -> None:
    page = tree(article_page(f"<p>Page not found</p>{paragraphs()}", title="Page not found: a history"))
    assert not soft_404(page, TEXT, is_article=False)


def test_suggestions_are_no_text() -> None:
    page = tree(web_page("<h1>Page not found</h1>", title="Page not found"))
    assert soft_404(page, SUGGESTIONS, is_article=False)
    assert not soft_404(page, SUGGESTIONS, is_article=True)
    assert not soft_404(tree(web_page("<h1>Not found</h1>", title="Terns")), SUGGESTIONS, is_article=False)


FORM = '<form action="/session"><input name="user"><input type="password"></form>'


@pytest.mark.parametrize(
    ("url", "title", "body"),
    [
        (URL, "Sign in", FORM),
        (URL, "Log in to Terns | Terns", FORM),
        (URL, "Anmelden", FORM),
        (URL, "Terns", f"<h1>Join to view the profile</h1>{FORM}"),
        ("https://terns.test/login?next=/a", "Terns", FORM),
        ("https://terns.test/authwall", "Sign Up", "<p>Join now to see who counts terns.</p>"),
        (URL, "Terns", f"<p>Please sign in to continue.</p>{FORM}"),
    ],
)
def test_a_page_that_only_asks_to_log_in_is_known(url: str, title: str, body: str) -> None:
    assert login_wall(tree(web_page(body, title=title)), url, "")


def test_a_form_beside_a_text_is_no_wall() -> None:
    assert not login_wall(tree(article_page(paragraphs() + FORM, title="Sign in")), URL, TEXT)
    assert not login_wall(tree(web_page(FORM, title="Terns")), URL, "")


@pytest.mark.parametrize(
    "body",
    [
        '<div id="root"></div><script src="/main.js"></script>',
        '<noscript>You need to enable JavaScript to run this app.</noscript><div id="app">…</div><script>1</script>',
        "<app-root></app-root><script src=a.js></script>",
        "<p>Please turn on JavaScript.</p><script>1</script>",
    ],
)
def test_an_empty_frame_needs_scripts(body: str) -> None:
    assert needs_javascript(tree(web_page(body)))


def test_a_page_without_scripts_has_all_that_there_is() -> None:
    assert not needs_javascript(tree(web_page('<div id="root"></div>')))
    assert not needs_javascript(tree(web_page(f"<p>{PARAGRAPHS[0]}</p><script>1</script>")))


def test_a_part_that_asks_for_payment_hides_the_rest() -> None:
    asks = '<div class="post-paywall"><h2>This post is for paid subscribers</h2></div>'
    assert hidden_behind_payment(tree(article_page(paragraphs() + asks)))


def test_neither_words_nor_names_alone_hide_anything() -> None:
    assert not hidden_behind_payment(tree(article_page(paragraphs("<p>Subscribe to continue reading, they say.</p>"))))
    assert not hidden_behind_payment(tree(article_page(f'<div class="no-paywall">{paragraphs()}</div>')))
