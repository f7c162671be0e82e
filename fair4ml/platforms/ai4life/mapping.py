"""Resources of the BioImage Model Zoo (AI4Life) as FAIR4ML.

Formats 0.4 and 0.5 of model descriptions give the same properties. The inputs and outputs of a network have no place
in the vocabularies and become values. Tags stay keywords, even those that look like tasks.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from fair4ml.describe.code import code_stub
from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import stated_licenses
from fair4ml.entities import (
    DataDownload,
    Dataset,
    Derivation,
    Description,
    MLModel,
    PropertyValue,
    SoftwareApplication,
    Stub,
)
from fair4ml.identifiers import bioimage_artifact, doi, part_iri
from fair4ml.platforms import describe
from fair4ml.platforms.ai4life.addresses import WORKSPACE, alias_in, artifact_alias, collection_id
from fair4ml.platforms.ai4life.files import addresses, file_address, weight_values, weights_file
from fair4ml.platforms.ai4life.manifest import Contact, Manifest, ModelManifest, TrainingData
from fair4ml.platforms.ai4life.people import citations, people
from fair4ml.platforms.ai4life.source import ApplicationArtifact, Artifact, DatasetArtifact, ModelArtifact
from fair4ml.platforms.ai4life.tensors import tensors

COLLECTION = "https://hypha.aicell.io/bioimage-io"
"""The owner of the resources."""
PAGE = "https://bioimage.io/#/artifacts/"


@describe.register
def describe_model(source: ModelArtifact) -> Description:
    """Map the zoo's record of a model; see `describe`."""
    manifest = source.manifest
    draft = Draft(bioimage_artifact(source.id))
    cited, articles = citations(draft, manifest.cite)
    parent = _parent(draft, source)
    formats = {name: each for name, each in manifest.weights.items() if each is not None}
    callables = [each.architecture.callable for each in formats.values() if each.architecture is not None]
    model = MLModel(
        **_identity(draft, source, manifest),
        **_work(draft, source, manifest),
        author=people(draft, "manifest.authors", manifest.authors),
        shared_by=people(draft, "manifest.packaged_by", [*manifest.packaged_by, *_uploader(manifest)]),
        contributor=[
            iri
            for name, each in formats.items()
            for iri in people(draft, f"manifest.weights.{name}.authors", each.authors)
        ],
        citation=cited,
        reference_publication=articles,
        trained_on=_training_data(draft, source),
        was_derived_from=[] if parent is None else [parent],
        qualified_derivation=[] if parent is None else [_derivation(draft, parent)],
        model_category=list(dict.fromkeys(name.strip() for name in callables if name and name.strip())),
        distribution=[weights_file(draft, name, each) for name, each in formats.items()],
        additional_property=[
            *_values(draft, manifest),
            *weight_values(draft, formats),
            *tensors(draft, "inputs", manifest.inputs),
            *tensors(draft, "outputs", manifest.outputs),
        ],
        code_repository=[
            draft.stub(code_stub(address)) for address in addresses(draft, "manifest.git_repo", manifest.git_repo)
        ],
        readme=file_address(draft, "manifest.documentation", manifest.documentation),
    )
    return draft.finish(model, source.counted())


@describe.register
def describe_dataset(source: DatasetArtifact) -> Description:
    """Map the zoo's record of a dataset; see `describe`."""
    manifest = source.manifest
    draft = Draft(bioimage_artifact(source.id))
    dataset = Dataset(
        **_identity(draft, source, manifest),
        **_work(draft, source, manifest),
        creator=people(draft, "manifest.authors", manifest.authors),
        citation=citations(draft, manifest.cite, articles=False)[0],
        distribution=[
            draft.part(DataDownload(iri=part_iri(draft.iri, "file", url), content_url=url))
            for url in addresses(draft, "manifest.download_url", manifest.download_url)
        ],
        additional_property=[*_values(draft, manifest), *_texts(draft, source=manifest.source)],
    )
    return draft.finish(dataset, source.counted())


@describe.register
def describe_application(source: ApplicationArtifact) -> Description:
    """Map the zoo's record of a program or notebook; see `describe`."""
    draft = Draft(bioimage_artifact(source.id))
    version = _version(source, source.manifest, draft, "softwareVersion")
    application = SoftwareApplication(**_identity(draft, source, source.manifest), software_version=version)
    return draft.finish(application, source.counted())


def _identity(draft: Draft, source: Artifact, manifest: Manifest) -> dict[str, Any]:
    """The properties that entities of all classes have."""
    config = manifest.config.bioimageio if manifest.config is not None else None
    stated = config.doi if config is not None else None
    found = doi(stated) if stated else None
    if stated and found is None:
        draft.issue("manifest.config.bioimageio.doi", "is not a DOI")
    name = (manifest.name or "").strip()
    if not name:
        draft.exceptions["name"] = "id"
    identifiers = [source.id, (manifest.id or "").strip().removeprefix(f"{WORKSPACE}/"), found]
    return {
        "iri": draft.iri,
        "name": name or _alias(draft.iri),
        "url": PAGE + draft.iri.removeprefix(bioimage_artifact("")),
        "identifier": list(dict.fromkeys(text for text in identifiers if text)),
        "same_as": _other_names(draft, source, manifest),
    }


