"""The models that the demo tells of: a made-up family with a license conflict, and its made-up rivals.

Names say that they are made up: owners are called ``acme-...``, ``example-...`` or ``...-example``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha1

from mlentory_crawl.sample_hub.given import seconds
from mlentory_crawl.sample_hub.story_results import Result, index
from mlentory_crawl.sample_hub.templates import Json

BASE = "acme-lab/acme-7b"
INSTRUCT = "acme-lab/acme-7b-instruct"
SUPPORT = "example-desk/acme-7b-support"
ADAPTER = "example-desk/acme-7b-de-lora"
MERGE = "example-merge/acme-7b-pro"
QUANTIZED = "example-gguf/acme-7b-pro-GGUF"
QUANTIZED_SUPPORT = "example-gguf/acme-7b-support-GGUF"
RIVAL = "nova-example/nova-8b-chat"

HELPDESK = "example-bench/helpdesk-qa"
"""The dataset on which the models were evaluated."""
SUMMARIES = "example-bench/ticket-summaries"

_ARCHITECTURES = {"mistral": "MistralForCausalLM", "llama": "LlamaForCausalLM", "phi3": "Phi3ForCausalLM"}
_PARAMETERS = {"mistral": 7_241_732_096, "llama": 8_030_261_248, "phi3": 3_821_079_552}
_OF_ADAPTER = 41_943_040
"""The parameters of an adapter of rank 16 to all linear layers of the 7B model."""
_PACKED = 4_368_439_584
"""The bytes of the 7B model with 4.8 bits a weight; the others take two bytes for each parameter."""


@dataclass(frozen=True, slots=True)
class _Model:
    id: str
    created: str
    license: str
    downloads: int
    likes: int
    kind: str = "mistral"
    parents: tuple[str, ...] = ()
    relation: str | None = None
    datasets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    words: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()


_MODELS = [
    _Model(
        BASE, "2025-02-11T09:30:12.000Z", "cc-by-nc-4.0", 184_213, 1_204,
        datasets=("acme-lab/acme-web",), languages=("en", "de"),
        results=(Result(HELPDESK, 54.7), Result(SUMMARIES, 31.6)),
    ),
    _Model(
        INSTRUCT, "2025-03-04T14:02:55.000Z", "cc-by-nc-4.0", 96_870, 655,
        parents=(BASE,), relation="finetune", datasets=("acme-lab/acme-dialogs",), languages=("en", "de"),
        words=("conversational",), results=(Result(HELPDESK, 63.9), Result(SUMMARIES, 37.5)),
    ),
    _Model(
        SUPPORT, "2025-05-19T08:11:40.000Z", "apache-2.0", 41_302, 288,
        parents=(BASE,), relation="finetune", datasets=("example-desk/support-tickets",),
        words=("customer-support", "conversational"), results=(Result(HELPDESK, 69.6), Result(SUMMARIES, 40.2)),
    ),
    _Model(
        ADAPTER, "2025-06-23T16:45:03.000Z", "apache-2.0", 2_154, 31,
        parents=(SUPPORT,), relation="adapter", datasets=("example-desk/support-tickets-de",), languages=("de",),
        words=("customer-support", "lora"),
    ),
    _Model(
        MERGE, "2025-07-08T11:20:27.000Z", "apache-2.0", 12_988, 143,
        parents=(SUPPORT, ADAPTER), relation="merge", languages=("en", "de"),
        words=("customer-support", "mergekit"), results=(Result(HELPDESK, 71.8), Result(SUMMARIES, 41.3)),
    ),
    _Model(
        QUANTIZED, "2025-07-09T19:58:14.000Z", "apache-2.0", 208_415, 377,
        parents=(MERGE,), relation="quantized", languages=("en", "de"),
        words=("customer-support",), results=(Result(HELPDESK, 71.2), Result(SUMMARIES, 40.9)),
    ),
    _Model(
        QUANTIZED_SUPPORT, "2025-05-22T17:36:08.000Z", "apache-2.0", 73_526, 164,
        parents=(SUPPORT,), relation="quantized",
        words=("customer-support",), results=(Result(HELPDESK, 69.1), Result(SUMMARIES, 39.8)),
    ),
    _Model(
        "nova-example/nova-8b", "2025-04-02T10:00:00.000Z", "apache-2.0", 142_067, 812, "llama",
        datasets=("nova-example/open-web",), results=(Result(HELPDESK, 57.3), Result(SUMMARIES, 33.8)),
    ),
    _Model(
        RIVAL, "2025-04-16T12:34:09.000Z", "apache-2.0", 118_940, 734, "llama",
        parents=("nova-example/nova-8b",), relation="finetune", datasets=("nova-example/open-dialogs",),
        words=("conversational",), results=(Result(HELPDESK, 70.5), Result(SUMMARIES, 42.6)),
    ),
    _Model(
        "pico-example/pico-4b-chat", "2025-06-05T07:15:48.000Z", "mit", 67_511, 402, "phi3",
        words=("conversational",), results=(Result(HELPDESK, 60.1), Result(SUMMARIES, 35.9)),
    ),
    _Model(
        "mono-example/mono-8b-chat", "2025-08-14T13:27:30.000Z", "mit", 9_204, 97, "llama",
        words=("conversational",), results=(Result(HELPDESK, 74.9, shots=0, is_own=True),),
    ),
    _Model(
        "delta-example/delta-7b-chat", "2025-09-01T18:40:21.000Z", "apache-2.0", 5_377, 58,
        words=("conversational",), results=(Result(HELPDESK, 73.4, split="validation", is_own=True),),
    ),
    _Model(
        "solo-example/solo-7b-chat", "2025-09-22T20:05:59.000Z", "apache-2.0", 812, 12,
        words=("conversational",), results=(Result(HELPDESK, "72 to 75", is_own=True),),
    ),
]  # fmt: skip


def records() -> list[Json]:
    """The records of the models, as the Hub has them."""
    native_ids = {model.id: _native_id(model) for model in _MODELS}
    children = {model.id: Counter(adapter=0, merge=0, quantized=0, finetune=0) for model in _MODELS}
    for model in _MODELS:
        for parent in model.parents:
            children[parent][str(model.relation)] += 1
    return [_record(model, native_ids, children[model.id]) for model in _MODELS]


def _native_id(model: _Model) -> str:
    return f"{seconds(model.created):08x}{sha1(model.id.encode()).hexdigest()[:16]}"


def _record(model: _Model, native_ids: dict[str, str], children: Counter[str]) -> Json:
    card = _card(model)
    record: Json = {
        "_id": native_ids[model.id],
        "id": model.id,
        "modelId": model.id,
        "author": model.id.partition("/")[0],
        "sha": sha1(f"commit {model.id}".encode()).hexdigest(),
        "createdAt": model.created,
        "lastModified": "2025-11-20T08:00:00.000Z" if model.results else model.created,
        "private": False,
        "disabled": False,
        "gated": False,
        "downloads": model.downloads,
        "downloadsAllTime": model.downloads * 6,
        "likes": model.likes,
        "trendingScore": model.likes // 50,
        "pipeline_tag": "text-generation",
        "library_name": _library(model),
        "tags": _tags(model),
        "cardData": card,
        "spaces": [],
        "childrenModelCount": dict(children),
    }
    if model.parents:
        parents = [{"_id": native_ids[parent], "id": parent} for parent in model.parents]
        record["baseModels"] = {"relation": model.relation, "models": parents}
    if model.results:
        record["model-index"] = card["model-index"]
    return record | _weights(model)


def _library(model: _Model) -> str:
    return "peft" if model.relation == "adapter" else "transformers"


def _card(model: _Model) -> Json:
    card: Json = {
        "license": model.license,
        "language": list(model.languages),
        "library_name": _library(model),
        "pipeline_tag": "text-generation",
    }
    if model.parents:
        card["base_model"] = model.parents[0] if len(model.parents) == 1 else list(model.parents)
        card["base_model_relation"] = model.relation
    if model.datasets:
        card["datasets"] = list(model.datasets)
    if model.words:
        card["tags"] = list(model.words)
    if model.results:
        card["model-index"] = index(model.id.partition("/")[2], model.results)
    return card


def _tags(model: _Model) -> list[str]:
    """The tags that the Hub makes of a card and of the files."""
    library = _library(model)
    tags = [library, "gguf" if model.relation == "quantized" else "safetensors"]
    tags += [model.kind] if library == "transformers" else []
    tags += ["text-generation", *model.words, *model.languages, *(f"dataset:{id}" for id in model.datasets)]
    for parent in model.parents:
        tags += [f"base_model:{parent}", f"base_model:{model.relation}:{parent}"]
    return [*tags, f"license:{model.license}", "region:us"]


def _weights(model: _Model) -> Json:
    """The fields that follow from the files."""
    name, parameters = model.id.partition("/")[2], _PARAMETERS[model.kind]
    match model.relation:
        case "quantized":
            files, size = [f"{name.removesuffix('-GGUF')}.Q4_K_M.gguf"], _PACKED
            found: Json = {
                "gguf": {
                    "total": parameters,
                    "architecture": "llama",
                    "context_length": 32_768,
                    "totalFileSize": size,
                }
            }
        case "adapter":
            files, size = ["adapter_config.json", "adapter_model.safetensors"], 4 * _OF_ADAPTER
            found = {
                "safetensors": {"parameters": {"F32": _OF_ADAPTER}, "total": _OF_ADAPTER},
                "config": {"peft": {"base_model_name_or_path": model.parents[0], "task_type": "CAUSAL_LM"}},
            }
        case _:
            files, size = ["config.json", "tokenizer.json"], 2 * parameters
            files += [f"model-{part}-of-00003.safetensors" for part in ("00001", "00002", "00003")]
            architecture = _ARCHITECTURES[model.kind]
            found = {
                "safetensors": {"parameters": {"BF16": parameters}, "total": parameters},
                "config": {"architectures": [architecture], "model_type": model.kind},
                "transformersInfo": {
                    "auto_model": "AutoModelForCausalLM",
                    "custom_class": None,
                    "pipeline_tag": "text-generation",
                    "processor": "AutoTokenizer",
                },
            }
    siblings = [{"rfilename": path} for path in (".gitattributes", "README.md", *files)]
    return found | {"siblings": siblings, "usedStorage": size}
