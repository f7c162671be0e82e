"""Reading of a web page, or a PDF file, as an article: its text and what it says about itself, or why it is none."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from fair4ml.read.pages.addresses import base_address, canonical_address, canonical_in_header, canonical_links, feeds
from fair4ml.read.pages.encoding import MAX_BYTES, decoded, not_html
from fair4ml.read.pages.guards import challenge
from fair4ml.read.pages.metadata import Statements
from fair4ml.read.pages.robots import Headers, header_directives, header_lines, robots_directives
from fair4ml.read.pages.signs import titles
from fair4ml.read.pages.states import hidden_behind_payment, login_wall, needs_javascript, soft_404
from fair4ml.read.pages.text import links_in, main_text, without_titles
from fair4ml.read.pages.tree import PageTree, Unreadable, parsed
from fair4ml.read.pdf import MAX_PAGES, can_read_pdf, is_pdf, read_pdf
from fair4ml.read.script_language import is_in_latin_script, language_by_script

SHORTEST, LONGEST = 200, 1_000_000
"""The minimum and the maximum number of characters of an article's text."""
ROBOT = "mlentory_crawl"
"""The name that rules for robots call this project's by."""


class PageState(StrEnum):
    """Kinds of pages; only the first four have a text."""

    ARTICLE = "article"
    PAYWALL = "paywall"
    NOINDEX = "noindex"
    NOAI = "noai"
    TOO_SHORT = "too_short"
    CHALLENGE = "challenge"
    LOGIN_WALL = "login_wall"
    SOFT_404 = "soft_404"
    NEEDS_JAVASCRIPT = "needs_javascript"
    NOT_HTML = "not_html"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


_WITHOUT_TEXT = frozenset(PageState) - {PageState.ARTICLE, PageState.PAYWALL, PageState.NOINDEX, PageState.NOAI}


def read_page(body: bytes, url: str, content_type: str | None, headers: Headers) -> dict[str, Any]:
    """Read a page; any bytes are a page in some state. Nothing is requested, and nothing that the page says is run.

    A PDF file is a page, too, if the library that reads it is installed.

    Args:
        body: the page as it was sent, without compression.
        url: the address that it came from.
        content_type: the header of that name.
        headers: all headers of the answer.

    Returns:
        Values of JSON: the `state` and, unless it is `article`, the `reason`. Articles, previews of paid articles and
        pages that must not be indexed or used for AI also have `url`, `text` and, where the page states them,
        `canonical_url`, `title`, `subtitle`, `description`, `authors` (`name`, `url`, `type`), `published`, `modified`
        and, of PDF files, `created` (ISO 8601), `language` (BCP 47), `tags`, `license`, `site_name`, `image`, `links`,
        `feeds`, `is_free`, `type` (that of schema.org), and `noai` and `nofollow` where a rule for robots says so.

    Raises:
        ImportError: the extra `documents` is not installed.
    """
    if len(body) > MAX_BYTES:
        return _refused(PageState.TOO_LARGE, f"has more than {MAX_BYTES:,} bytes")
    is_file = is_pdf(body, content_type)
    if is_file and not can_read_pdf():
        return _refused(PageState.NOT_HTML, "is a PDF file, and pypdf, which reads them, is not installed")
    if not is_file and (reason := not_html(body, content_type)):
        return _refused(PageState.NOT_HTML, reason)
    try:
        if is_file:
            return _read_file(body, url, headers)
        return _read(parsed(decoded(body, content_type)), url, headers)
    except ImportError:
        raise  # the extra is missing: no property of the page
    except Unreadable as error:
        return _refused(PageState.UNREADABLE, str(error))
    except Exception as error:  # noqa: BLE001  (no page may end the process that reads it, whatever a library thinks of it)
        return _refused(PageState.UNREADABLE, f"cannot be read ({type(error).__name__})")


