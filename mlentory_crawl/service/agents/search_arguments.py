"""Arguments of the search for models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mlentory_crawl.service.agents.arguments import Arguments, AsList, AsNumber
from mlentory_crawl.service.parameters import Day, DerivationKind, Facet, Known, Value
from mlentory_crawl.stores.search.query import MAX_HITS, Sort

FARTHEST = MAX_HITS - 100
"""The number of hits that can be left out first."""
Type = Literal[
    "MLModel", "Dataset", "ScholarlyArticle", "Article", "SocialMediaPosting", "SoftwareSourceCode", "Person",
    "Organization", "Agent", "License", "DefinedTerm", "MLModelEvaluation", "any",
]  # fmt: skip
Values = Annotated[list[Value], AsList, Field(max_length=10, default_factory=list)]
Fields = Annotated[list[Known], AsList, Field(max_length=10, default_factory=list)]
Count = Annotated[Annotated[float, Field(ge=0, allow_inf_nan=False)] | None, AsNumber]


class SearchArguments(Arguments):
    """Words and conditions; all conditions must hold, and of the values of one any."""

    query: Annotated[
        str,
        Field(
            max_length=500,
            description="Words to look for in names, descriptions and tags, such as `medical bert`; plain words, no"
            " operators. Words in double quotes must follow each other. Leave out to list by conditions alone.",
        ),
    ] = ""
    type: Annotated[Type, Field(description="The class of what is looked for; `any` for all classes.")] = "MLModel"
    task: Annotated[Values, Field(description="Task, such as `text-generation` or `image-classification`.")]
    license: Annotated[Values, Field(description="License: its SPDX id or the Hub's, such as `MIT`, `llama3.1`.")]
    not_license: Annotated[Values, Field(description="Licenses that must not be there.")]
    library: Annotated[Values, Field(description="Library that runs it, such as `transformers` or `gguf`.")]
    language: Annotated[Values, Field(description="Language as a code, such as `en` or `de`.")]
    author: Annotated[Values, Field(description="Account that shares it, such as `google-bert`.")]
    platform: Annotated[Values, Field(description="Platform that describes it, by its key in lower case.")]
    dataset: Annotated[Values, Field(description="Dataset that it was trained on, such as `rajpurkar/squad`.")]
    evaluation_dataset: Annotated[Values, Field(description="Dataset that it was evaluated on, such as `cais/mmlu`.")]
    base_model: Annotated[
        Values, Field(description="Model that it derives from in one step; the tool lineage finds further generations.")
    ]
    derivation: Annotated[
        list[DerivationKind],
        AsList,
        Field(max_length=4, default_factory=list, description="Kind of its derivation from another model."),
    ]
    access: Annotated[Values, Field(description="Conditions of access, such as `gated`.")]
    keyword: Annotated[Values, Field(description="Tag that its owner gave it.")]
    has: Annotated[
        Fields, Field(description="What must be known: `card`, `license`, `data`, `evaluation`, or any field.")
    ]
    without: Annotated[
        Fields, Field(description="What must not be known; `base_model` finds models that state no base.")
    ]
    min_parameters: Annotated[Count, Field(description="Least number of parameters, such as 7000000000 or `7B`.")] = (
        None
    )
    max_parameters: Annotated[Count, Field(description="Greatest number of parameters.")] = None
    min_context_length: Annotated[Count, Field(description="Least context length in tokens.")] = None
    min_downloads: Annotated[Count, Field(description="Least number of downloads.")] = None
    min_created: Annotated[Day, Field(description="Created then or later: 2026, 2026-11 or 2026-11-20.")] = None
    max_created: Annotated[Day, Field(description="Created then or earlier.")] = None
    min_modified: Annotated[Day, Field(description="Modified then or later.")] = None
    max_modified: Annotated[Day, Field(description="Modified then or earlier.")] = None
    sort: Annotated[
        Sort | None,
        Field(description="The order, greatest or newest first; by default relevance, or downloads without words."),
    ] = None
    limit: Annotated[int, AsNumber, Field(ge=1, le=50, description="The maximum number of hits.")] = 10
    offset: Annotated[
        int, AsNumber, Field(ge=0, le=FARTHEST, description="Leave out this many hits first; `next` has it.")
    ] = 0
    facets: Annotated[
        list[Facet],
        AsList,
        Field(max_length=5, default_factory=list, description="Count all matches by these, such as `license`."),
    ]
