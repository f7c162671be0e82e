"""Source models of the Hugging Face Hub's datasets (``GET /api/datasets`` and ``GET /api/datasets/{id}``).

Fields and their shapes: https://huggingface.co/docs/hub/api and https://huggingface.co/docs/hub/datasets-cards
(metadata of cards, which owners write by hand: values of any type occur).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from fair4ml.describe.source_record import Count, Listed, NoneSent, SourceObject, Text, Word
from fair4ml.platforms.huggingface.repository_source import RepositoryCard, RepositoryInfo


def _joined(value: Any) -> Any:
    """Join lists: cards of several configurations may give one for each of them, by its name."""
    if not isinstance(value, dict):
        return value
    return [item for each in value.values() for item in (each if isinstance(each, list) else [each])]


def _whole(value: Any) -> Any:
    """Convert a whole float to an integer: programs write large sizes as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Size = Annotated[Count | None, BeforeValidator(_whole)]
JoinedWords = Annotated[list[Word | None], Listed, BeforeValidator(_joined), NoneSent]


class Split(SourceObject):
    """A split of a configuration."""

    name: Word | None = None
    num_examples: Size = None


class ConfigurationInfo(SourceObject):
    """The size of a configuration; sizes are in bytes."""

    config_name: Word | None = None
    splits: Annotated[list[Split | None], Listed, NoneSent]
    download_size: Size = None
    dataset_size: Size = None


class DatasetCard(RepositoryCard):
    """The metadata block of the dataset card."""

    pretty_name: Word | None = None
    task_categories: JoinedWords
    task_ids: JoinedWords
    size_categories: JoinedWords
    multilinguality: JoinedWords
    annotations_creators: JoinedWords
    language_creators: JoinedWords
    source_datasets: JoinedWords
    paperswithcode_id: Word | None = None
    dataset_info: Annotated[list[ConfigurationInfo | None], Listed, NoneSent]


class DatasetInfo(RepositoryInfo):
    """A dataset as the Hub's lists show it.

    A requested field that is absent has no value.
    """

    description: Text | None = None
    citation: Text | None = None
    paperswithcode_id: Word | None = None
    card: DatasetCard | None = Field(None, alias="cardData")