def _other_names(draft: Draft, source: Artifact, manifest: Manifest) -> list[str]:
    """The IRIs of the resource in references that use its id in the previous collection."""
    stated = (manifest.id or "").strip().removeprefix(f"{WORKSPACE}/")
    names = dict.fromkeys(
        bioimage_artifact(collection_id(id)) for id in (source.id, stated) if "/" in id and alias_in(id)
    )
    return [iri for iri in names if iri != draft.iri]


def _work(draft: Draft, source: Artifact, manifest: Manifest) -> dict[str, Any]:
    """The properties that models and datasets share."""
    tags = (tag.strip() for tag in manifest.tags if tag)
    return {
        "description": manifest.description,
        "maintainer": people(draft, "manifest.maintainers", manifest.maintainers),
        "license": _licenses(draft, "manifest.license", manifest.license),
        "keywords": list(dict.fromkeys(tag for tag in tags if tag)),
        "date_created": source.created_at,
        "date_modified": source.last_modified,
        "version": _version(source, manifest, draft, "version"),
    }


def _version(source: Artifact, manifest: Manifest, draft: Draft, name: str) -> str | None:
    """The version in the manifest, else the artifact's last one."""
    if manifest.version:
        return manifest.version
    last = next((each.version for each in reversed(source.versions) if each is not None and each.version), None)
    if last is not None:
        draft.exceptions[name] = "versions"
    return last


def _licenses(draft: Draft, place: str, stated: list[str | None]) -> list[str]:
    return stated_licenses(draft, COLLECTION, [(f"{place}.{position}", text) for position, text in enumerate(stated)])


def _uploader(manifest: ModelManifest) -> list[Contact]:
    """The uploader, if the manifest gives more than an e-mail address."""
    uploader = manifest.uploader
    return [uploader] if uploader is not None and (uploader.name or uploader.orcid or uploader.github_user) else []


def _artifact(draft: Draft, source: ModelArtifact, place: str, id: str) -> str | None:
    if not alias_in(id):
        draft.issue(place, "is not the id of an artifact")
        return None
    iri = bioimage_artifact(collection_id(artifact_alias(id)))
    if iri in (draft.iri, *_other_names(draft, source, source.manifest)):
        draft.issue(place, "refers to the resource itself")
        return None
    return iri


def _parent(draft: Draft, source: ModelArtifact) -> str | None:
    """The model that this one derives from; manifests do not say how."""
    parent = source.manifest.parent
    if parent is None:
        return None
    if not parent.id:
        draft.issue("manifest.parent", "does not name an artifact")
        return None
    iri = _artifact(draft, source, "manifest.parent.id", parent.id)
    return None if iri is None else draft.stub(Stub(iri, "MLModel", _alias(iri)))


def _derivation(draft: Draft, parent: str) -> str:
    return draft.part(Derivation(iri=part_iri(draft.iri, "derivation", parent), entity=parent))


def _training_data(draft: Draft, source: ModelArtifact) -> list[str]:
    stated = source.manifest.training_data
    places = ("manifest.training_data" + (f".{n}" if len(stated) > 1 else "") for n in range(len(stated)))
    found = [_trained_on(draft, source, place, data) for place, data in zip(places, stated, strict=True) if data]
    return list(dict.fromkeys(iri for iri in found if iri is not None))


def _trained_on(draft: Draft, source: ModelArtifact, place: str, stated: TrainingData) -> str | None:
    """The dataset with the given id, else the one that is described in place, as a part."""
    if stated.id:
        iri = _artifact(draft, source, f"{place}.id", stated.id)
        return None if iri is None else draft.stub(Stub(iri, "Dataset", _alias(iri)))
    name = (stated.name or "").strip()
    if not name:
        draft.issue(place, "does not name a dataset")
        return None
    part = Dataset(
        iri=part_iri(draft.iri, "dataset", name),
        name=name,
        description=stated.description,
        url=stated.source,
        license=_licenses(draft, f"{place}.license", stated.license),
    )
    return draft.part(part)


def _alias(iri: str) -> str:
    """The name of a stub, which has to follow from its IRI."""
    return unquote(iri.removeprefix(bioimage_artifact("")))


def _values(draft: Draft, manifest: Manifest) -> list[str]:
    values = _texts(draft, format_version=manifest.format_version, timestamp=manifest.timestamp)
    if isinstance(manifest, ModelManifest) and manifest.run_mode is not None:
        values += _texts(draft, run_mode=manifest.run_mode.name)
    for link in dict.fromkeys(link.strip() for link in manifest.links if link):
        if link:
            iri = part_iri(draft.iri, "property", "links", link)
            values.append(draft.part(PropertyValue(iri=iri, property_id="links", value=link)))
    return values


def _texts(draft: Draft, **stated: str | None) -> list[str]:
    return [draft.value(name, text.strip()) for name, text in stated.items() if text and text.strip()]
