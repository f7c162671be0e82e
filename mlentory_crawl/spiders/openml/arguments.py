"""Arguments of a crawl of OpenML."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, StringConstraints

from fair4ml.platforms.openml import CENSUS_KINDS
from mlentory_crawl.base_spiders.arguments import Words
from mlentory_crawl.base_spiders.modes import CensusArguments

FUNCTIONS = "predictive_accuracy,area_under_roc_curve,root_mean_squared_error"
KINDS = ",".join(CENSUS_KINDS)


_Kinds = Annotated[str, Words(KINDS.replace(",", "|"), f"any of {KINDS.replace(',', ', ')} with commas between")]
_Ids = Annotated[str, StringConstraints(max_length=2_000), Words(r"[1-9]\d{0,17}", "ids with commas between")]


class OpenMLArguments(CensusArguments):
    """Arguments of a crawl of OpenML."""

    mode: Literal["census", "delta", "ids"] | None = Field(
        default=None,
        description="census: all lists; delta: what the lists have more than at the last crawl; ids: what is named."
        " Without it a delta, or in a catalog that has no watermark yet the first rows of each list",
    )
    limit: PositiveInt | None = Field(default=None, description="how many rows of each list to fetch at most")
    ids: str | None = Field(
        default=None,
        description="a file with one entity a line, or a list with commas: f/100, d/61, t/59; addresses of their pages"
        " are understood",
    )
    kinds: _Kinds = Field(default=KINDS, description="which kinds of records to crawl")
    functions: Annotated[str, Words(r"\w{1,128}", "names with commas between")] = Field(
        default=FUNCTIONS, description="the measures whose evaluations to crawl"
    )
    tasks: _Ids | None = Field(default=None, description="only evaluations on these tasks")
    flows: _Ids | None = Field(default=None, description="only evaluations of these flows")

    @property
    def is_whole(self) -> bool:
        return self.limit is None and self.tasks is None and self.flows is None
