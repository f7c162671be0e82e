"""Made-up PDF files, written by hand."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from html import escape

_XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="made:up"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:cc="http://creativecommons.org/ns#"'
    ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"{}</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def pdf_file(
    *pages: str,
    info: Mapping[str, str] | None = None,
    xmp: str | None = None,
    language: str | None = None,
    links: Sequence[str] = (),
    encrypt: str = "",
    compress: bool = False,
) -> bytes:
    """A PDF file.

    Args:
        pages: the lines of each page, in Latin letters.
        info: its dictionary of properties.
        xmp: its metadata in RDF: properties within a description, or the description's attributes, `>` and properties.
        language: its language.
        links: the addresses that its first page links to.
        encrypt: the entry of its trailer that says how it is encrypted.
        compress: whether the texts are compressed.
    """
    root = "/Type /Catalog /Pages 2 0 R" + (f" /Lang {_string(language)}" if language else "")
    objects: list[bytes] = [
        b"",
        b"",
        dictionary("/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"),
    ]
    numbers = []
    for number, page in enumerate(pages):
        objects.append(stream(_content(page), compress=compress))
        annotations = "".join(
            f"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI {_string(link)} >> >>"
            for link in (links if number == 0 else ())
        )
        objects.append(
            dictionary(
                f"/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
                f" /Contents {len(objects)} 0 R /Annots [{annotations}]"
            )
        )
        numbers.append(len(objects))
    if xmp is not None:
        attributes = xmp if xmp.startswith(" ") else f">{xmp}"
        objects.append(stream(_XMP.format(attributes).encode(), "/Type /Metadata /Subtype /XML "))
        root += f" /Metadata {len(objects)} 0 R"
    trailer = "/Root 1 0 R" + (f" /Encrypt << {encrypt} >> /ID [<00> <00>]" if encrypt else "")
    if info:
        objects.append(dictionary(" ".join(f"/{name} {_string(value)}" for name, value in info.items())))
        trailer += f" /Info {len(objects)} 0 R"
    objects[0] = dictionary(root)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects[1] = dictionary(f"/Type /Pages /Count {len(numbers)} /Kids [{kids}]")
    return written(objects, trailer)


def written(objects: Sequence[bytes], trailer: str) -> bytes:
    """A file with these objects, numbered from 1 on, and a table of them."""
    body, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} {trailer} >>\n"
    )
    return body + f"{head}startxref\n{len(body)}\n%%EOF\n".encode()


def listed(*values: str, kind: str = "Seq") -> str:
    """A list in RDF."""
    items = "".join(f"<rdf:li>{escape(value)}</rdf:li>" for value in values)
    return f"<rdf:{kind}>{items}</rdf:{kind}>"


def stream(content: bytes, entries: str = "", *, compress: bool = False) -> bytes:
    """An object with bytes."""
    if compress:
        content, entries = zlib.compress(content), f"{entries} /Filter /FlateDecode"
    return f"<< {entries} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def dictionary(entries: str) -> bytes:
    """An object with values."""
    return f"<< {entries} >>".encode("latin-1")


def _content(page: str) -> bytes:
    lines = " ".join(f"{_string(line)} Tj T*" for line in page.split("\n"))
    return f"BT /F1 10 Tf 12 TL 40 800 Td {lines} ET".encode("latin-1")


def _string(text: str) -> str:
    """A text as the format writes it: Latin letters as they are, others in UTF-16."""
    if text.isascii() or all(ord(each) < 256 for each in text):
        return "(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") + ")"
    return f"<FEFF{text.encode('utf-16-be').hex()}>"
