"""Captured records of all platforms as RDF: up to 500 of each kind conform to the shapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.artifacts import record as artifact
from support.captured import hugging_face_models, model_cards
from support.captured_openml import captured_records
from support.captured_repositories import answers
from support.descriptions import stored_whole

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import CLASSES
from fair4ml.platforms import describe, source_model
from fair4ml.platforms.arxiv.source import entries
from fair4ml.platforms.paperswithcode.tables import records as table_records
from fair4ml.write import rdf
from mlentory_crawl.shapes.conformance import Conformance

MOST = 500
AT_ONCE = 50

Records = Iterator[tuple[str, Any]]
"""Kinds and payloads."""


def models(corpus: Path) -> Records:
    # The older the sources, the less they say: what comes last says most.
    found = list(hugging_face_models(corpus))
    yield from (("model", each) for each in found[:: max(1, len(found) // MOST)])


def cards(corpus: Path) -> Records:
    found = list(model_cards(corpus))
    yield from (("card", {"id": id, "text": text}) for id, text in found[:: max(1, len(found) // MOST)])


def croissants(corpus: Path) -> Records:
    for n, path in enumerate(sorted((corpus / "croissant").rglob("*.json"))):
        yield "croissant", {"id": f"ada-labs/tides-{n}", "croissant": json.loads(path.read_bytes())}


def datasets(corpus: Path) -> Records:
    for path in sorted((corpus / "huggingface" / "list-and-detail").glob("dataset-*.json")):
        yield "dataset", json.loads(path.read_bytes())


def artifacts(corpus: Path) -> Records:
    for path in sorted((corpus / "bioimageio" / "rdfs").rglob("rdf.yaml")):
        manifest = yaml.safe_load(path.read_text("utf-8"))
        if manifest.get("type") in ("model", "dataset", "application"):
            id = f"bioimage-io/{manifest['id'].replace(':', '-')}"
            yield manifest["type"], artifact(manifest, manifest["type"], id=id)


def openml(corpus: Path) -> Records:
    yield from ((kind, each) for kind, each in captured_records(corpus) if not str(each.get("id")).startswith("-"))


def repositories(corpus: Path) -> Records:
    yield from (("repository", each) for each in answers(corpus))


def articles(corpus: Path) -> Records:
    for path in (corpus / "arxiv").glob("*.xml"):
        yield from (("article", each) for each in entries(path.read_bytes()))


def tables(corpus: Path) -> Records:
    for path in sorted((corpus / "paperswithcode" / "evaluation-tables").glob("*.json")):
        for element in json.loads(path.read_bytes()):
            yield from ((kind, payload) for kind, _, payload in table_records(element))


CAPTURED: dict[str, tuple[str, Callable[[Path], Records]]] = {
    "models": ("huggingface", models),
    "cards": ("huggingface", cards),
    "croissants": ("huggingface", croissants),
    "datasets": ("huggingface", datasets),
    "artifacts": ("ai4life", artifacts),
    "openml": ("openml", openml),
    "repositories": ("github", repositories),
    "articles": ("arxiv", articles),
    "tables": ("paperswithcode", tables),
}


Told = tuple[str, list[tuple[str, str]]]
"""N-Triples, and the classes of what they refer to."""


def described(platform: str, found: Records) -> Iterator[Told]:
    """Each thing that is described, as an export has it: once, and what is only named at its first place."""
    roots: set[str] = set()
    named: set[str] = set()
    for kind, payload in found:
        try:
            source, _ = parse(source_model(platform, kind), payload)
            document = stored_whole(describe(source))
        except InvalidRecord:
            continue
        if (iri := document["root"]["iri"]) in roots:
            continue
        if kind == "card":  # where there is a card, there is the record of the model
            document["root"]["url"] = iri
        stubs = [stub for stub in document["stubs"] if stub["iri"] not in named | roots]
        roots.add(iri)
        named |= {stub["iri"] for stub in stubs}
        classes = [(stub["iri"], type) for stub in document["stubs"] for type in CLASSES[stub["class"]].types]
        yield rdf.ntriples({**document, "stubs": stubs}), classes


@pytest.mark.parametrize("name", CAPTURED)
def test_captured_records_conform(corpus: Path, name: str) -> None:
    platform, captured = CAPTURED[name]
    records = list(islice(described(platform, captured(corpus)), MOST))
    assert records
    conformance = Conformance()
    for start in range(0, len(records), AT_ONCE):
        texts, classes = zip(*records[start : start + AT_ONCE], strict=True)
        conformance.check("".join(texts), chain.from_iterable(classes))
    assert list(conformance.violations.values()) == []
