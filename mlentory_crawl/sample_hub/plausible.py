"""Made-up records without irregularities, whose parts fit each other: topic, data, license, results."""

from __future__ import annotations

from collections.abc import Sequence

from mlentory_crawl.sample_hub.model_records import Writer
from mlentory_crawl.sample_hub.plausible_words import BENCHMARKS, LICENSES, MODALITIES, Benchmark
from mlentory_crawl.sample_hub.templates import Json, number, text
from mlentory_crawl.sample_hub.words import LABS, LANGUAGES, LICENSE_NAMES

_TENSORS = frozenset({"transformers", "sentence-transformers", "diffusers", "timm", "lerobot", "peft"})
"""The libraries whose weights are in safetensors files."""
_SHARE_WITH_RESULTS = {"base": 0.6, "instruct": 0.6, "finetune": 0.3, "revision": 0.3, "merge": 0.3, "adapter": 0.1}
_SKILL = {"base": 0.1, "adapter": 0.3}
_OTHERS_SKILL = 0.4


class PlausibleWriter(Writer):
    """Writes the content of one record that a person can take as it is."""

    licenses = LICENSES
    license_names = LICENSE_NAMES[:1]
    languages = tuple((stated, tags) for stated, tags in LANGUAGES if stated == tags)

    @staticmethod
    def topics(task: str) -> Sequence[str]:
        return MODALITIES[task].topics

    def is_odd(self, share: float) -> bool:
        return False

    def _weights(self) -> None:
        super()._weights()
        # What is packed has no count of parameters that a person would expect.
        if self.shape.role == "quantized" or self.shape.kind.library not in _TENSORS:
            self.record.pop("safetensors", None)

    def _free_tags(self) -> None:
        if free := self.some(MODALITIES[self.shape.kind.task].tags, self.below(3)):
            self.card["tags"] = free
            self.tags += free

    def _languages(self) -> None:
        if MODALITIES[self.shape.kind.task].has_language:
            super()._languages()

    def _datasets(self) -> None:
        if self.shape.role == "quantized" or self.odds(0.5):
            return
        corpora = self.some(MODALITIES[self.shape.kind.task].corpora, self.pick([1, 1, 2]))
        self.card["datasets"] = [f"{LABS[len(corpus) % len(LABS)].lower()}/{corpus}" for corpus in corpora]
        self.tags += [f"dataset:{id}" for id in self.card["datasets"]]

    def _articles(self) -> None:
        """Name none: their numbers would be of months with more articles than any has had."""

    def _evaluations(self) -> None:
        benchmarks = BENCHMARKS.get(self.shape.kind.task, [])
        if not benchmarks or not self.odds(_SHARE_WITH_RESULTS.get(self.shape.role, 0)):
            return
        results = [self._result(each) for each in benchmarks[: 1 + self.below(len(benchmarks))]]
        index = [{"name": text("name"), "results": results}]
        self.record["model-index"] = index
        self.card["model-index"] = index
        self.tags.append("model-index")

    def _result(self, benchmark: Benchmark) -> Json:
        """A result that is the better the larger the model is, and the more it was trained."""
        shape = self.shape
        sizes = [size for _, size in shape.kind.sizes]
        skill = 0.4 * sizes.index(shape.size) / max(1, len(sizes) - 1)
        skill += _SKILL.get(shape.role, _OTHERS_SKILL) + 0.2 * self.chance.random()
        value = benchmark.worst + (benchmark.best - benchmark.worst) * skill
        data: Json = {"type": benchmark.dataset, "name": benchmark.name, "split": "test"}
        if benchmark.shots is not None:
            data["args"] = {"num_few_shot": benchmark.shots}
        before = f"{int(value * 10) / 10:.1f}" if max(benchmark.worst, benchmark.best) <= 1 else f"{int(value)}."
        result: Json = {
            "task": {"type": shape.kind.task, "name": shape.kind.task.replace("-", " ").capitalize()},
            "dataset": data,
            "metrics": [{"type": benchmark.metric, "name": benchmark.label, "value": number("digits3", before=before)}],
        }
        if shape.role in ("base", "instruct"):
            result["source"] = {"url": "https://example.org/boards/open-harbor", "name": "Open Harbor Leaderboard"}
        return result
