"""The files of pages, at addresses that change with them: a browser asks for each only once."""

from __future__ import annotations

import os
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from mlentory_crawl.pictures.lines import STYLE

FOLDER = files("mlentory_crawl.service") / "static"
LINEAGE_STYLE = "lineage.css"
"""The name of the style of pictures, which is made, and no file."""
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def lineage_style() -> str:
    """Return the style of pictures, for pages that have them in their text."""
    return f".drawing {{{STYLE}}}\n"


@cache
def static_address(name: str) -> str:
    """Return the address of a file with the version of what is in it."""
    is_made = name == LINEAGE_STYLE
    content = lineage_style().encode() if is_made else (FOLDER / name).read_bytes()
    return f"{'' if is_made else '/static'}/{name}?v={blake2b(content, digest_size=6).hexdigest()}"


class VersionedFiles(StaticFiles):
    """Files that are kept by browsers if they were asked for with the version that they have."""

    def __init__(self) -> None:
        super().__init__(directory=str(FOLDER))

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        # The same file is sent compressed or as it is.
        answer.headers["ETag"] = f"W/{answer.headers['ETag']}"
        asked = scope["query_string"].decode("latin-1")
        is_versioned = asked and static_address(os.path.relpath(full_path, str(FOLDER))).endswith(f"?{asked}")
        answer.headers["Cache-Control"] = FOR_EVER if is_versioned else "no-cache"
        return answer
