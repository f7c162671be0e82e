"""The files of repositories: which are listed, which of these are read, and their texts."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MOST_PATHS = 10_000
"""The number of paths of a repository that are kept."""
MOST_FILES, FILE_BYTES, TOTAL_BYTES = 100, 200_000, 2_000_000
"""The number of files of a repository that are read, the bytes of the largest, and of all together."""
UNLISTED, NO_TEXT, TOO_LARGE, TOO_MANY, NOT_SENT = (
    "path not kept", "no text", "too large", "beyond the limits", "not sent"
)  # fmt: skip
"""The reasons for which a file is left out."""

_SYMBOLIC_LINK = "120000"
_NO_TEXTS = frozenset(
    """
    7z a aac ai aiff apk arrow avi avif bin bmp bz2 caffemodel ckpt class dat db dcm dll doc docx dylib egg eot eps exe
    fbx feather flac flv gguf gif glb gz h5 hdf5 heic ico icns jar jks jpeg jpg joblib keras lib lz4 m4a m4v mat mid mkv
    mlmodel mo mov mp3 mp4 mpeg mpg msgpack nc npy npz o obj ogg onnx orc otf parquet pb pdf pickle pkl ply png ppt pptx
    psd pt pth pyc pyd qt rar rds safetensors so sqlite sqlite3 stl svg tar tflite tga tgz tif tiff tfrecord ttf wasm
    wav webm webp whl woff woff2 xls xlsx xz zip zst
    """.split()
)
_LOCK_FILES = frozenset(
    """
    cargo.lock composer.lock conda-lock.yml flake.lock gemfile.lock go.sum gradle.lockfile mix.lock npm-shrinkwrap.json
    package-lock.json packages.lock.json pdm.lock pipfile.lock pixi.lock pnpm-lock.yaml podfile.lock poetry.lock
    pubspec.lock uv.lock yarn.lock
    """.split()
)
_LARGE_FILE_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class File:
    """A file that a tree lists.

    Attributes:
        path: its path.
        size: its bytes; None if the tree does not tell.
        is_link: whether it is a symbolic link.
    """

    path: str
    size: int | None
    is_link: bool

    @property
    def is_text(self) -> bool:
        """True if its name is one that files of text have, and none of those that tools write."""
        name = self.path.rpartition("/")[2].lower()
        return not self.is_link and name not in _LOCK_FILES and name.rpartition(".")[2] not in _NO_TEXTS


@dataclass(slots=True)
class Reading:
    """The files of a repository while they are read, one after the other.

    Attributes:
        payload: the record that they become; its ``texts`` and ``left_out`` are added to.
        left: the paths of those that are still to be read.
        url: the address of the tree.
        fetched_at: the time of the tree.
        size: the bytes so far.
    """

    payload: dict[str, Any]
    left: list[str]
    url: str
    fetched_at: str
    size: int = 0

    def add(self, path: str, body: bytes) -> None:
        """Take a file, or note why it is left out."""
        text = text_of(body)
        if text is None:
            self.leave_out(NO_TEXT)
        elif len(body) > FILE_BYTES:
            self.leave_out(TOO_LARGE)
        elif self.size + len(body) > TOTAL_BYTES:
            self.leave_out(TOO_MANY)
        else:
            self.size += len(body)
            self.payload["texts"][path] = text

    def leave_out(self, reason: str) -> None:
        """Count a file that is left out."""
        self.payload["left_out"][reason] = self.payload["left_out"].get(reason, 0) + 1


def readme_in(answer: Any) -> dict[str, Any]:
    """Return path and text of the README in an answer; the text is None if it is too large for the API.

    Raises:
        ValueError: the answer is not a file.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("path"), str):
        raise ValueError("expected an object with the field path")
    content, encoding = answer.get("content"), answer.get("encoding")
    if encoding == "none":
        return {"path": answer["path"], "text": None}
    if encoding != "base64" or not isinstance(content, str):
        raise ValueError("expected the content of a file in base64")
    return {"path": answer["path"], "text": b64decode(content).decode("utf-8", "replace")}


def files_in(answer: Any) -> tuple[list[File], bool]:
    """Return the files in a tree, those at the top first, and whether the tree is truncated.

    Raises:
        ValueError: the answer is not a tree.
    """
    listed = answer.get("tree") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise ValueError("expected an object with the field tree, a list")
    found = [
        File(path, size if type(size := each.get("size")) is int else None, each.get("mode") == _SYMBOLIC_LINK)
        for each in listed
        if isinstance(each, dict) and each.get("type") == "blob" and isinstance(path := each.get("path"), str)
    ]
    return sorted(found, key=lambda file: (file.path.count("/"), file.path)), answer.get("truncated") is True


def tree(files: list[File], *, truncated: bool) -> dict[str, Any]:
    """Return what the record of a tree states of its files.

    Args:
        files: the files.
        truncated: whether GitHub has left some out.
    """
    unlisted = max(0, len(files) - MOST_PATHS)
    return {
        "paths": [file.path for file in files[:MOST_PATHS]],
        "count": len(files),
        "truncated": truncated,
        "texts": {},
        "left_out": {UNLISTED: unlisted} if unlisted else {},
    }


def chosen(files: Iterable[File]) -> tuple[list[str], Counter[str]]:
    """Return the paths of the files to be read, and the numbers of the others by reason.

    Args:
        files: the files, the most important first.
    """
    paths: list[str] = []
    left_out: Counter[str] = Counter()
    total = 0
    for file in files:
        size = file.size or 0
        if not file.is_text or _is_odd(file.path):
            left_out[NO_TEXT] += 1
        elif size > FILE_BYTES:
            left_out[TOO_LARGE] += 1
        elif len(paths) == MOST_FILES or total + size > TOTAL_BYTES:
            left_out[TOO_MANY] += 1
        else:
            paths.append(file.path)
            total += size
    return paths, left_out


def text_of(body: bytes) -> str | None:
    """Return the text of a file with all its spaces; None if it is binary, or stands for a file kept elsewhere."""
    if b"\0" in body or body.startswith(_LARGE_FILE_POINTER):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _is_odd(path: str) -> bool:
    """Check whether an address with the path would lead elsewhere; git itself has no such paths."""
    return not {"", ".", ".."}.isdisjoint(path.split("/"))
