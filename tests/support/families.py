"""A family of models with what lineages show: licenses that do not go together, data, a merge, a circle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fair4ml.document import Document, EntityDict
from fair4ml.identifiers import hashed
from mlentory_crawl.catalog.commits import Commit
from support.catalogs import DAY, HUB, Book

DATASETS = f"{HUB}datasets/"
LICENSES = {
    "llama3.1": f"{HUB}models?license=license:llama3.1",
    "Apache-2.0": "https://spdx.org/licenses/Apache-2.0",
    "CC-BY-NC-4.0": "https://spdx.org/licenses/CC-BY-NC-4.0",
    "MIT": "https://spdx.org/licenses/MIT",
}


def relative(name: str, license: str | None = None, **parents: str | None) -> Document:
    """A model with its license and its parents (``owner__name``), each with the kind of derivation."""
    root: EntityDict = {"iri": HUB + name, "class": "MLModel", "name": name}
    document: Document = {"root": root, "parts": [], "stubs": []}
    if license is not None:
        root["license"] = [LICENSES[license]]
        document["stubs"].append({"iri": LICENSES[license], "class": "License", "name": license})
    for parent, kind in parents.items():
        iri = HUB + parent.replace("__", "/")
        part = f"{root['iri']}#derivation-{hashed(iri)}"
        root.setdefault("wasDerivedFrom", []).append(iri)
        root.setdefault("qualifiedDerivation", []).append(part)
        stated = {"iri": part, "class": "Derivation", "entity": iri}
        document["parts"].append(stated if kind is None else {**stated, "type": kind})
        document["stubs"].append({"iri": iri, "class": "MLModel", "name": iri.removeprefix(HUB)})
    return document


def using(document: Document, **data: list[str]) -> Document:
    """The model with the datasets of each property, by their ids."""
    for name, ids in data.items():
        document["root"][name] = [DATASETS + id for id in ids]
        document["stubs"] += [{"iri": DATASETS + id, "class": "Dataset", "name": id} for id in ids]
    return document


def store(book: Book, document: Document, kind: str = "model", **exceptions: str) -> None:
    """Store a record of a kind, with the places that its provenance names."""
    entry = book.entry(document["root"]["name"], document)
    provenance = {"source": "https://example.org", "fetched_at": DAY.format(1), "exceptions": exceptions}
    book.writer.commit(book.run, Commit(entries=[replace(entry, kind=kind, known=None, provenance=provenance)]))


def family(data_dir: Path) -> Book:
    """A catalog with a base, its tune, the quantization of that, a merge, and two models that name each other."""
    book = Book(data_dir)
    book.begin()
    base = relative("tide/base-8B", "llama3.1")
    base["root"]["conditionsOfAccess"] = "gated"
    tune = relative("orchard/tune-8B", "Apache-2.0", **{"tide__base-8B": "finetune"})
    for document in (
        using(base, trainedOn=["tide/corpus"]),
        using(tune, trainedOn=["orchard/talks"], evaluatedOn=[f"bench/task-{n}" for n in range(7)]),
        relative("mix/merged", None, **{"orchard__tune-8B": "merge", "other__named-only": "merge"}),
        relative("circle/a", None, circle__b="finetune"),
        relative("circle/b", "MIT", circle__a="merge"),
    ):
        store(book, document)
    store(
        book, relative("small/tune-8B-GGUF", "Apache-2.0", **{"orchard__tune-8B": "quantized"}), wasDerivedFrom="tags"
    )
    return book
