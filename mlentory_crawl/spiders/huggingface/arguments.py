"""Arguments of a crawl of the Hugging Face Hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from fair4ml.platforms.huggingface import LOOK_UPS
from mlentory_crawl.base_spiders.arguments import Words
from mlentory_crawl.base_spiders.modes import CensusArguments

WORDS = f"any of {', '.join(LOOK_UPS)} with commas between"


class HuggingFaceArguments(CensusArguments):
    """Arguments of a crawl of the Hub."""

    mode: Literal["latest", "census", "delta", "ids", "enrich"] | None = Field(
        default=None,
        description="census: every model, oldest first; delta: what was modified since the last census or delta;"
        " latest: the models modified last; ids: those named; enrich: no list of models, only what the catalog names"
        " and lacks, of the kinds in enrich. Without it a delta, or in a catalog that has no watermark yet the latest",
    )
    limit: PositiveInt | None = Field(
        default=None, description="how many models to fetch at most; with mode=enrich, how many of each kind"
    )
    ids: str | None = Field(
        default=None,
        description="a file with one model id a line, or ids with commas between; addresses of models are understood."
        " With mode=latest both are fetched",
    )
    author: str | None = Field(default=None, description="only models of this owner")
    task: str | None = Field(default=None, description="only models with this pipeline tag")
    library: str | None = Field(default=None, description="only models of this library")
    files: bool = Field(default=False, description="also fetch the list of each model's files")
    cards: Literal["none", "changed", "all"] | None = Field(
        default=None,
        description="also fetch the model cards: of no model, of those with a new revision, or of all; else HF_CARDS",
    )
    ancestors: NonNegativeInt | None = Field(
        default=None,
        description="also fetch models that the crawled ones derive from, so many levels up; else HF_ANCESTORS. With"
        " enrich=ancestors those of all models, all levels unless one of the two says how many",
    )
    enrich: Annotated[str, Words("|".join(LOOK_UPS), f"{WORDS}, or none", instead="none")] | None = Field(
        default=None,
        description="also fetch what the whole catalog names and lacks, ancestors and cards of models crawled earlier"
        " among it; else HF_ENRICH. With mode=enrich nothing but that; else what HF_ENRICH, HF_CARDS and HF_ANCESTORS"
        " name",
    )

    @model_validator(mode="after")
    def _ids_go_with_their_mode(self) -> HuggingFaceArguments:
        if self.mode == "ids" and self.ids is None:
            raise ValueError("mode=ids needs ids=FILE_OR_LIST")
        if self.ids is not None and self.mode not in (None, "ids", "latest"):
            raise ValueError("ids=FILE_OR_LIST goes with mode=ids or mode=latest")
        return self

    @model_validator(mode="after")
    def _look_ups_go_with_their_mode(self) -> HuggingFaceArguments:
        if self.ancestors == 0 and "ancestors" in self._words:
            raise ValueError("enrich=ancestors needs at least one level, got ancestors=0")
        if self.mode != "enrich":
            return self
        if self.enrich == "none":
            raise ValueError(f"mode=enrich requests nothing but what enrich names: {WORDS}")
        if self.filters:
            raise ValueError("author, task and library choose from lists of models, and mode=enrich requests no list")
        if self.cards is not None:
            raise ValueError("cards goes with models that are crawled; with mode=enrich, it is enrich=cards")
        if self.ancestors is not None and self.enrich is not None and "ancestors" not in self._words:
            raise ValueError("with mode=enrich, ancestors=N goes with enrich=ancestors")
        return self

    @property
    def _words(self) -> list[str]:
        return [] if self.enrich is None else self.enrich.split(",")

    def levels(self, configured: int) -> int:
        """Return the number of levels of ancestors to fetch, given that of the settings."""
        return configured if self.ancestors is None else self.ancestors

    def look_ups(self, settings: Mapping[str, Any]) -> set[str]:
        """Return what to look up for the whole catalog, after the models or, with ``mode=enrich``, in place of them.

        Args:
            settings: the settings that hold where there is no argument.
        """
        words = set(self._words or (settings.get("HF_ENRICH") or "none").split(","))
        if self.mode == "enrich" and not self._words:
            if self.levels(int(settings.get("HF_ANCESTORS") or 0)):
                words.add("ancestors")
            if (settings.get("HF_CARDS") or "none") != "none":
                words.add("cards")
        return words & LOOK_UPS.keys() - ({"ancestors"} if self.ancestors == 0 else set())

    @property
    def filters(self) -> list[tuple[str, str]]:
        """The filters of the lists, as the API's parameters."""
        named = (("author", self.author), ("pipeline_tag", self.task), ("filter", self.library))
        return [(parameter, value) for parameter, value in named if value]

    @property
    def is_whole(self) -> bool:
        return self.limit is None and not self.filters and self.ids is None
