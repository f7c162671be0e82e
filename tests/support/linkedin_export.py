"""Made-up exports of a member's own data, as LinkedIn gives them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

SHARES = ("Date", "ShareLink", "ShareCommentary", "SharedUrl", "MediaUrl", "Visibility")
COMMENTS = ("Date", "Link", "Message")
UPDATE = "https://www.linkedin.com/feed/update/"
PROFILE = "First Name,Last Name,Headline\nAda,Example,Makes things up\n"


def table(columns: tuple[str, ...], *rows: tuple[str, ...]) -> str:
    """A table of an export."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()


def share(number: int, text: str, *, date: str = "2026-01-15 10:00:00", shared: str = "") -> tuple[str, ...]:
    """A row of the table of posts."""
    return date, f"{UPDATE}urn%3Ali%3Ashare%3A{number}", text, shared, "", "MEMBER_NETWORK"


def article(title: str, path: str | None, body: str) -> str:
    """A page of an article; a draft has no address."""
    heading = f'<a href="https://www.linkedin.com/pulse/{path}">{title}</a>' if path else title
    published = '<p class="published">Published on 2026-02-20 06:12</p>' if path else ""
    dates = f'<p class="created">Created on 2026-02-19 06:04</p>{published}'
    head = "<head><style>h1 { margin: 0 }</style></head>"
    return f"<html>{head}<body><h1>{heading}</h1>{dates}<div>{body}</div></body></html>"


def written(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """An export with these files."""
    with ZipFile(path, "w", ZIP_DEFLATED) as export:
        for name, content in files.items():
            export.writestr(name, content)
    return path
