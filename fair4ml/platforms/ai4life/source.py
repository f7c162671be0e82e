"""Source models of the BioImage Model Zoo's resources (``GET .../artifacts/bioimage.io/children``).

Fields and their shapes are those of Hypha's artifact manager (https://docs.amun.ai/#/artifact-manager); each artifact
holds its own description in ``manifest`` (`fair4ml.platforms.ai4life.manifest`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, PlainValidator, StringConstraints

from fair4ml.describe.source_record import (
    Count,
    Listed,
    NoneSent,
    SourceObject,
    SourceRecord,
)
from fair4ml.platforms.ai4life.addresses import artifact_alias
from fair4ml.platforms.ai4life.manifest import Manifest, ModelManifest, Version


def _second(value: Any) -> datetime:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0:
        try:
            return datetime.fromtimestamp(int(value), UTC)
        except (OverflowError, OSError, ValueError):
            pass
    raise ValueError("expected a time in seconds since 1970")


def _whole(value: Any) -> Any:
    # The service sums floats.
    return int(value) if isinstance(value, float) and math.isfinite(value) else value


Second = Annotated[datetime, PlainValidator(_second)]
Tally = Annotated[Count, BeforeValidator(_whole)]


class ArtifactVersion(SourceObject):
    """One version of an artifact."""

    version: Version | None = None


class Artifact(SourceRecord):
    """The fields that the artifact manager gives for every artifact."""

    identity: ClassVar[frozenset[str]] = frozenset({"id", "alias", "type"})
    counters: ClassVar[Mapping[str, str]] = {"download_count": "downloadsAllTime", "view_count": "views"}

    id: Annotated[str, StringConstraints(max_length=300), AfterValidator(artifact_alias)] = Field(
        validation_alias=AliasChoices("id", "alias")
    )
    """The alias; the platform puts its workspace before it."""
    created_at: Second | None = None
    last_modified: Second | None = None
    versions: Annotated[list[ArtifactVersion | None], Listed, NoneSent]
    download_count: Tally | None = None
    view_count: Tally | None = None


class ModelArtifact(Artifact):
    """A model of the zoo."""

    type: Literal["model"]
    manifest: ModelManifest = Field(default_factory=lambda: ModelManifest.model_validate({}))


class DatasetArtifact(Artifact):
    """A dataset of the zoo."""

    type: Literal["dataset"]
    manifest: Manifest = Field(default_factory=lambda: Manifest.model_validate({}))


class ApplicationArtifact(Artifact):
    """A program or notebook of the zoo."""

    type: Literal["application"]
    manifest: Manifest = Field(default_factory=lambda: Manifest.model_validate({}))


KINDS: dict[str, type[Artifact]] = {
    "model": ModelArtifact,
    "dataset": DatasetArtifact,
    "application": ApplicationArtifact,
}
"""The source model of each kind of record."""
