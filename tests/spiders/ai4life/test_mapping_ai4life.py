"""What the BioImage Model Zoo's records of models, datasets and applications state."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import yaml
from hypothesis import given, strategies as st
from rdflib import Graph
from support.artifacts import record
from support.descriptions import stored, stored_whole
from support.payloads import LEAVES

from fair4ml.describe.articles import cited_article
from fair4ml.describe.digest import digest
from fair4ml.describe.source_record import InvalidRecord, SourceObject, parse
from fair4ml.document import Document
from fair4ml.entities import CLASSES, Description, properties
from fair4ml.identifiers import orcid
from fair4ml.platforms import describe
from fair4ml.platforms.ai4life.provenance import FURTHER_SOURCES, PROVENANCE
from fair4ml.platforms.ai4life.source import KINDS
from fair4ml.write import rdf
from fair4ml.write.property_graph import graph

HERE = "https://hypha.aicell.io/bioimage-io/artifacts/"
SHA256 = "0123456789abcdef" * 4

MODEL_0_5: dict[str, Any] = {
    "format_version": "0.5.4",
    "name": "Nuclei of made-up cells",
    "description": "Finds nuclei.",
    "authors": [
        {"name": "Ada Example", "orcid": "0000-0002-1825-0097", "affiliation": "Nowhere"},
        {"name": "Grace Sample", "github_user": "grace"},
    ],
    "maintainers": [{"name": "Grace Sample"}, {"github_user": "keeper"}],
    "packaged_by": [{"name": "Pack Er", "orcid": "https://orcid.org/0000-0001-5109-3700"}],
    "uploader": {"email": "somebody@example.org"},
    "cite": [
        {"text": "A network", "doi": "10.1007/978-3-319-00000-4_28"},
        {"text": "A preprint", "url": "https://arxiv.org/abs/1505.04597v1"},
        {"text": "A library", "doi": "10.5281/zenodo.123"},
        {"text": "A page", "url": "https://example.org/page"},
    ],
    "license": "MIT",
    "tags": ["nuclei", "2d", "nuclei", " "],
    "links": ["ilastik/ilastik"],
    "git_repo": "https://github.com/example/nuclei",
    "documentation": {"source": "docs/README.md", "sha256": SHA256},
    "version": 1.2,
    "timestamp": "2024-01-02T03:04:05",
    "id": "tidy-animal",
    "parent": {"id": "older-animal", "version": "1"},
    "training_data": {"id": "bioimage-io/cell-pictures"},
    "run_mode": {"name": "deepimagej"},
    "config": {"bioimageio": {"doi": "10.5281/zenodo.77"}},
    "inputs": [
        {
            "id": "raw",
            "axes": [
                {"type": "batch"},
                {"type": "channel", "channel_names": ["dna", "actin"]},
                {"type": "space", "id": "y", "size": {"min": 64, "step": 16}, "unit": "micrometer"},
                {"type": "space", "size": 512},
            ],
            "data": {"type": "float32"},
            "preprocessing": [{"id": "ensure_dtype"}, {"id": "zero_mean_unit_variance"}],
        }
    ],
    "outputs": [
        {
            "id": "mask",
            "axes": [
                {"type": "batch", "size": 1},
                {"id": "y", "type": "space", "size": {"tensor_id": "raw", "axis_id": "y", "offset": -4}},
            ],
            "data": [{"type": "uint8"}],
            "postprocessing": [{"id": "sigmoid"}],
        }
    ],
    "weights": {
        "pytorch_state_dict": {
            "source": "weights.pt",
            "sha256": SHA256.upper(),
            "architecture": {"callable": "UNet2d", "source": "unet.py"},
            "pytorch_version": 1.5,
        },
        "onnx": {
            "source": "https://example.org/weights.onnx",
            "opset_version": 17,
            "authors": [{"name": "Con Verter"}],
        },
    },
}

MODEL_0_4: dict[str, Any] = {
    "format_version": "0.4.10",
    "name": "Older nuclei",
    "authors": [{"name": "Ada Example"}],
    "cite": [{"text": "data", "doi": "https://doi.org/10.1038/ABC-1"}],
    "documentation": "https://example.org/README.md",
    "license": "CC-BY-4.0",
    "training_data": {"name": "Cells in place", "source": "https://example.org/cells", "license": "CC0-1.0"},
    "inputs": [{"name": "input0", "axes": "bcyx", "shape": {"min": [1, 1, 64, 64], "step": [0, 0, 16, 16]}}],
    "outputs": [
        {
            "name": "output0",
            "axes": "bcyx",
            "data_type": "float32",
            "shape": {"reference_tensor": "input0", "scale": [1, None, 1, 0.5], "offset": [0, 1, 0, 0.5]},
        },
        {"name": "output1", "axes": "byx", "shape": [1, 64, 64]},
    ],
    "weights": {
        "pytorch_state_dict": {
            "source": "https://example.org/weights.pt",
            "architecture": "https://example.org/unet.py:UNet2d",
        },
        "torchscript": {"source": "./weights-torchscript.pt", "sha256": SHA256},
        "keras_hdf5": {"source": "weights.h5", "architecture": "networks.small.Net", "tensorflow_version": "1.15"},
    },
}


def mapped(payload: Any) -> tuple[Description, list[str]]:
    """The description of a record, and what was left out."""
    source, issues = parse(KINDS[payload["type"]], payload)
    description = describe(source)
    return description, [f"{issue.field}: {issue.reason}" for issue in (*issues, *description.issues)]


def values(document: Document) -> dict[str, Any]:
    """The values without a property of their own, by name."""
    return {
        "/".join(part[name] for name in ("propertyID", "name") if name in part): part["value"]
        for part in document["parts"]
        if part["class"] == "PropertyValue"
    }


def test_a_model_of_format_0_5() -> None:
    description, issues = mapped(record(MODEL_0_5))
    document = stored_whole(description)
    root, parts = document["root"], {part["iri"]: part for part in document["parts"]}
    names = {stub["iri"]: stub["name"] for stub in document["stubs"]}
    assert issues == []
    assert root["iri"] == f"{HERE}tidy-animal"
    assert root["url"] == "https://bioimage.io/#/artifacts/tidy-animal"
    assert root["name"] == "Nuclei of made-up cells"
    assert root["identifier"] == ["tidy-animal", "https://doi.org/10.5281/zenodo.77"]
    assert (root["dateCreated"], root["dateModified"]) == ("2023-11-14T22:13:20Z", "2023-11-14T22:15:00Z")
    assert (root["version"], root["license"]) == ("1.2", ["https://spdx.org/licenses/MIT"])
    assert root["keywords"] == ["nuclei", "2d"]
    ada, grace = root["author"]
    assert (ada, names[ada]) == ("https://orcid.org/0000-0002-1825-0097", "Ada Example")
    assert (parts[grace]["name"], parts[grace]["sameAs"]) == ("Grace Sample", ["https://github.com/grace"])
    # The same name in one record is the same person.
    assert root["maintainer"][0] == grace
    assert parts[root["maintainer"][1]]["name"] == "keeper"
    assert root["sharedBy"] == ["https://orcid.org/0000-0001-5109-3700"]
    assert [parts[iri]["name"] for iri in root["contributor"]] == ["Con Verter"]
    assert root["referencePublication"] == [
        "https://doi.org/10.1007/978-3-319-00000-4_28",
        "https://arxiv.org/abs/1505.04597",
    ]
    assert root["citation"] == [
        "A network https://doi.org/10.1007/978-3-319-00000-4_28",
        "A preprint https://arxiv.org/abs/1505.04597",
        "A library 10.5281/zenodo.123",
        "A page https://example.org/page",
    ]
    assert root["trainedOn"] == [f"{HERE}cell-pictures"]
    assert root["wasDerivedFrom"] == [f"{HERE}older-animal"]
    # How it derives is not stated.
    assert "fineTunedFrom" not in root
    (derivation,) = root["qualifiedDerivation"]
    assert (parts[derivation]["entity"], "type" in parts[derivation]) == (f"{HERE}older-animal", False)
    assert root["modelCategory"] == ["UNet2d"]
    assert root["codeRepository"] == ["https://github.com/example/nuclei"]
    assert root["readme"] == f"{HERE}tidy-animal/files/docs/README.md"
    pytorch, onnx = (parts[iri] for iri in root["distribution"])
    assert (pytorch["encodingFormat"], pytorch["sha256"]) == ("pytorch_state_dict", SHA256)
    assert pytorch["contentUrl"] == f"{HERE}tidy-animal/files/weights.pt"
    assert onnx["contentUrl"] == "https://example.org/weights.onnx"
    assert values(document) == {
        "format_version": "0.5.4",
        "timestamp": "2024-01-02T03:04:05",
        "run_mode": "deepimagej",
        "links": "ilastik/ilastik",
        "pytorch_version/pytorch_state_dict": "1.5",
        "opset_version/onnx": 17,
        "inputs.axes/raw": "batch, channel, y (micrometer), x",
        "inputs.shape/raw": "any, 2, 64+16n, 512",
        "inputs.data_type/raw": "float32",
        "inputs.preprocessing/raw": "ensure_dtype, zero_mean_unit_variance",
        "outputs.axes/mask": "batch, y",
        "outputs.shape/mask": "1, raw.y-4",
        "outputs.data_type/mask": "uint8",
        "outputs.postprocessing/mask": "sigmoid",
    }
    assert description.counters == {"downloadsAllTime": 12, "views": 3}
    assert "somebody@example.org" not in json.dumps(document)


def test_a_model_of_format_0_4() -> None:
    description, issues = mapped(record(MODEL_0_4))
    document = stored_whole(description)
    root, parts = document["root"], {part["iri"]: part for part in document["parts"]}
    assert issues == []
    assert (root["version"], description.exceptions) == ("v1", {"version": "versions"})
    assert root["readme"] == "https://example.org/README.md"
    assert root["referencePublication"] == ["https://doi.org/10.1038/abc-1"]
    assert root["modelCategory"] == ["UNet2d", "Net"]
    (data,) = root["trainedOn"]
    assert data.startswith(f"{root['iri']}#dataset-")
    assert (parts[data]["name"], parts[data]["url"]) == ("Cells in place", "https://example.org/cells")
    assert parts[data]["license"] == ["https://spdx.org/licenses/CC0-1.0"]
    assert [parts[iri].get("contentUrl") for iri in root["distribution"]] == [
        "https://example.org/weights.pt",
        f"{HERE}tidy-animal/files/weights-torchscript.pt",
        f"{HERE}tidy-animal/files/weights.h5",
    ]
    told = values(document)
    assert told["inputs.axes/input0"] == "b, c, y, x"
    assert told["inputs.shape/input0"] == "1, 1, 64+16n, 64+16n"
    assert told["outputs.shape/output0"] == "input0 times 1, new, 1, 0.5, and 0, 2, 0, 1 more"
    assert told["outputs.shape/output1"] == "1, 64, 64"
    assert told["outputs.data_type/output0"] == "float32"
    assert told["tensorflow_version/keras_hdf5"] == "1.15"


def test_a_dataset() -> None:
    manifest = {
        "name": "Cells",
        "authors": [{"name": "Ada Example"}],
        "cite": [{"text": "A paper", "doi": "10.1/x"}, {"text": "Twice", "doi": "10.1038/abc"}],
        "source": "somewhere on a disk",
        "download_url": "https://example.org/cells.zip",
        "license": "My own terms",
    }
    description, issues = mapped(record(manifest, "dataset"))
    document = stored_whole(description)
    root, parts = document["root"], {part["iri"]: part for part in document["parts"]}
    assert issues == []
    assert root["class"] == "Dataset"
    assert parts[root["creator"][0]]["name"] == "Ada Example"
    assert root["citation"] == ["A paper 10.1/x", "Twice https://doi.org/10.1038/abc"]
    assert parts[root["distribution"][0]]["contentUrl"] == "https://example.org/cells.zip"
    assert values(document) == {"source": "somewhere on a disk"}
    [license] = document["stubs"]
    assert (root["license"], license["name"]) == ([license["iri"]], "my own terms")
    assert license["iri"].startswith("https://hypha.aicell.io/bioimage-io#license-")


@pytest.mark.parametrize("name", [None, "", "  "])
def test_what_has_no_name_is_called_by_its_alias(name: str | None) -> None:
    description, _ = mapped(record({"name": name}, id="bioimage-io/tidy animal"))
    assert (description.root.name, description.exceptions["name"]) == ("tidy animal", "id")


def test_an_application_is_a_program_and_no_more() -> None:
    description, issues = mapped(record({"name": "Viewer", "license": "MIT"}, "application", id="bioimage-io/a viewer"))
    assert issues == []
    expected: Document = {
        "root": {
            "iri": f"{HERE}a%20viewer",
            "class": "SoftwareApplication",
            "name": "Viewer",
            "url": "https://bioimage.io/#/artifacts/a%20viewer",
            "identifier": ["a viewer"],
            "softwareVersion": "v1",
        },
        "parts": [],
        "stubs": [],
    }
    assert stored_whole(description) == expected


@pytest.mark.parametrize(
    ("manifest", "issue"),
    [
        ({"authors": [{"name": "A", "orcid": "0000-0002-1825-0098"}]}, "manifest.authors.0.orcid: is not an ORCID iD"),
        ({"authors": [{"email": "a@example.org"}]}, "manifest.authors.0: does not name a person or organization"),
        ({"authors": [{"github_user": "a/b"}]}, "manifest.authors.0.github_user: is not the name of an account"),
        ({"authors": [7]}, "manifest.authors.0: expected an object, got int"),
        ({"cite": [{}]}, "manifest.cite.0: does not name a publication"),
        ({"parent": {"id": "bioimage-io/tidy-animal"}}, "manifest.parent.id: refers to the resource itself"),
        ({"parent": {"uri": "https://example.org"}}, "manifest.parent: does not name an artifact"),
        ({"parent": "zoo/old_id", "id": "zoo/Old_Id/3"}, "manifest.parent.id: refers to the resource itself"),
        ({"training_data": {"id": "a:b"}}, "manifest.training_data.id: is not the id of an artifact"),
        ({"training_data": ["cells", "a:b"]}, "manifest.training_data.1.id: is not the id of an artifact"),
        ({"training_data": {}}, "manifest.training_data: does not name a dataset"),
        ({"git_repo": "git@example.org:a/b"}, "manifest.git_repo: is not a web address"),
        ({"documentation": "../secret.md"}, "manifest.documentation: is not a web address"),
        ({"weights": {"onnx": {"source": "javascript:x"}}}, "manifest.weights.onnx.source: is not a web address"),
        ({"weights": {"onnx": {"sha256": "abc"}}}, "manifest.weights.onnx.sha256: String should match"),
        ({"license": "!!!"}, "manifest.license.0: does not name a license"),
        ({"config": {"bioimageio": {"doi": "none"}}}, "manifest.config.bioimageio.doi: is not a DOI"),
        ({"inputs": [{"axes": 5}]}, "manifest.inputs.0.axes: expected an object, got int"),
        (None, "manifest: expected an object, got null"),
    ],
)
def test_what_cannot_be_used_is_told_and_the_rest_is_kept(manifest: Any, issue: str) -> None:
    description, issues = mapped(record(manifest))
    assert description.root.iri == f"{HERE}tidy-animal"
    assert [told for told in issues if told.startswith(issue)]


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"type": "model"}, "id"),
        ({"type": "model", "id": "bioimage-io/"}, "id"),
        ({"type": "model", "id": "a:b"}, "id"),
        ({"type": "model", "id": "../x"}, "id"),
        ({"type": "model", "id": 7}, "id"),
        ({"id": "a"}, "type"),
        ({"id": "a", "type": "notebook"}, "type"),
        ([], ""),
    ],
)
def test_what_cannot_be_told_from_other_records_is_refused(payload: Any, field: str) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        parse(KINDS["model"], payload)
    assert refusal.value.field == field


def test_ids_with_spaces_and_characters_of_addresses_have_an_iri() -> None:
    for id, iri in (("a b", "a%20b"), ("a?b", "a%3Fb"), ("a/b", "a/b"), ("ä", "ä")):
        assert mapped(record({}, id=id))[0].root.iri == HERE + iri


def test_what_is_stated_conforms_to_the_shapes() -> None:
    data = Graph()
    for id, kind in enumerate(KINDS):
        payload = record(MODEL_0_5, kind, id=f"other-{id}")
        data.parse(data=rdf.turtle_header() + rdf.turtle(stored_whole(mapped(payload)[0]), []), format="turtle")
    data.parse(data=rdf.turtle_header() + rdf.turtle(stored_whole(mapped(record(MODEL_0_4))[0]), []), format="turtle")
    shapes = Graph().parse(data=(files("fair4ml") / "data" / "shapes.ttl").read_text("utf-8"), format="turtle")
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, text


def test_counters_are_no_change() -> None:
    payload = record(MODEL_0_5, download_count=5, view_count=6)
    later = {**payload, "download_count": 50, "view_count": 60}
    assert stored_whole(mapped(payload)[0]) == stored_whole(mapped(later)[0])
    first, second = digest(KINDS["model"], payload), digest(KINDS["model"], later)
    assert first is not None
    assert second is not None
    assert first[0] == second[0]


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1694-233x", "https://orcid.org/0000-0002-1694-233X"),
        ("0000-0002-1825-0096", None),
        ("0000-0002-1825-009", None),
        ("00000002-1825-0097", None),
        ("https://example.org/0000-0002-1825-0097", None),
    ],
)
def test_orcid_ids_have_a_checksum(text: str, iri: str | None) -> None:
    assert orcid(text) == iri


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("10.48550/arXiv.1505.04597", "https://arxiv.org/abs/1505.04597"),
        ("https://doi.org/10.48550/arXiv.1505.04597v2", "https://arxiv.org/abs/1505.04597"),
        ("arXiv:1505.04597", "https://arxiv.org/abs/1505.04597"),
        ("doi:10.1038/ABC", "https://doi.org/10.1038/abc"),
        ("10.48550/arXiv.prose", None),
        ("10.5281/zenodo.5", None),
        ("https://example.org/paper", None),
    ],
)
def test_what_is_known_for_an_article(text: str, iri: str | None) -> None:
    stub = cited_article(text)
    assert (None if stub is None else stub.iri) == iri


def test_descriptions_without_a_type_may_give_texts() -> None:
    manifest = {
        "format_version": "0.2.1",
        "authors": ["Ada Example", {"name": "Bo Example"}],
        "maintainers": "Cy Example",
        "cite": ["A network", "10.1000/ABC", "https://arxiv.org/abs/1505.04597"],
        "parent": "older-animal",
        "training_data": ["cell-pictures", {"name": "Cells in place"}, None],
    }
    description, issues = mapped(record(manifest))
    document, parts = stored_whole(description)["root"], {part.iri: part for part in description.parts}
    assert issues == []
    assert [parts[iri].name for iri in document["author"]] == ["Ada Example", "Bo Example"]
    assert [parts[iri].name for iri in document["maintainer"]] == ["Cy Example"]
    assert document["citation"] == ["A network", "https://doi.org/10.1000/abc", "https://arxiv.org/abs/1505.04597"]
    assert document["referencePublication"] == ["https://doi.org/10.1000/abc", "https://arxiv.org/abs/1505.04597"]
    assert document["wasDerivedFrom"] == [f"{HERE}older-animal"]
    assert document["trainedOn"][0] == f"{HERE}cell-pictures"
    assert parts[document["trainedOn"][1]].name == "Cells in place"


@pytest.mark.parametrize(
    ("stated", "reference"),
    [
        ("zoo/Cell_Pictures-2D/latest", "zoo/cell_pictures-2d"),
        ("bioimage-io/zoo/Cells/v1.2", "zoo/Cells/1.0"),
        ("10.5281/zenodo.1234/1235", "10.5281/zenodo.1234"),
    ],
)
def test_ids_of_the_older_collection_lead_to_the_artifact(stated: str, reference: str) -> None:
    dataset = mapped(record({"id": stated}, "dataset", id="calm-cells"))[0].root
    model = mapped(record({"training_data": {"id": reference}, "parent": {"id": "calm-cells"}}))[0].root
    assert stored(dataset)["sameAs"] == stored(model)["trainedOn"]
    assert stored(model)["wasDerivedFrom"] == [dataset.iri]


def test_every_property_says_where_it_comes_from() -> None:
    declared = {name for cls in ("MLModel", "Dataset", "SoftwareApplication") for name in properties(cls)}
    assert PROVENANCE["model"].keys() <= declared
    assert FURTHER_SOURCES["model"].keys() <= PROVENANCE["model"].keys()
    documents = [stored_whole(mapped(record(manifest))[0]) for manifest in (MODEL_0_4, MODEL_0_5)]
    documents.append(stored_whole(mapped(record(MODEL_0_5, "dataset"))[0]))
    documents.append(stored_whole(mapped(record(MODEL_0_5, "application"))[0]))
    documents.append(stored_whole(mapped(record({"id": "zoo/Old_Id/3"}))[0]))
    stated = {name for document in documents for name in document["root"]} - {"iri", "class"}
    assert stated == PROVENANCE["model"].keys()


def check(description: Description) -> None:
    """What holds for every description, whatever came."""
    document = stored_whole(description)
    root = document["root"]
    inside = {part["iri"] for part in document["parts"]}
    assert all(iri.startswith(f"{root['iri']}#") for iri in inside)
    assert all(each.cls in CLASSES for each in description.stubs)
    named = {root["iri"], *inside, *(stub["iri"] for stub in document["stubs"])}
    found = graph(document)
    assert {edge.target for edge in found.edges} <= named
    assert rdf.turtle(document, [])


NAMES = sorted(
    {
        name
        for cls in SourceObject.__subclasses__()
        if cls.__module__ == "fair4ml.platforms.ai4life.source"
        for name in cls.model_fields
    }
    | {*KINDS["model"].model_fields, "inputs", "outputs", "weights", "training_data", "parent", "id", "onnx"}
)
TELLING = st.sampled_from(
    ["0000-0002-1825-0097", "10.1038/x", "a.md", "MIT", "bcyx", "https://example.org/", "a b", "v1"]
)
HOSTILE = st.recursive(
    LEAVES | TELLING,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(
    st.sampled_from(sorted(KINDS)),
    st.dictionaries(st.sampled_from(NAMES), HOSTILE, max_size=10),
    st.dictionaries(st.sampled_from(["created_at", "versions", "download_count", "view_count"]), HOSTILE),
)
def test_nothing_that_comes_breaks_the_mapping(type: str, manifest: Any, fields: Any) -> None:
    description, issues = mapped(record(manifest, type, **fields))
    assert len(issues) < 400
    check(description)


@given(st.sampled_from(sorted(MODEL_0_5.keys() | MODEL_0_4.keys())), HOSTILE)
def test_one_wrong_field_costs_only_what_it_says(name: str, value: Any) -> None:
    description, _ = mapped(record({**MODEL_0_5, name: value}))
    check(description)
    assert description.root.name == "Nuclei of made-up cells" or name == "name"


@given(HOSTILE)
def test_a_record_is_mapped_or_refused(payload: Any) -> None:
    for kind, model in KINDS.items():
        try:
            source, _ = parse(model, {"type": kind, **payload} if isinstance(payload, dict) else payload)
        except InvalidRecord:
            continue
        check(describe(source))


def test_the_corpus_is_mapped(corpus: Path) -> None:
    paths = [*sorted((corpus / "bioimageio" / "rdfs").rglob("rdf.yaml"))]
    described: dict[str, list[tuple[Description, list[str]]]] = {kind: [] for kind in KINDS}
    for path in paths:
        manifest = yaml.safe_load(path.read_text("utf-8"))
        kind = manifest.get("type")
        if kind in KINDS:
            payload = record(manifest, kind, id=f"bioimage-io/{manifest['id'].replace(':', '-')}")
            described[kind].append(mapped(payload))
    assert {kind: len(found) for kind, found in described.items()} == {"model": 75, "dataset": 28, "application": 50}
    for found in described.values():
        for description, _ in found:
            check(description)
    issues = [issue for found in described.values() for _, told in found for issue in told]
    assert len(issues) <= 20, issues
    models = [stored_whole(description) for description, _ in described["model"]]
    assert all(model["root"]["distribution"] for model in models)
    assert all("inputs.axes" in key for model in models for key in values(model) if key.startswith("inputs.axes"))
    assert sum("trainedOn" in model["root"] for model in models) == 18
    assert all(model["root"]["author"] for model in models if "author" in model["root"])
