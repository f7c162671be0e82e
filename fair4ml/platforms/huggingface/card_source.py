"""The model card of a repository on the Hugging Face Hub, as a file."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from fair4ml.platforms.huggingface.repository_source import Repository
from fair4ml.read.model_card import MAX_CARD


class ModelCardFile(Repository):
    """The model card (``README.md``) of a model's repository; without a text, the repository has no card."""

    text: Annotated[str, StringConstraints(max_length=MAX_CARD)] | None = None
