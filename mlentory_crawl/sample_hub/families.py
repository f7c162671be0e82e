"""The kinds of families of made-up models, the members of a family, and what both mean for a record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """The task, library and architecture in the records of a family, and its sizes as label and parameter count."""

    task: str
    library: str
    model_type: str | None
    architecture: str | None
    auto_model: str | None
    sizes: tuple[tuple[str, int], ...]


_LANGUAGE_SIZES = (
    ("1B", 1_235_814_400),
    ("3B", 3_212_749_824),
    ("7B", 7_241_732_096),
    ("8B", 8_030_261_248),
    ("32B", 32_763_876_352),
)
_ENCODER_SIZES = (("small", 22_713_728), ("base", 109_482_240), ("large", 335_141_888))
_LANGUAGE = Kind(
    "text-generation", "transformers", "llama", "LlamaForCausalLM", "AutoModelForCausalLM", _LANGUAGE_SIZES
)
_MISTRAL = Kind(
    "text-generation", "transformers", "mistral", "MistralForCausalLM", "AutoModelForCausalLM", _LANGUAGE_SIZES
)
_VISION = Kind(
    "image-text-to-text",
    "transformers",
    "qwen2_vl",
    "Qwen2VLForConditionalGeneration",
    "AutoModelForImageTextToText",
    _LANGUAGE_SIZES[1:],
)
KINDS = [
    *[_LANGUAGE] * 7,
    *[_MISTRAL] * 6,
    *[_VISION] * 4,
    Kind("sentence-similarity", "sentence-transformers", "bert", "BertModel", "AutoModel", _ENCODER_SIZES),
    Kind("feature-extraction", "sentence-transformers", "xlm-roberta", "XLMRobertaModel", "AutoModel", _ENCODER_SIZES),
    Kind(
        "text-classification",
        "transformers",
        "distilbert",
        "DistilBertForSequenceClassification",
        "AutoModelForSequenceClassification",
        _ENCODER_SIZES,
    ),
    Kind(
        "token-classification",
        "transformers",
        "bert",
        "BertForTokenClassification",
        "AutoModelForTokenClassification",
        _ENCODER_SIZES,
    ),
    Kind("fill-mask", "transformers", "bert", "BertForMaskedLM", "AutoModelForMaskedLM", _ENCODER_SIZES),
    Kind("translation", "transformers", "marian", "MarianMTModel", "AutoModelForSeq2SeqLM", _ENCODER_SIZES),
    Kind(
        "automatic-speech-recognition",
        "transformers",
        "whisper",
        "WhisperForConditionalGeneration",
        "AutoModelForSpeechSeq2Seq",
        _ENCODER_SIZES,
    ),
    Kind("text-to-speech", "transformers", "vits", "VitsModel", "AutoModel", _ENCODER_SIZES),
    *[Kind("text-to-image", "diffusers", None, None, None, (("v1", 859_520_964), ("xl", 2_567_463_684)))] * 2,
    Kind("image-classification", "timm", None, "vit_base_patch16_224", None, _ENCODER_SIZES),
    Kind("robotics", "lerobot", None, None, None, (("act", 51_597_190), ("pi", 3_501_372_176))),
    Kind("reinforcement-learning", "stable-baselines3", None, None, None, (("ppo", 23_405), ("dqn", 1_687_206))),
    Kind(
        "object-detection",
        "transformers",
        "detr",
        "DetrForObjectDetection",
        "AutoModelForObjectDetection",
        _ENCODER_SIZES,
    ),
    Kind("tabular-classification", "sklearn", None, None, None, (("gbm", 15_000), ("mlp", 120_000))),
]


@dataclass(frozen=True, slots=True)
class Member:
    """A place in a family, with the relation of its model to that of an earlier place (None if it states none)."""

    role: str
    parent: int | None = None


# Earlier places only, so that a model is always younger than its parents.
MEMBERS = [
    Member("base"), Member("instruct", 0), Member("quantized", 1), Member("adapter", 0),
    Member("bare"), Member("finetune", 1), Member("quantized", 1), Member("adapter", 1),
    Member("unlinked"), Member("finetune", 0), Member("merge", 5), Member("adapter", 5),
    Member("bare"), Member("finetune", 5), Member("quantized", 5), Member("adapter", 0),
    Member("unlinked"), Member("finetune", 13), Member("quantized", 13), Member("adapter", 1),
    Member("bare"), Member("revision", 1), Member("quantized", 10), Member("adapter", 9),
    Member("finetune", 0), Member("unlinked"), Member("adapter", 17), Member("quantized", 17),
    Member("bare"), Member("finetune", 24), Member("unlinked"), Member("quantized", 0),
]  # fmt: skip


@dataclass(slots=True)
class Shape:
    """The factors that determine the content of a record, besides chance.

    Attributes:
        kind: the kind of the model's family.
        role: the role of its place in the family.
        relation: the relation to its parents, in the Hub's words; None if it has none.
        parents: the number of parents.
        license, license_name, license_link: the license of the family.
        gated: the value in the family's first models.
        size: the number of parameters.
        quantization: the file format of a quantized model.
        revised: whether a newer version follows.
    """

    kind: Kind
    role: str
    relation: str | None
    parents: int
    license: str
    license_name: tuple[str, str | None]
    gated: bool | str
    size: int
    quantization: str | None
    revised: bool
