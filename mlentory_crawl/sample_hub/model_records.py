"""The content of made-up records, with the irregularities of the Hub's own records at about the same rates."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

from mlentory_crawl.sample_hub.families import Shape
from mlentory_crawl.sample_hub.scores import eval_results, results
from mlentory_crawl.sample_hub.templates import Json, number, text
from mlentory_crawl.sample_hub.texts import CHAT_TEMPLATES, GATE_PROMPT, WIDGETS
from mlentory_crawl.sample_hub.words import (
    DATASETS,
    FREE_TAGS,
    LANGUAGES,
    LICENSE_NAMES,
    LICENSES,
    METRICS,
    PROSE_DATASETS,
    TOPICS,
)

T = TypeVar("T")


_ALWAYS: Json = {
    "_id": text("_id"),
    "id": text("id"),
    "modelId": text("id"),
    "author": text("owner"),
    "sha": text("sha"),
    "createdAt": text("created"),
    "lastModified": text("modified"),
    "private": False,
    "disabled": number("disabled"),
    "downloads": number("downloads"),
    "downloadsAllTime": number("all_time"),
    "likes": number("likes"),
    "trendingScore": number("trending"),
}


class Writer:
    """Writes the content of one record.

    Args:
        shape: the factors that are fixed.
        chance: the source of chance for everything else.

    Attributes:
        licenses, license_names: the licenses to choose from, and the names and links of those that are ``other``.
        languages: the languages to choose from: value of the card, and tags.
    """

    licenses: Sequence[str] = LICENSES
    license_names: Sequence[tuple[str, str | None]] = LICENSE_NAMES
    languages: Sequence[tuple[object, list[str]]] = LANGUAGES

    def __init__(self, shape: Shape, chance: Random) -> None:
        self.shape = shape
        self.chance = chance
        self.card: Json = {}
        self.tags: list[str] = []
        gated = shape.gated if shape.role in ("base", "instruct") else "auto" if self.odds(0.01) else False
        self.record: Json = _ALWAYS | {"gated": gated}

    @staticmethod
    def topics(task: str) -> Sequence[str]:
        """The topics that models of a task may be named after."""
        return TOPICS

    def odds(self, share: float) -> bool:
        """Decide by chance whether something happens that happens in this share of cases."""
        return self.chance.random() < share

    def is_odd(self, share: float) -> bool:
        """Decide by chance whether something is irregular that is irregular in this share of cases."""
        return self.odds(share)

    def pick(self, choices: Sequence[T]) -> T:
        """Choose one of several, in a third of the time of `Random.choice`."""
        return choices[int(self.chance.random() * len(choices))]

    def below(self, limit: int) -> int:
        """A random number from 0 to below the limit."""
        return int(self.chance.random() * limit)

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """Choose neighbors among several."""
        start = self.below(len(choices) - count)
        return list(choices[start : start + count])

    def write(self) -> Json:
        """The record with its places still to be filled in."""
        if self.shape.role == "bare":
            self._bare()
            return self.record
        self._task_and_library()
        self._weights()
        self._configuration()
        self._free_tags()
        self._languages()
        self._datasets()
        self._articles()
        self._base_models()
        if self.odds(0.01):
            self.tags.append(f"doi:10.57967/hf/{9_000_000 + self.below(999_999)}")
        self._license()
        self._evaluations()
        self._rest_of_card()
        self.tags += ["endpoints_compatible", "region:us"] if self.odds(0.6) else ["region:us"]
        self.record["tags"] = self.tags
        if self.card and self.odds(0.88):
            self.record["cardData"] = self.card
        return self.record

    def _bare(self) -> None:
        """Write the record of a repository for experiments: hardly any metadata, mostly no card."""
        license = self.pick(self.licenses)
        choices: list[Json] = [
            {"tags": ["region:us"]},
            {"tags": ["region:us"], "config": {}},
            {"tags": []},
            {"tags": [f"license:{license}", "region:us"], "cardData": {"license": license}},
        ]
        self.record |= {"model-index": None} | self.pick(choices)

    def _task_and_library(self) -> None:
        shape = self.shape
        library = "peft" if shape.role == "adapter" and shape.kind.library == "transformers" else shape.kind.library
        if self.odds(0.8):
            self.record["library_name"] = library
            self.tags.append(library)
            if self.odds(0.45):
                self.card["library_name"] = library
        self.tags.append("gguf" if shape.quantization == "GGUF" else "safetensors" if self.odds(0.85) else "pytorch")
        if shape.kind.model_type and shape.role != "adapter":
            self.tags.append(shape.kind.model_type)
        if self.odds(0.75):
            self.record["pipeline_tag"] = shape.kind.task
            self.tags.append(shape.kind.task)
            if self.odds(0.3):
                self.card["pipeline_tag"] = shape.kind.task

    def _weights(self) -> None:
        size, role = self.shape.size, self.shape.role
        if self.shape.quantization == "GGUF":
            if self.odds(0.8):
                self.record["gguf"] = {
                    "total": size,
                    "architecture": self.shape.kind.model_type,
                    "context_length": 4096 << self.below(6),
                    "chat_template": self.pick(CHAT_TEMPLATES),
                    "bos_token": "<s>",
                    "eos_token": "<|end|>",
                    "totalFileSize": size * (4 + self.below(5)) // 8,
                }
        elif "safetensors" in self.tags and self.odds(0.7):
            if role == "adapter":
                parameters = {"F32": size // 500 + self.below(1 << 16)}
            elif role == "quantized":
                parameters = {"I32": size // 8, "BF16": size // 16, "F32": 4096}
            else:
                parameters = {self.pick(["BF16", "BF16", "F32", "F16"]): size}
            if self.is_odd(0.003):
                parameters = self.pick(
                    [{"I64": 20_000_000_000_000_000}, {"I64": 18_446_744_073_709_551_615}, {"F32": 1}]
                )
            self.record["safetensors"] = {"parameters": parameters, "total": sum(parameters.values())}

    def _configuration(self) -> None:
        kind, role = self.shape.kind, self.shape.role
        if kind.auto_model is None or self.odds(0.25):
            return
        tokenizer: Json = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": None, "unk_token": "<unk>"}
        if role != "base" and kind.auto_model == "AutoModelForCausalLM":
            tokenizer |= {"chat_template": self.pick(CHAT_TEMPLATES), "use_default_system_prompt": False}
        if role == "adapter":
            self.record["config"] = {"peft": {"base_model_name_or_path": text("parent"), "task_type": "CAUSAL_LM"}}
            if self.odds(0.6):
                self.record["config"]["tokenizer_config"] = tokenizer
            return
        config: Json = {
            "architectures": [kind.architecture],
            "model_type": kind.model_type,
            "tokenizer_config": tokenizer,
        }
        if role == "quantized":
            config["quantization_config"] = {"bits": 4, "quant_method": self.pick(["awq", "gptq"])}
        if self.odds(0.05):
            config["auto_map"] = {"AutoConfig": "configuration_own.OwnConfig", kind.auto_model: "modeling_own.OwnModel"}
        self.record["config"] = config
        if kind.library == "transformers":
            self.record["transformersInfo"] = {
                "auto_model": kind.auto_model,
                "custom_class": None,
                "pipeline_tag": kind.task,
                "processor": self.pick(["AutoTokenizer", "AutoTokenizer", "AutoProcessor"]),
            }

    def _free_tags(self) -> None:
        if free := [tag for tags in self.some(FREE_TAGS, self.below(6)) for tag in tags]:
            self.card["tags"] = free if self.odds(0.99) else free[0]
            self.tags += free

    def _languages(self) -> None:
        if self.odds(0.5):
            self.card["language"], codes = self.pick(self.languages)
            self.tags += codes

    def _datasets(self) -> None:
        if self.shape.role == "quantized" or self.odds(0.6):
            return
        names: list[Any] = self.some(DATASETS, self.pick([1, 1, 2, 3]))
        if self.is_odd(0.02):
            names.append(self.pick(PROSE_DATASETS))
        self.tags += [f"dataset:{name}" for name in names]
        if self.is_odd(0.005):
            names.append(None)
        self.card["datasets"] = names[0] if self.is_odd(0.04) else names

    def _articles(self) -> None:
        if self.odds(0.2):
            # No month has so many articles, so these numbers do not belong to real ones.
            month = f"{20 + self.below(7)}{1 + self.below(12):02}"
            self.tags += [f"arxiv:{month}.{90000 + self.below(9999)}" for _ in range(self.pick([1, 1, 3]))]

    def _base_models(self) -> None:
        shape = self.shape
        if shape.relation is None or (shape.role != "instruct" and self.odds(0.15)):
            return
        named = [text("parent"), text("other_parent")][: shape.parents]
        if self.is_odd(0.004):
            # As in real cards: another case, a path on the author's machine, the model itself.
            named = [self.pick([text("parent_lower"), "/cache/models/" + text("parent"), text("id")])]
        else:
            models = [
                {"_id": text("parent_id"), "id": text("parent")},
                {"_id": text("other_parent_id"), "id": text("other_parent")},
            ]
            self.record["baseModels"] = {"relation": shape.relation, "models": models[: shape.parents]}
        for name in named:
            self.tags += [f"base_model:{name}", f"base_model:{shape.relation}:{name}"]
        self.card["base_model"] = named[0] if len(named) == 1 and self.odds(0.6) else named
        if self.odds(0.1):
            self.card["base_model_relation"] = shape.relation

    def _license(self) -> None:
        shape = self.shape
        if shape.role != "base" and self.odds(0.25):
            return
        # Most models pass on the license of their parents; some claim another one than the one that binds them.
        license = shape.license if shape.role == "base" or self.odds(0.85) else self.pick(self.licenses)
        if self.is_odd(0.01):
            self.card["licence"] = license
            return
        self.card["license"] = self.pick([[license], ["apache-2.0", license], None]) if self.is_odd(0.008) else license
        self.tags.append(f"license:{license}")
        if license == "other" and self.odds(0.9):
            self.card["license_name"], link = shape.license_name
            if link:
                self.card["license_link"] = link

    def _evaluations(self) -> None:
        if self.shape.role in ("base", "instruct") and self.odds(0.25):
            self.record["evalResults"] = eval_results(self.chance)
            self.tags.append("eval-results")
        if self.shape.role == "quantized" or self.odds(0.55):
            if self.odds(0.75):
                self.record["model-index"] = None
            return
        # Training tools write the index and leave it empty: of 505 real indexes of 2025 only 19 have results.
        filled = results(self.shape.kind.task, self.chance) if self.odds(0.15) else []
        index = [{"name": text("name"), "results": filled}]
        self.record["model-index"] = index
        self.card["model-index"] = index
        if self.odds(0.5):
            self.card["metrics"] = [type for type, _, _ in METRICS[self.shape.kind.task]][:2]
        self.tags.append("model-index")

    def _rest_of_card(self) -> None:
        card = self.card
        if self.record["gated"] and self.odds(0.8):
            card["extra_gated_prompt"] = GATE_PROMPT
            card["extra_gated_fields"] = {
                "Affiliation": "text",
                "Country": "country",
                "I agree to the license": "checkbox",
            }
        if self.odds(0.25):
            card["widget"] = self.pick(WIDGETS)
        if self.odds(0.02):
            grams = (1 + self.below(500_000)) / 100
            card["co2_eq_emissions"] = self.pick(
                [
                    grams,
                    {
                        "emissions": self.pick([grams, f"{grams / 1000:.4f} Kg"]),
                        "source": "codecarbon",
                        "training_type": "fine-tuning",
                        "geographical_location": "Bergen, Norway",
                        "hardware_used": "2 x A100",
                    },
                ]
            )
            self.tags.append("co2_eq_emissions")
        if self.shape.revised:
            card["new_version"] = text("revision")
        if self.odds(0.03):
            card["thumbnail"] = self.pick([None, "https://example.org/" + text("owner") + ".png"])
