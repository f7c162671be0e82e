"""Parameters of requests, with their bounds; pages and API share them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_origin

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, model_validator

from fair4ml.write.search_document import STEPS
from mlentory_crawl.stores.search.fields import DATES, FACETS, NUMBERS, REQUIRABLE
from mlentory_crawl.stores.search.query import MAX_HITS, SearchQuery, Sort
from mlentory_crawl.suggestions import did_you_mean

COUNTED = ("type", "task", "license", "library", "language", "author", "platform")
"""The facets that are counted if none are named."""
MOST_VALUES, LONGEST, MOST_SHOWN = 20, 1_000, 100
Value = Annotated[str, Field(max_length=200)]
Values = Annotated[list[Value], Field(max_length=MOST_VALUES)]
Number = Annotated[float | None, Field(allow_inf_nan=False)]
DAY = r"^[12]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)?)?)?$"
Day = Annotated[str | None, Field(pattern=DAY, description="2026, 2026-11, 2026-11-20 or 2026-11-20T12:00:00Z")]


def _one_of(names: Collection[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"there is no {name[:MOST_SHOWN]}; {did_you_mean(name, names, _listed(names))}")
        return name

    return AfterValidator(check)


def _listed(names: Iterable[str]) -> str:
    return f"there are {', '.join(names)}"


def _enumerated(names: Collection[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(names)})


Facet = Annotated[str, _one_of(FACETS), _enumerated(FACETS)]
Histogram = Annotated[str, _one_of(STEPS), _enumerated(STEPS)]
Known = Annotated[str, _one_of(REQUIRABLE), _enumerated(REQUIRABLE)]
Required = Annotated[list[Known], Field(max_length=MOST_VALUES)]


class Parameters(BaseModel):
    """Parameters of a request, none besides those that there are."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _are_known(cls, given: Any) -> Any:
        for name in given:
            if name not in cls.model_fields:
                known = cls.model_fields
                rather = did_you_mean(name, known, _listed(known) if known else "there is none")
                raise ValueError(f"there is no parameter {name[:MOST_SHOWN]}; {rather}")
        return given


class Nothing(Parameters):
    """No parameters."""


class Search(Parameters):
    """The parameters of a search; those that are lists may be given several times, and any of their values counts."""

    q: Annotated[str, Field(max_length=LONGEST, description="words; in double quotes they follow each other")] = ""
    type: Values = []
    task: Values = []
    license: Values = []
    library: Values = []
    language: Values = []
    author: Values = []
    platform: Values = []
    dataset: Values = []
    evaluation_dataset: Values = []
    base_model: Values = []
    derivation: Values = []
    access: Values = []
    keyword: Values = []
    not_type: Values = []
    not_task: Values = []
    not_license: Values = []
    not_library: Values = []
    not_language: Values = []
    not_author: Values = []
    not_platform: Values = []
    not_dataset: Values = []
    not_evaluation_dataset: Values = []
    not_base_model: Values = []
    not_derivation: Values = []
    not_access: Values = []
    not_keyword: Values = []
    min_parameters: Number = None
    max_parameters: Number = None
    min_context_length: Number = None
    max_context_length: Number = None
    min_downloads: Number = None
    max_downloads: Number = None
    min_likes: Number = None
    max_likes: Number = None
    min_created: Day = None
    max_created: Day = None
    min_modified: Day = None
    max_modified: Day = None
    min_published: Day = None
    max_published: Day = None
    has: Required = []
    without: Required = []
    sort: Sort | None = None
    limit: Annotated[int, Field(ge=0, le=100)] = 20
    offset: Annotated[int, Field(ge=0, le=MAX_HITS - 100)] = 0
    facets: Annotated[list[Facet], Field(max_length=MOST_VALUES)] = []
    histograms: Annotated[list[Histogram], Field(max_length=MOST_VALUES)] = []

    @property
    def filters(self) -> dict[str, list[str]]:
        """The values of facets that are accepted."""
        return {name: values for name in FACETS if name != "has" and (values := getattr(self, name, None))}

    @property
    def excluded(self) -> dict[str, list[str]]:
        """The values of facets that are refused."""
        return {name: values for name in FACETS if (values := getattr(self, f"not_{name}", None))}

    @property
    def bounds(self) -> dict[str, tuple[float | str | None, float | str | None]]:
        """The least and the greatest value of each number and date."""
        return {name: (getattr(self, f"min_{name}"), getattr(self, f"max_{name}")) for name in (*NUMBERS, *DATES)}

    def query(self, facets: tuple[str, ...] = ()) -> SearchQuery:
        """Return the search.

        Args:
            facets: the facets to count if the request names none.
        """
        bounds = self.bounds
        return SearchQuery(
            self.q,
            filters=self.filters,
            excluded=self.excluded,
            minimum={name: low for name, (low, _) in bounds.items() if low is not None},
            maximum={name: high for name, (_, high) in bounds.items() if high is not None},
            has=tuple(self.has),
            without=tuple(self.without),
            sort=self.sort or ("relevance" if self.q.strip() else "downloads"),
            size=self.limit,
            offset=self.offset,
            facets=tuple(dict.fromkeys(self.facets)) or facets,
            histograms=tuple(dict.fromkeys(self.histograms)),
            highlight=bool(self.q.strip()),
        )


_LISTS = frozenset(name for name, field in Search.model_fields.items() if get_origin(field.annotation) is list)


async def _search_of(request: Request) -> Search:
    """Return the parameters of a search: FastAPI takes a fifth of the time of the search to gather so many.

    Asynchronous, as what is not is handed to a thread, which takes longer than the work.
    """
    given = request.query_params
    try:
        return Search.model_validate({name: given.getlist(name) if name in _LISTS else given[name] for name in given})
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("query", *each["loc"])} for each in error.errors()]) from None


def _within_centuries(at: datetime) -> datetime:
    return min(max(at if at.tzinfo else at.replace(tzinfo=UTC), EARLIEST), LATEST)


EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
Moment = Annotated[datetime, AfterValidator(_within_centuries)]
SearchParameters = Annotated[Search, Depends(_search_of)]
"""The description of the API has them from `Search`."""
NoParameters = Annotated[Nothing, Query()]
DEPTH, DEPTH_OF_PAGES, DEEPEST = 10, 3, 20
"""The number of generations that is followed unless another one is asked for, on pages, and the largest one."""
MOST_READ, MOST_MENTIONS = 1_000, 200
"""The number of derivations that an answer follows, and of further statements that name an entity that it reads."""
Depth = Annotated[int, Field(ge=1, le=DEEPEST, description="the maximum number of generations")]
Direction = Literal["up", "down"]
DerivationKind = Literal["finetune", "adapter", "quantized", "merge"]
