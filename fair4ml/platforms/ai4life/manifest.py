"""The manifest of a resource of the BioImage Model Zoo: its ``rdf.yaml`` as JSON.

Fields and their shapes: the resource descriptions of https://github.com/bioimage-io/spec-bioimage-io (models 0.3 to
0.5, other resources 0.2 and 0.3). Manifests are uploaded by people: values of any type occur.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, StringConstraints

from fair4ml.describe.source_record import (
    Integer,
    Listed,
    NoneSent,
    Number,
    Scalar,
    SourceObject,
    Text,
    Unquoted,
    WebAddress,
    Word,
)
from fair4ml.identifiers import doi


def _file(value: Any) -> Any:
    return value.get("source") if isinstance(value, dict) else value


def _callable(value: Any) -> Any:
    """Take the name out of ``<file>:<callable>`` or ``<module>.<callable>``, as formats before 0.5 give it."""
    return {"callable": value.rpartition(":" if ":" in value else ".")[2]} if isinstance(value, str) else value


def _axes(value: Any) -> Any:
    """Split axes, which formats before 0.5 give as one letter each."""
    return [{"id": letter} for letter in value] if isinstance(value, str) and len(value) < 20 else value


def _sizes(value: Any) -> Any:
    return {"sizes": value} if isinstance(value, list) else value


def _named(value: Any) -> Any:
    """Wrap a name, which descriptions without a type of their own (0.2) may give alone."""
    return {"name": value} if isinstance(value, str) else value


def _by_id(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


def _cited(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    field = "doi" if doi(value) else "url" if value.startswith(("http://", "https://")) else "text"
    return {field: value.strip()}


Version = Annotated[Word, Unquoted]
File = Annotated[Text, BeforeValidator(_file)]
"""An address, or a path among the artifact's own files."""
Words = Annotated[list[Word | None], Listed, NoneSent]


class Contact(SourceObject):
    """A person who made or maintains something."""

    name: Word | None = None
    orcid: Word | None = None
    github_user: Word | None = None


Person = Annotated[Contact | None, BeforeValidator(_named)]
Contacts = Annotated[list[Person], Listed, NoneSent]


class Citation(SourceObject):
    """A work to be cited."""

    text: Text | None = None
    doi: Word | None = None
    url: WebAddress | None = None


class Architecture(SourceObject):
    """The code of a network."""

    callable: Word | None = None


class Weights(SourceObject):
    """The weights in one format."""

    source: File | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    authors: Contacts
    architecture: Annotated[Architecture | None, BeforeValidator(_callable)] = None
    opset_version: Integer | None = None
    pytorch_version: Version | None = None
    tensorflow_version: Version | None = None


class Size(SourceObject):
    """The size of an axis that is not fixed: from a minimum in steps, or that of another axis."""

    min: Integer | None = None
    step: Integer | None = None
    tensor_id: Word | None = None
    axis_id: Word | None = None
    offset: Integer | None = None


class Axis(SourceObject):
    """One axis of a tensor; without an id it is named by its type."""

    id: Word | None = None
    type: Word | None = None
    size: Integer | Size | None = None
    channel_names: Annotated[list[Scalar | None], Listed, NoneSent]
    unit: Word | None = None


class Shape(SourceObject):
    """The shape of a tensor in formats before 0.5: sizes, minima with steps, or in proportion to another tensor."""

    sizes: list[Integer] | None = None
    min: list[Integer] | None = None
    step: list[Integer] | None = None
    reference_tensor: Word | None = None
    scale: list[Number | None] | None = None
    offset: list[Number] | None = None


class TensorData(SourceObject):
    """The data type of a tensor's values."""

    type: Word | None = None


class Processing(SourceObject):
    """A step before or after the network."""

    name: Word | None = Field(None, validation_alias=AliasChoices("id", "name"))


class Tensor(SourceObject):
    """An input or output of a model."""

    name: Word | None = Field(None, validation_alias=AliasChoices("id", "name"))
    axes: Annotated[list[Axis | None], Listed, BeforeValidator(_axes), NoneSent]
    shape: Annotated[Shape | None, BeforeValidator(_sizes)] = None
    data_type: Word | None = None
    data: Annotated[list[TensorData | None], Listed, NoneSent]
    preprocessing: Annotated[list[Processing | None], Listed, NoneSent]
    postprocessing: Annotated[list[Processing | None], Listed, NoneSent]


class Parent(SourceObject):
    """The model that a model derives from."""

    id: Word | None = None


class TrainingData(SourceObject):
    """The data that a model was trained on: by their id in the zoo, or described in place."""

    id: Word | None = None
    name: Word | None = None
    description: Text | None = None
    source: WebAddress | None = None
    license: Words


class RunMode(SourceObject):
    """The way to run a model if the network alone is not enough."""

    name: Word | None = None


class CollectionConfig(SourceObject):
    """The data that the zoo adds to a description."""

    doi: Word | None = None


class Config(SourceObject):
    """The data that programs add to a description."""

    bioimageio: CollectionConfig | None = None


class Manifest(SourceObject):
    """The description of a resource of any type."""

    format_version: Version | None = None
    id: Word | None = None
    name: Word | None = None
    description: Text | None = None
    status: Word | None = None
    version: Version | None = None
    timestamp: Word | None = None
    authors: Contacts
    maintainers: Contacts
    packaged_by: Contacts
    uploader: Person = None
    cite: Annotated[list[Annotated[Citation | None, BeforeValidator(_cited)]], Listed, NoneSent]
    license: Words
    tags: Words
    links: Words
    git_repo: Word | None = None
    documentation: File | None = None
    source: Word | None = None
    download_url: Word | None = None
    config: Config | None = None


class ModelManifest(Manifest):
    """The description of a model."""

    inputs: Annotated[list[Tensor | None], Listed, NoneSent]
    outputs: Annotated[list[Tensor | None], Listed, NoneSent]
    weights: dict[Word, Weights | None] = Field(default_factory=dict)
    training_data: Annotated[list[Annotated[TrainingData | None, BeforeValidator(_by_id)]], Listed, NoneSent]
    parent: Annotated[Parent | None, BeforeValidator(_by_id)] = None
    run_mode: RunMode | None = None
