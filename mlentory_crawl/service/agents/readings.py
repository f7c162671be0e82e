"""Resources that agents can read: what the properties mean, questions with the calls that answer them, and models."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from urllib.parse import unquote

from mcp import types

from fair4ml.entities import CLASSES, Kind, properties
from fair4ml.meanings import MEANINGS
from mlentory_crawl.catalog.queries.find import NotFound
from mlentory_crawl.service.agents.get_model import ModelArguments, get_model
from mlentory_crawl.service.agents.offer import STRANGERS
from mlentory_crawl.service.source import Source

SCHEMA, EXAMPLES, MODEL = "mlentory://schema", "mlentory://examples", "mlentory://model/"
MARKDOWN, JSON = "text/markdown", "application/json"
SHARED = 8
"""The number of classes from which a property is explained once for all of them."""
_KINDS = {Kind.LITERAL: "value", Kind.URL: "address", Kind.REFERENCE: "entity"}

RESOURCES = [
    types.Resource(
        uri=SCHEMA,
        name="schema",
        title="Meaning of the properties",
        description="The classes of entities, and what each of their properties means.",
        mime_type=MARKDOWN,
    ),
    types.Resource(
        uri=EXAMPLES,
        name="examples",
        title="Questions with their calls",
        description="Questions that people ask about models, each with the call of a tool that answers it.",
        mime_type=MARKDOWN,
    ),
]
TEMPLATES = [
    types.ResourceTemplate(
        uri_template=f"{MODEL}{{owner}}/{{name}}",
        name="model",
        title="A model",
        description="Everything known of a model on the Hub: what the tool get_model answers.",
        mime_type=JSON,
    )
]
QUESTIONS: dict[str, tuple[str, dict[str, object]]] = {
    "Which small models for text generation are under one of these licenses?": (
        "search_models",
        {"task": ["text-generation"], "license": ["Apache-2.0", "MIT"], "max_parameters": "8B", "sort": "downloads"},
    ),
    "Which models were trained on a dataset?": ("search_models", {"dataset": ["owner/dataset"]}),
    "How many models are there under each license?": ("search_models", {"facets": ["license"], "limit": 1}),
    "What is known of a model, and who says so?": ("get_model", {"name": "owner/model"}),
    "What has changed of it?": ("get_model", {"name": "owner/model", "part": "history"}),
    "What was known of it at a time?": ("get_model", {"name": "owner/model", "at": "2026-01-01T00:00:00Z"}),
    "What does a model derive from?": ("lineage", {"name": "owner/model", "direction": "up"}),
    "Which quantizations of it are there?": (
        "lineage",
        {"name": "owner/model", "direction": "down", "kind": "quantized"},
    ),
    "Does its license go together with those of its bases?": ("license_conflicts", {"name": "owner/model"}),
    "Which of two models is better?": ("compare", {"names": ["owner/one", "owner/other"]}),
    "Who is best on a benchmark?": ("leaderboard", {"dataset": "owner/dataset", "metric": "accuracy"}),
    "On which benchmarks are there results?": ("leaderboard", {}),
    "What could I use in its place?": ("similar", {"name": "owner/model"}),
    "What is new?": ("changes", {"limit": 20}),
}


def read(source: Source, uri: str) -> tuple[str, str]:
    """Return the text of a resource, and its media type.

    Args:
        source: the catalog.
        uri: the address of the resource.

    Raises:
        NotFound: there is none at this address.
    """
    if uri == SCHEMA:
        return "\n".join(_schema()), MARKDOWN
    if uri == EXAMPLES:
        return "\n".join(_examples()), MARKDOWN
    name = unquote(uri.removeprefix(MODEL))
    if not uri.startswith(MODEL) or name.count("/") != 1 or len(name) > 500:
        raise NotFound(f"there is no such resource; there are {SCHEMA}, {EXAMPLES} and {MODEL}{{owner}}/{{name}}")
    return json.dumps(get_model(source, ModelArguments(name=name)), ensure_ascii=False), JSON


def _schema() -> Iterator[str]:
    yield "# Entities and their properties\n"
    yield "An entity has an IRI, a class, and these properties. What nobody states is absent: it is unknown, not no."
    yield f"{STRANGERS}\n"
    classes = {name: properties(name) for name in CLASSES}
    shared = [each for each, count in Counter(chain.from_iterable(classes.values())).items() if count >= SHARED]
    yield "\n## Properties of most classes\n"
    yield from (_property(each, classes["MLModel"][each].kind, MEANINGS[each]) for each in shared)
    for name, declared in classes.items():
        yield f"\n## {name}\n\n{(CLASSES[name].__doc__ or '').splitlines()[0]}\n"
        for each in declared:
            own = MEANINGS.get(f"{name}.{each}")
            if own or each not in shared:
                yield _property(each, declared[each].kind, own or MEANINGS[each])


def _property(name: str, kind: Kind, meaning: str) -> str:
    return f"- `{name}` ({_KINDS[kind]}): {meaning}"


def _examples() -> Iterator[str]:
    yield "# Questions, each with the call that answers it\n"
    for question, (tool, arguments) in QUESTIONS.items():
        yield f"- {question}\n  `{tool}` {json.dumps(arguments)}"
