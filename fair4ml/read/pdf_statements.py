"""Statements of PDF files about themselves, without those that programs make in place of an author."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from fair4ml.read.pages.addresses import web_address
from fair4ml.read.pages.authors import MAX_AUTHORS, people_in
from fair4ml.read.pages.languages import stated_language
from fair4ml.read.pages.lines import MAX_DESCRIPTION, MAX_TAGS, MAX_TITLE, MAX_WORD, enumerated, stated_line
from fair4ml.read.stated_dates import stated_date

if TYPE_CHECKING:
    from xml.dom.minidom import Element

    from pypdf import PdfReader

T = TypeVar("T")

MAX_VALUES = 500
"""The number of values of a property that are read."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
_LICENSES = ("http://creativecommons.org/ns#", "http://web.resource.org/cc/")
_PRISM = tuple(f"http://prismstandard.org/namespaces/basic/{version}/" for version in ("3.0", "2.2", "2.1", "2.0"))

_DATE = re.compile(
    r"(?:D:)?(?P<day>\d{8})(?:(?P<time>\d{4})(?P<seconds>\d\d)?(?:(?P<utc>Z)|(?P<zone>[+-]\d\d)'?(?P<minutes>\d\d)?)?)?",
    re.ASCII,
)
_EARLIEST = "1993"
"""The year of the first PDF files."""