def _read(page: PageTree, url: str, headers: Headers) -> dict[str, Any]:
    base = base_address(page, url)
    says = Statements(page, url, base, header_lines(headers, "content-language"))
    if guard := challenge(page, headers, is_article=says.is_article):
        return _refused(PageState.CHALLENGE, f"is a challenge of {guard}")
    directives = robots_directives(page, headers, ROBOT)
    is_free = says.is_free
    if is_free is None and hidden_behind_payment(page):
        is_free = False
    fields = _fields(page, says, url, base, headers)
    text = without_titles(main_text(page.root, url), [*titles(page), says.title, says.subtitle])
    state, reason = _state(page, url, text, directives, is_free=is_free, is_article=says.is_article)
    if state in _WITHOUT_TEXT:
        return _refused(state, reason)
    if directives.keys() & {"noai", "noimageai"}:
        fields.pop("image", None)
    if is_free is not None:
        fields["is_free"] = is_free
    return _told(state, reason, directives, url, fields | {"text": text, "links": links_in(page.root, text, base)})


def _read_file(body: bytes, url: str, headers: Headers) -> dict[str, Any]:
    """Read a PDF file, whose rules for robots and canonical address are in the headers of the answer."""
    fields = read_pdf(body, url)
    directives = header_directives(headers, ROBOT)
    state, reason = _forbidden(directives) or (PageState.ARTICLE, "")
    if state is PageState.ARTICLE and len(fields["text"]) < SHORTEST:
        return _refused(
            PageState.TOO_SHORT, f"has less than {SHORTEST} characters of text on its first {MAX_PAGES} pages"
        )
    declared = canonical_in_header(url, header_lines(headers, "link"))
    if canonical := canonical_address(url, declared=declared):
        fields["canonical_url"] = canonical
    return _told(state, reason, directives, url, fields)


def _told(
    state: PageState, reason: str, directives: dict[str, str], url: str, fields: dict[str, Any]
) -> dict[str, Any]:
    """The values of a page that has a text."""
    seen, stated = language_by_script(fields["text"]), fields.get("language")
    # Templates state a language, too, whatever is written in them later.
    if seen is not None and (stated is None or is_in_latin_script(stated)):
        fields["language"] = seen
    told = {"state": state.value, "url": url, **fields, **({"reason": reason} if reason else {})}
    return told | {name: True for name in ("noai", "nofollow") if name in directives}


def _state(
    page: PageTree, url: str, text: str, directives: dict[str, str], *, is_free: bool | None, is_article: bool
) -> tuple[PageState, str]:
    """The state of a page that is no challenge, and why."""
    if soft_404(page, text, is_article=is_article):
        return PageState.SOFT_404, "says that it was not found"
    if login_wall(page, url, text):
        return PageState.LOGIN_WALL, "asks to log in"
    if forbidden := _forbidden(directives):
        return forbidden
    if is_free is False:
        return PageState.PAYWALL, "says that it is not free"
    if len(text) > LONGEST:
        return PageState.TOO_LARGE, f"has more than {LONGEST:,} characters of text"
    if len(text) < SHORTEST:
        if needs_javascript(page):
            return PageState.NEEDS_JAVASCRIPT, "has no text without JavaScript"
        return PageState.TOO_SHORT, f"has less than {SHORTEST} characters of text"
    return PageState.ARTICLE, ""


def _forbidden(directives: dict[str, str]) -> tuple[PageState, str] | None:
    """The state of a page that forbids its use, and the rule; None if it forbids none."""
    for directive in (PageState.NOINDEX, PageState.NOAI):
        if directive.value in directives:
            return directive, f"{directive.value} ({directives[directive.value]})"
    return None


def _fields(page: PageTree, says: Statements, url: str, base: str, headers: Headers) -> dict[str, Any]:
    """The things that the page says about itself; what it does not say is absent."""
    shared, main = says.addresses
    declared = canonical_links(page, base, header_lines(headers, "link"))
    fields = {
        "canonical_url": canonical_address(url, declared=declared, shared=shared, main=main),
        "type": says.type,
        "title": says.title,
        "subtitle": says.subtitle,
        "description": says.description,
        "authors": says.authors,
        "published": says.published,
        "modified": says.modified,
        "language": says.language,
        "tags": says.tags,
        "license": says.license,
        "site_name": says.site_name,
        "image": says.image,
        "feeds": feeds(page, url, base),
    }
    return {name: value for name, value in fields.items() if value}


def _refused(state: PageState, reason: str) -> dict[str, Any]:
    return {"state": state.value, "reason": reason}
