"""Small made-up platforms besides the Hub, each with a change that a second crawl finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from support.ai4life_server import served_zoo, zoo
from support.made_up_tracking import filled, tracking
from support.openml_server import OpenML
from support.paperswithcode_server import Catalog, paperswithcode

Change = Callable[[], None]
WORDS = ("-a", "mode=census", "-s", "DOWNLOAD_SLOTS={}")
ARGUMENTS = {
    **dict.fromkeys(("ai4life", "mlflow", "openml"), (*WORDS, "-a", "accept_deletions=true")),
    "paperswithcode": WORDS,  # whose censuses delete nothing
}
"""How to crawl everything of each, also where much of it is gone."""


@contextmanager
def made_up(platform: str) -> Iterator[tuple[dict[str, str], Change]]:
    """The variables that lead a spider to a platform, and what changes some of its things and takes one away."""
    with {"ai4life": _ai4life, "mlflow": _mlflow, "openml": _openml, "paperswithcode": _papers}[platform]() as found:
        yield found


@contextmanager
def _ai4life() -> Iterator[tuple[dict[str, str], Change]]:
    with served_zoo(zoo(20)) as server:

        def change() -> None:
            server.artifacts[2]["manifest"] |= {"license": "CC-BY-4.0", "parent": {"id": "tidy-animal-20"}}
            server.remove("tidy-animal-7")

        yield {"AI4LIFE_ENDPOINT": server.url}, change


@contextmanager
def _mlflow() -> Iterator[tuple[dict[str, str], Change]]:
    with tracking() as server:
        filled(server)

        def change() -> None:
            server.records["registered_models"][1] |= {"description": "told anew", "tags": [_tag("license", "mit")]}
            server.records["runs"][2]["data"]["metrics"][0]["value"] = 0.75
            del server.records["runs"][6]

        yield {"MLFLOW_TRACKING_URI": server.url}, change


def _tag(key: str, value: str) -> dict[str, str]:
    return {"key": key, "value": value}


@contextmanager
def _openml() -> Iterator[tuple[dict[str, str], Change]]:
    server = OpenML.small()
    with server.served() as url:

        def change() -> None:
            server.lists["flow"][1] |= {"external_version": "acme==99", "uploader": 8}
            server.lists["evaluation"][0]["value"] = "0.5"
            del server.lists["evaluation"][3]

        yield {"OPENML_ENDPOINT": url}, change


@contextmanager
def _papers() -> Iterator[tuple[dict[str, str], Change]]:
    catalog = Catalog()
    with paperswithcode(catalog) as url:

        def change() -> None:
            catalog.lists["papers"][2] |= {"authors": ["Somebody Else"], "tasks": []}
            catalog.lists["evaluations"][1]["metrics"] = {"Accuracy": "12.5%"}
            del catalog.lists["evaluations"][4]

        yield {"PAPERSWITHCODE_ENDPOINT": url}, change
