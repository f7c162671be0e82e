"""Reading of a PDF file: the text of its first pages, what it links to, and what it says about itself."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from fair4ml.read.pages.addresses import MAX_LINKS, web_address
from fair4ml.read.pages.encoding import PDF_TYPES, declared_type
from fair4ml.read.pages.tree import Unreadable
from fair4ml.read.pdf_statements import statements
from fair4ml.read.plain_text import plain
from fair4ml.read.web_addresses import addresses_in

if TYPE_CHECKING:
    from pypdf import PageObject

# It logs each fault that it reads over.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

MAX_PAGES = 10
"""The number of pages that are read, from the first on."""
MAX_CHARACTERS = 500_000
"""The number of characters from which on no further page is read."""
MAX_ANNOTATIONS = 1_000
"""The number of annotations of a page that are looked at."""

_MARK = b"%PDF-"
_FARTHEST = 1_024
"""The number of bytes in which programs look for the mark of a file that is called a PDF file."""
_LIMITS = {
    # The fullest pages of text have a tenth of it; what has more is a drawing.
    "stream_parsing_work_maximum_count": 300_000,
    "xform_maximum_invocations_per_extraction": 20,
    "array_based_stream_maximum_output_length": 8_000_000,
    "brotli_maximum_output_length": 8_000_000,
    "lzw_maximum_output_length": 8_000_000,
    "run_length_maximum_output_length": 8_000_000,
    "zlib_maximum_output_length": 8_000_000,
    "stream_decoding_work_maximum_length": 24_000_000,
    "xmp_maximum_input_length": 1_000_000,
    "xmp_maximum_element_count": 10_000,
    # A program for pictures, which reading a text does not need.
    "jbig2dec_binary": None,
}
"""The library's limits for hostile files, below its own."""

_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)
_DIVIDED = re.compile(r"(?<![\w-])([^\W\d_]+)[-\u2010]\n([^\W\d_]+)(?![\w-])([^\w\s]*)[ \n]?")
_COMPOUND = re.compile(r"(?<![\w-])[^\W\d_]+-[^\W\d_]+(?![\w-])")
_ENDED = re.compile(r"[.,;:!?')\]>]+")


def is_pdf(body: bytes, content_type: str | None) -> bool:
    """Check whether an answer is a PDF file; what begins as one is one, whatever its header says.

    Args:
        body: the answer.
        content_type: its header of that name.
    """
    beginning = body[:_FARTHEST].removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning.startswith(_MARK):
        return True
    return declared_type(content_type) in PDF_TYPES and _MARK in beginning and not beginning.startswith(b"<")


def can_read_pdf() -> bool:
    """Check whether the library that reads PDF files is installed."""
    return find_spec("pypdf") is not None


def read_pdf(body: bytes, url: str) -> dict[str, Any]:
    """Read a PDF file. Nothing is requested, and nothing that is in it is run.

    Args:
        body: the file.
        url: the address that it came from.

    Returns:
        `text` and `links` of its first pages and, where it states them, `title`, `description`, `authors`, `created`,
        `published`, `modified`, `language`, `tags`, `license` and `site_name`, as `read_page` returns those of a page.

    Raises:
        Unreadable: it is encrypted, or too damaged to have pages.
        ImportError: the library is not installed.
    """
    from pypdf import PdfReader, apply_configuration

    with apply_configuration(**_LIMITS, disable_legacy_handling=True):
        try:
            reader = PdfReader(BytesIO(body))
            is_encrypted = reader.is_encrypted
            pages = [] if is_encrypted else list(islice(reader.pages, MAX_PAGES))
        except Exception as error:  # what a library makes of a damaged file is not foreseeable
            raise Unreadable(f"is a damaged PDF file ({type(error).__name__})") from error
        if is_encrypted:
            raise Unreadable("is an encrypted PDF file")
        if not pages:
            raise Unreadable("is a PDF file without pages")
        texts = list(_texts(pages))
        found = [address for page in pages for address in _linked(page)]
        found += [address for text in texts for address in _written(text)]
        links = list(islice(dict.fromkeys(found), MAX_LINKS))
        return {"text": "\n\n".join(texts), "links": links, **statements(reader, url)}


def _texts(pages: Iterable[PageObject]) -> Iterator[str]:
    left = MAX_CHARACTERS
    for page in pages:
        if left > 0 and (text := _text(page)[:left]):
            left -= len(text)
            yield text


def _text(page: PageObject) -> str:
    """The lines of a page; of one that cannot be read, none."""
    try:
        stated: str = page.extract_text()[:MAX_CHARACTERS]
    except Exception:  # noqa: BLE001  (the other pages can be read)
        return ""
    joined = stated.replace("\u00ad\n", "").translate(_LIGATURES)
    lines = (" ".join(line.split()) for line in plain(joined).split("\n"))
    return _undivided("\n".join(line for line in lines if line))


def _undivided(text: str) -> str:
    """The text with each word in one piece, on the line that it begins on."""
    compounds = {each.casefold() for each in _COMPOUND.findall(text)}

    def whole(match: re.Match[str]) -> str:
        first, second, mark = match.groups()
        # Elsewhere the text shows whether the hyphen is a part of the word.
        is_compound = not second[0].islower() or f"{first}-{second}".casefold() in compounds
        return f"{first}{'-' if is_compound else ''}{second}{mark}\n"

    return _DIVIDED.sub(whole, text).rstrip("\n")


def _linked(page: PageObject) -> Iterator[str]:
    """The web addresses of a page's links."""
    try:
        for each in islice(page.get("/Annots", ()).get_object(), MAX_ANNOTATIONS):
            action = each.get_object().get("/A")
            stated = None if action is None else action.get_object().get("/URI")
            stated = stated.get_object() if stated is not None else None
            text = stated.decode("utf-8", "replace") if isinstance(stated, bytes) else str(stated)
            # Without a scheme it is relative to the file, and mostly meant otherwise.
            if text.lower().startswith(("http://", "https://")) and (address := web_address(text, text)):
                yield address
    except Exception:  # noqa: BLE001  (a text without its links is one all the same)
        return


def _written(text: str) -> Iterator[str]:
    """The web addresses that stand in a text, but for those that may go on in the next line."""
    lines = text.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        for stated in addresses_in(line):
            rest = line[line.rindex(stated) + len(stated) :]
            is_ended = not following or (
                rest != "" and (not _ENDED.fullmatch(rest) or not (following[0].islower() or following[0].isdecimal()))
            )
            if is_ended and (address := web_address(stated, stated)):
                yield address