_OFFICE = r"docx?|dotx?|pptx?|ppsx?|xlsx?|odt|odp|ods|rtf|pdf|tex|dvi|ps|eps|indd|qxp?d?|pmd|fm|p65|cdr|pub|wpd|xps"
_NO_TITLE = re.compile(
    rf"""
    (?:\(?untitled\b|microsoft\ (?:office\ )?(?:word|powerpoint|excel|publisher|visio|project)\b|
       powerpoint[- ]presentation|pr[äe]sentation\ powerpoint|pii[:\ ]|doi[:\ ]|[a-z]+:\d{{4}}\.\d{{4}}|https?://|file:|www\.|
       [a-z]:\\|(?:insert|enter|type|add)\ (?:the\ |your\ )?(?:\w+\ )?title).*
    | .*\.(?:{_OFFICE}|html?|md|ipynb|txt|jpe?g|png|tiff?)
    | .*\b(?:paper|manuscript|article|report|document)\ (?:title|template)\b.*
    | (?:(?:new|no|the|my|full|final|revised|camera[- ]ready|scanned?)[-_\ ])*
      (?:article|blank|book|cover|default|document|doc|draft|drawing|figure|file|image|index|layout|main|manuscript|ms|
         output|page|paper|pdf|poster|presentation|print|publication|report|root|sample|scan|slides?|submission|
         template|test|thesis|title|word|none|null|unknown|n/?a)[-_\ \#]*[\d.()]*
    | [\W\d_]* | \{{?[0-9a-f]{{8}}-[0-9a-f-]{{20,}}\}}? | [0-9a-f]{{20,}}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAME_OF_FILE = re.compile(r"\S*(?:_|\d{4})\S*", re.ASCII)
_ACCOUNT = re.compile(r"[a-z0-9._-]+|\S*\d\S*|.*\\.*")
_NO_AUTHORS = frozenset(
    each.strip()
    for each in """
    (anonymous), acer, adobe, anonym, anonymous authors, anonymous submission, apple, asus, author, author name,
    authors, benutzer, canva, compaq, customer, dell, developer, hewlett packard, hewlett-packard,
    hewlett-packard company, home, hp, lenovo, mac, microsoft, microsoft account, microsoft office user,
    microsoft user, office, office user, owner, pandoc, pc, samsung, student, teacher, tex, toshiba, usuario,
    utente, utilisateur, windows user, word, your name
    """.split(",")
)
"""Names of computers and programs, and those that programs give to everybody."""
_LEAST_WORDS = 6
"""The number of words from which on a subject describes a content, and is no field of study or number of a journal."""
_LICENSE = re.compile(
    r"https?://(?:www\.)?(?:creativecommons\.org/(?:licenses|publicdomain)/|opensource\.org/licenses?/).+"
)


def statements(reader: PdfReader, url: str) -> dict[str, Any]:
    """The things that a PDF file says about itself; what it does not say is absent.

    Args:
        reader: the file.
        url: the address that it came from.
    """
    says = _Metadata(reader)
    made = {str(each) for name in ("Creator", "Producer") for each in says.info(name)}
    title = _first(_title, [*says.xmp(_DC, "title"), *says.info("Title")], url)
    description = _first(_description, [*says.xmp(_DC, "description"), *says.info("Subject")], title)
    published = _first(stated_date, [*says.prism("publicationDate"), *says.prism("coverDate")])
    created = _first(_day, [*says.info("CreationDate"), *says.xmp(_XMP, "CreateDate")])
    modified = _first(_day, [*says.info("ModDate"), *says.xmp(_XMP, "ModifyDate")])
    fields = {
        "title": title,
        "description": description,
        "authors": _authors([says.xmp(_DC, "creator"), says.info("Author")], made, title),
        "created": created,
        "published": published,
        "modified": modified if modified is None or created is None or modified[:10] >= created[:10] else None,
        "language": _first(stated_language, [*says.language(), *says.xmp(_DC, "language")]),
        "tags": _tags([*says.info("Keywords"), *says.xmp(_DC, "subject")], title),
        "license": _first(_license, [*(each for space in _LICENSES for each in says.xmp(space, "license")),
                                     *says.xmp(_RIGHTS, "WebStatement")]),
        "site_name": _first(stated_line, says.prism("publicationName"), MAX_WORD),
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value}


class _Metadata:
    """The properties of a file in both of their forms; one that cannot be read has no values.

    Args:
        reader: the file.
    """

    def __init__(self, reader: PdfReader) -> None:
        self._root: Any = _readable(lambda: reader.root_object, {})
        self._info = _readable(lambda: reader.metadata, None) or {}
        self._rdf: Element | None = _readable(lambda: reader.xmp_metadata and reader.xmp_metadata.rdf_root, None)

    def info(self, name: str) -> list[str]:
        """The value in the file's dictionary of properties."""
        return _texts(self._info, f"/{name}")

    def language(self) -> list[str]:
        """The language that the whole file is said to be in."""
        return _texts(self._root, "/Lang")

    def xmp(self, namespace: str, name: str) -> list[str]:
        """The values in the file's RDF."""
        rdf = self._rdf
        return [] if rdf is None else _readable(lambda: list(_values(rdf, namespace, name)), [])

    def prism(self, name: str) -> list[str]:
        """The values in the terms of publishers."""
        return next((values for namespace in _PRISM if (values := self.xmp(namespace, name))), [])


def _readable(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except Exception:  # noqa: BLE001  (the text can be read without it)
        return otherwise


def _texts(dictionary: Any, key: str) -> list[str]:
    value = _readable(lambda: dictionary[key].get_object() if key in dictionary else None, None)
    return [str(value)] if isinstance(value, str) else []


def _values(rdf: Element, namespace: str, name: str) -> Iterator[str]:
    """The values of a property, which is an attribute, an element, or an element with a list."""
    for element in rdf.getElementsByTagNameNS(_RDF, "Description"):
        if value := element.getAttributeNS(namespace, name):
            yield value
    for element in rdf.getElementsByTagNameNS(namespace, name):
        items = element.getElementsByTagNameNS(_RDF, "li") or [element]
        for item in items[:MAX_VALUES]:
            texts = (
                child.data for child in item.childNodes if child.nodeType in (child.TEXT_NODE, child.CDATA_SECTION_NODE)
            )
            yield item.getAttributeNS(_RDF, "resource") or "".join(texts)


def _first(read: Callable[..., str | None], stated: Iterable[str], *given: Any) -> str | None:
    return next((value for each in stated if (value := read(each, *given))), None)


def _title(text: str, url: str) -> str | None:
    title = stated_line(text, MAX_TITLE)
    if title is None or (title.isascii() and len(title) < 3) or _NO_TITLE.fullmatch(title):
        return None
    stem = unquote(urlsplit(url).path).rpartition("/")[2].rpartition(".")[0]
    is_file = " " not in title and (_NAME_OF_FILE.fullmatch(title) or (title == stem and title.islower()))
    return None if is_file else title


def _description(text: str, title: str | None) -> str | None:
    line = stated_line(text, MAX_DESCRIPTION)
    return line if line and len(line.split()) >= _LEAST_WORDS and line != title else None


def _authors(stated: Iterable[list[str]], made: set[str], title: str | None) -> list[dict[str, str]]:
    """The first statement that names anybody: no account, no computer, and no program that made the file."""
    for texts in stated:
        names = {
            name.casefold(): name
            for name in people_in(texts, inverted=any(";" in text for text in texts))
            if not _ACCOUNT.fullmatch(name) and name.casefold() not in _NO_AUTHORS and name not in {*made, title}
        }
        if names:
            return [{"name": name} for name in names.values()][:MAX_AUTHORS]
    return []


def _day(text: str) -> str | None:
    """The date of a file, in ISO 8601."""
    match = _DATE.match(text.strip())
    if match is None:
        date = stated_date(text)
    else:
        day, time, zone = match["day"], match["time"], match["zone"]
        date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        if time:
            date += f"T{time[:2]}:{time[2:]}:{match['seconds'] or '00'}"
            date += "Z" if match["utc"] else f"{zone}:{match['minutes'] or '00'}" if zone else ""
        date = stated_date(date)
    return date if date and date >= _EARLIEST else None


def _tags(stated: Iterable[str], title: str | None) -> list[str]:
    found = (tag for part in enumerated(stated) if (tag := stated_line(part, MAX_WORD)) and tag != title)
    return list({tag.casefold(): tag for tag in found}.values())[:MAX_TAGS]


def _license(text: str) -> str | None:
    """The address of a license; what else is stated are rights, and mostly none of the reader's."""
    return web_address(text.strip(), text.strip()) if _LICENSE.fullmatch(text.strip()) else None
