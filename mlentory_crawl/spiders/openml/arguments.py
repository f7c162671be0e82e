"""Arguments of a crawl of OpenML."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from fair4ml.platforms.openml import CENSUS_KINDS
from mlentory_crawl.base_spiders.modes import CensusArguments

FUNCTIONS = "predictive_accuracy,area_under_roc_curve,root_mean_squared_error"
KINDS = ",".join(CENSUS_KINDS)


def _words(pattern: str) -> AfterValidator:
    def check(text: str) -> str:
        words = text.split(",")
        if len(set(words)) < len(words) or not all(re.fullmatch(pattern, word, re.ASCII) for word in words):
            raise ValueError("should be different words with commas between")
        return text

    return AfterValidator(check)


_Ids = Annotated[str, StringConstraints(max_length=2_000), _words(r"[1-9]\d{0,17}")]


class OpenMLArguments(CensusArguments):
    """Arguments of a crawl of OpenML."""

    mode: Literal["census", "delta", "ids"] | None = None
    kinds: Annotated[str, _words(KINDS.replace(",", "|"))] = KINDS
    functions: Annotated[str, _words(r"\w{1,128}")] = FUNCTIONS
    tasks: _Ids | None = None
    flows: _Ids | None = None

    @property
    def is_whole(self) -> bool:
        return self.limit is None and self.tasks is None and self.flows is None
