"""Model cards: read from the archive, as long as it has them, and not after their model was erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.crawling import CatalogProject, model, write_records
from support.erasing import erased

from mlentory_crawl.archive.bodies import RAW
from mlentory_crawl.face import open_catalog
from mlentory_crawl.sample_hub import SampleHub

IRI = "https://huggingface.co/acme/model-1"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogProject]:
    folder = tmp_path_factory.mktemp("cards")
    records = [model(number, siblings=[{"rfilename": "README.md"}], cardData={"license": "mit"}) for number in (1, 2)]
    records.append(model(3, siblings=[]))
    with SampleHub(records=write_records(folder / "records.jsonl", records)) as hub:
        made = CatalogProject(folder / "data", hub.url)
        made.crawl("-a", "mode=census", "-a", "cards=all")
        yield made


def test_a_card_is_what_was_fetched(project: CatalogProject) -> None:
    with open_catalog(project.data_dir) as catalog:
        card = catalog.card(IRI)
        assert card is not None
        assert card.text.startswith("---\nlicense: ")
        assert "# model-1" in card.text
        assert card.source == (f"https://huggingface.co/api/resolve-cache/models/acme/model-1/{1:040x}/README.md")
        assert card.record.startswith("huggingface/card/")
        assert catalog.card("https://huggingface.co/acme/model-3") is None
        assert catalog.card("https://huggingface.co/acme/base") is None


def test_a_damaged_or_missing_file_is_no_card(project: CatalogProject, tmp_path: Path) -> None:
    with open_catalog(project.data_dir) as catalog:
        files = {path: path.read_bytes() for path in (project.data_dir / RAW).rglob("*.zst")}
        for path in files:
            path.write_bytes(b"\0")
        assert catalog.card(IRI) is None
        for path in files:
            path.unlink()
        assert catalog.card(IRI) is None
        for path, content in files.items():
            path.write_bytes(content)
        assert catalog.card(IRI) is not None


def test_after_an_erasure_there_is_no_card(project: CatalogProject) -> None:
    erased(project, IRI)
    with open_catalog(project.data_dir) as catalog:
        assert catalog.card(IRI) is None
        assert catalog.card("https://huggingface.co/acme/model-2") is not None
