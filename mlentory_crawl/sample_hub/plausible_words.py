"""The vocabulary of plausible made-up models: what suits the task of each."""

from __future__ import annotations

from dataclasses import dataclass

LICENSES = [
    *["apache-2.0"] * 8, *["mit"] * 4, *["cc-by-nc-4.0"] * 2, "cc-by-4.0", "cc-by-sa-4.0", "bsd-3-clause", "gpl-3.0",
    "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Modality:
    """The words for models of one kind of input.

    Attributes:
        topics: for the names of models.
        corpora: the names of datasets.
        tags: tags that owners choose.
        has_language: whether the data is in a language.
    """

    topics: list[str]
    corpora: list[str]
    tags: list[str]
    has_language: bool = True


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A dataset with its metric, and the range of values between poor and good models.

    Attributes:
        dataset, name: the id of the dataset, and its display name.
        metric, label: the type of the metric, and its display name.
        worst, best: the range of values; of error rates the first is the higher one.
        shots: the number of examples, where there are any.
    """

    dataset: str
    name: str
    metric: str
    label: str
    worst: float
    best: float
    shots: int | None = None


_TEXT = Modality(
    """medical-notes legal-qa roleplay math-tutor code-review sql-writer customer-support weather-reports poetry
    news-summary ticket-triage recipe-chat travel-guide chess-talk grammar-fix tool-use long-context safety-filter haiku
    tax-forms stock-notes patent-search lab-protocols museum-guide crossword meeting-minutes""".split(),
    """tidepool-instruct lantern-chat orchard-qa harbor-logs saltmarsh-web alpine-news thistle-reviews riverstone-code
    pelican-sql laguna-parallel escola-essays granite-math lighthouse-dialogs""".split(),
    ["trl", "sft", "conversational", "chat", "finance", "biology", "education"],
)
_SPEECH = Modality(
    "voice-notes radio-news call-center dialect-de children podcast bird-songs meeting-minutes lectures".split(),
    "meridian-speech harbor-radio lantern-readings ferry-announcements".split(),
    ["speech", "audio", "multi-speaker", "telephone"],
)
_IMAGE = Modality(
    "street-signs x-ray satellite bird-feeder paintings fashion floor-plans plankton handwriting".split(),
    "umbra-paintings harbor-photos verso-captions granite-textures".split(),
    ["art", "photography", "medical-imaging", "outdoor"],
    has_language=False,
)
_ROBOT = Modality(
    "farm-robot grasping docking door-opening sorting walking drone-landing".split(),
    "kite-grasping kite-docking harbor-crane-logs".split(),
    ["simulation", "imitation-learning", "manipulation"],
    has_language=False,
)
_TABLE = Modality(
    "credit-scoring churn tide-tables crop-yield sensor-faults".split(),
    "ferry-timetables orchard-harvests granite-sensors".split(),
    ["tabular", "forecasting", "finance"],
    has_language=False,
)
MODALITIES = {
    "text-generation": _TEXT, "image-text-to-text": _TEXT, "sentence-similarity": _TEXT, "feature-extraction": _TEXT,
    "text-classification": _TEXT, "token-classification": _TEXT, "fill-mask": _TEXT, "translation": _TEXT,
    "automatic-speech-recognition": _SPEECH, "text-to-speech": _SPEECH,
    "text-to-image": _IMAGE, "image-classification": _IMAGE, "object-detection": _IMAGE,
    "robotics": _ROBOT, "reinforcement-learning": _ROBOT, "tabular-classification": _TABLE,
}  # fmt: skip

BENCHMARKS = {
    "text-generation": [
        Benchmark("harbor-commons/harborqa", "HarborQA", "accuracy", "Accuracy", 35, 82, 5),
        Benchmark("granite-field/granitemath", "GraniteMath", "exact_match", "Exact Match", 12, 74, 8),
        Benchmark("openorchard/orchard-code", "OrchardCode", "pass@1", "pass@1", 10, 68, 0),
    ],
    "image-text-to-text": [
        Benchmark("harbor-commons/harbor-charts", "HarborCharts", "accuracy", "Accuracy", 40, 84, 0)
    ],
    "sentence-similarity": [
        Benchmark("saltmarsh-labs/marsh-sts", "MarshSTS", "spearman", "Spearman", 0.7, 0.89),
    ],
    "feature-extraction": [Benchmark("saltmarsh-labs/marsh-search", "MarshSearch", "mrr", "MRR", 0.42, 0.68)],
    "text-classification": [
        Benchmark("thistle-and-co/thistle-reviews", "Thistle Reviews", "accuracy", "Accuracy", 0.81, 0.95),
        Benchmark("thistle-and-co/thistle-reviews", "Thistle Reviews", "f1", "F1", 0.79, 0.94),
    ],
    "token-classification": [Benchmark("openorchard/orchard-ner", "OrchardNER", "f1", "F1", 0.78, 0.93)],
    "fill-mask": [Benchmark("harbor-commons/harbor-logs", "Harbor Logs", "perplexity", "Perplexity", 12, 4)],
    "translation": [Benchmark("lagunatranslate/laguna-parallel", "Laguna Parallel", "bleu", "BLEU", 22, 41)],
    "automatic-speech-recognition": [
        Benchmark("meridianspeech/meridian-speech", "Meridian Speech", "wer", "WER", 18, 5),
    ],
    "text-to-image": [Benchmark("umbra-diffusion/umbra-paintings", "Umbra Paintings", "fid", "FID", 28, 9)],
    "image-classification": [
        Benchmark("glasslanternai/harbor-photos", "Harbor Photos", "accuracy", "Accuracy", 0.71, 0.9),
    ],
    "object-detection": [Benchmark("glasslanternai/harbor-watch", "Harbor Watch", "mAP", "mAP", 0.31, 0.55)],
    "robotics": [
        Benchmark("kitehouse-robotics/kite-grasping", "Kite Grasping", "success_rate", "Success rate", 52, 93)
    ],
    "tabular-classification": [
        Benchmark("pelican-systems/ferry-timetables", "Ferry Timetables", "roc_auc", "ROC AUC", 0.76, 0.93)
    ],
}
