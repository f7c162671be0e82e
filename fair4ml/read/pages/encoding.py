"""Reading the bytes of web pages as text, whatever they declare about themselves."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder, lookup
from encodings.aliases import aliases

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

from fair4ml.read.plain_text import plain_line

MAX_BYTES = 5_000_000
"""The maximum size of a page."""

_HTML_TYPES = ("text/html", "application/xhtml+xml")
PDF_TYPES = frozenset({"application/pdf", "application/x-pdf"})
_UNSAID = PDF_TYPES | {
    "", "application/octet-stream", "application/xml", "text/xml", "unknown/unknown", "application/unknown"
}  # fmt: skip
"""Types that say nothing, or nothing that excludes HTML: what is sent in place of a file often has the file's type."""
_BEGINS_HTML = re.compile(
    rb"(?:<\?[^>]{0,500}\?>|(?><!--.{0,5000}?-->)|\s++)*+"
    rb"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|h1|div|p|article|main|section|table|a|br|b)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(rb"<[!/?]?[a-z]", re.IGNORECASE)
_FORMATS = {
    b"%PDF-": "PDF", b"\x1f\x8b": "gzip", b"PK\x03\x04": "ZIP", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF", b"RIFF": "RIFF", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"7z\xbc\xaf": "7-Zip",
    b"\x00\x00\x01\x00": "icon", b"wOFF": "font", b"wOF2": "font", b"\x7fELF": "program", b"ID3": "MP3",
    b"OggS": "Ogg", b"Rar!": "RAR", b"\xd0\xcf\x11\xe0": "Office", b"{\\rtf": "RTF",
}  # fmt: skip
_FEED = re.compile(
    rb"(?:<\?[^>]{0,500}\?>|(?><!--.{0,5000}?-->)|\s++)*+<(rss|feed|rdf:rdf|urlset|svg)\b",
    re.IGNORECASE | re.DOTALL,
)

_LABEL = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_HEADER_LABEL = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_HEAD = 100_000
_NAMED = {codec: codec for codec in aliases.values()} | aliases
_CODECS = {re.sub(r"[^a-z0-9]", "", name): codec for name, codec in _NAMED.items()}
"""The names of encodings without their punctuation."""
# Python has others, for things that are no text or for no page.
_OF_TEXT = re.compile(
    r"ascii|big5|cp\d|euc_|gb\d|gbk|hz|iso8859|iso2022|johab|koi8|kz1048|latin|mac_|ptcp154|shift_jis|tis_620|utf_(?:8|16|32)"
)
_OF_MANY_BYTES = frozenset(
    "big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk shift_jis".split()
)
_ASCII = bytes(range(128))
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_CONVINCING = 5
"""The number of characters after which text of another encoding is not valid UTF-8 by chance."""
_MORE_THAN_DAMAGE = 10


def declared_type(content_type: str | None) -> str:
    """The type that a header names, in lower case and without parameters; the empty text if it names none.

    Args:
        content_type: the header.
    """
    declared = (content_type or "").partition(";")[0].strip().lower()
    return declared if "/" in declared else ""


def not_html(body: bytes, content_type: str | None) -> str | None:
    """The reason why an answer is not an HTML page, or None if it may be one.

    Args:
        body: the answer.
        content_type: its header of that name.
    """
    declared = declared_type(content_type)
    if declared not in _HTML_TYPES and declared not in _UNSAID:
        return f"is {plain_line(declared)[:100]}"
    start = body[:16]
    for mark, name in _FORMATS.items():
        if start.startswith(mark):
            return f"is a {name} file"
    if feed := _FEED.match(body[:6_000]):
        return f"is XML: {feed[1].decode('ascii').lower()}"
    if body[:100].lstrip()[:2] in (b'{"', b"[{", b"{}", b"[]"):
        return "is JSON"
    if _looks_binary(body):
        return "is binary"
    if declared not in _HTML_TYPES and not _BEGINS_HTML.match(body.lstrip(b"\xef\xbb\xbf")[:8_000]):
        return f"is {declared}, and does not begin as HTML" if declared else "does not begin as HTML"
    if not _TAG.search(body.replace(b"\0", b"") if b"\0" in body[:100] else body):
        return "has no HTML element"
    return None


def _looks_binary(body: bytes) -> bool:
    if read_bom(body)[0] is not None or b"\0" not in body:
        return False
    if _without_mark(body) is not None:
        return False
    return body.count(b"\0") > len(body) // 1_000


def _without_mark(body: bytes) -> str | None:
    """The byte order of UTF-16 that has no mark: every other byte of its tags is zero."""
    beginning = body[:64]
    for name, zeros in (("utf-16-le", beginning[1::2]), ("utf-16-be", beginning[::2])):
        if zeros and zeros.count(0) > 0.9 * len(zeros):
            return name
    return None


def decoded(body: bytes, content_type: str | None) -> str:
    """The text of a page.

    A byte order mark holds. Otherwise what is valid UTF-8 is UTF-8, whatever it is declared to be; then come the
    header's and the page's own declaration, whichever fits the bytes, and what the bytes look like. Bytes that mean no
    character become U+FFFD.

    Args:
        body: the page.
        content_type: the header of that name.
    """
    marked, mark = read_bom(body)
    if marked is not None and mark is not None:
        return to_unicode(body[len(mark) :], marked)
    if unmarked := _without_mark(body):
        return to_unicode(body, unmarked)
    # Without a mark, and without zeros in its tags, it is neither of the two.
    declared = [name for name in _declared(body, content_type) if not _codec(name).startswith(("utf_16", "utf_32"))]
    if _is_utf8(body, declared):
        return body.decode("utf-8", "replace")
    for name in _strongest_first(declared, body):
        if _fits(body, name):
            return to_unicode(body, name)
    guessed = _guessed(body)
    if guessed is not None and (not declared or _damage(body, guessed) < _damage(body, declared[0])):
        return to_unicode(body, guessed)
    return to_unicode(body, declared[0] if declared else "cp1252")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The encodings that the header and the page declare, also under misspelt names."""
    header = http_content_type_encoding(content_type)
    if header is None and content_type and (label := _HEADER_LABEL.search(content_type)):
        header = _encoding(label[1])
    page = html_body_declared_encoding(body)
    if page is None:
        labels = (_encoding(label[1].decode("ascii", "replace")) for label in _LABEL.finditer(body[:_HEAD]))
        page = next((label for label in labels if label), None)
    return list(dict.fromkeys(name for name in (header, page) if name and _OF_TEXT.match(_codec(name))))


def _encoding(label: str) -> str | None:
    if found := resolve_encoding(label):
        return found
    squeezed = re.sub(r"[^a-z0-9]", "", label.lower()).removeprefix("x")
    codec = "utf_8" if re.fullmatch(r"u[tf]{2}8\w*|utf", squeezed) else _CODECS.get(squeezed)
    return resolve_encoding(codec) if codec else None


def _is_utf8(body: bytes, declared: list[str]) -> bool:
    try:
        # The last character of a page that was cut off may be incomplete.
        text = getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        good = len(_MULTIBYTE.findall(body))
        if good <= _CONVINCING:
            return False
        text = body.decode("utf-8", "replace")
        return text.count("\ufffd") * _MORE_THAN_DAMAGE < len(text.encode()) - len(text)
    if text.isascii():
        # Some encodings write everything in ASCII.
        return not any(_codec(name).startswith(("iso2022", "hz")) for name in declared)
    if not any(_codec(name) in _OF_MANY_BYTES and _fits(body, name) for name in declared):
        return True
    return "utf-8" in declared[:1] or len(_MULTIBYTE.findall(body)) >= _CONVINCING


def _strongest_first(declared: list[str], body: bytes) -> list[str]:
    """The declared encodings; text in one of many bytes a character does not fit the bytes by chance."""
    if len(body.translate(None, _ASCII)) < 2 * _CONVINCING:
        return declared
    return sorted(declared, key=lambda name: _codec(name) not in _OF_MANY_BYTES)


def _fits(body: bytes, name: str) -> bool:
    try:
        getincrementaldecoder(name)().decode(body)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _damage(body: bytes, name: str) -> int:
    return to_unicode(body, name).count("\ufffd")


def _codec(name: str) -> str:
    return lookup(name).name.replace("-", "_")


def _guessed(body: bytes) -> str | None:
    """The encoding that the text with most of the characters beyond ASCII looks like."""
    from charset_normalizer import from_bytes

    lines = [line for line in re.split(rb"[\r\n<>]+", body[: 10 * _HEAD]) if not line.isascii()]
    best = from_bytes(b"\n".join(lines)[:20_000]).best()
    return best.encoding if best is not None and _OF_TEXT.match(_codec(best.encoding)) else None
