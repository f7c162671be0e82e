"""One name for each metric, with what is known of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

_TABLE: dict[str, dict[str, Any]] = json.loads((files("fair4ml") / "data" / "metrics.json").read_bytes())["metrics"]


@dataclass(frozen=True, slots=True)
class Metric:
    """What the definition of a metric says of its values.

    Attributes:
        name: the canonical name.
        label: its name for people.
        higher_is_better: the direction, or none where it is not known.
        minimum: the lowest possible value, or none.
        maximum: the highest possible value, or none; of a share it is 1, though many records publish percent.
        unit: the unit of its values, or none where they have none.
    """

    name: str
    label: str
    higher_is_better: bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None


METRICS: dict[str, Metric] = {
    name: Metric(name, **{key: value for key, value in stated.items() if key != "aliases"})
    for name, stated in _TABLE.items()
}
"""The metrics that the project knows, by canonical name; their variants (``f1_macro``, ``ndcg@10``) are not listed."""

_NAME_BY_ALIAS = {alias: name for name, stated in _TABLE.items() for alias in (name, *stated.get("aliases", ()))}
_SEPARATORS = re.compile(r"[\s_()-]+")
_AFFIX = "cosine|cos_sim|dot|euclidean|manhattan|max|macro|micro|weighted"
_VARIANT = re.compile(rf"(?:({_AFFIX})_)?(.+?)(?:_({_AFFIX}))?(?:(?:_?@_?|_at_)(\d+))?", re.ASCII | re.DOTALL)
_AVERAGES = frozenset({"macro", "micro", "weighted"})


@lru_cache(maxsize=16_384)
def metric_name(raw: str) -> str | None:
    """The canonical name of a metric, or none for an empty text.

    Spellings of a known metric and of its variants become one (``Acc``, ``accuracy``; ``macro-F1``, ``f1_macro``;
    ``cos_sim_pearson``, ``pearson_cosine``; ``ndcg_at_10``, ``NDCG@10``); in any other name only case and spaces
    change.
    """
    name, _ = _resolved(raw)
    return name or None


@lru_cache(maxsize=16_384)
def metric(raw: str) -> Metric | None:
    """What is known of the metric of a name, also of a variant (``f1_macro``, ``ndcg@10``), or none."""
    _, base = _resolved(raw)
    return None if base is None else METRICS[base]


def _resolved(raw: str) -> tuple[str, str | None]:
    plain = " ".join(raw.casefold().split())
    key = _SEPARATORS.sub("_", plain).strip("_")
    if (known := _NAME_BY_ALIAS.get(key)) is not None:
        return known, known
    match = _VARIANT.fullmatch(key)
    if match is None:
        return plain, None
    before, rest, after, cutoff = match.groups()
    base = _NAME_BY_ALIAS.get(rest)
    if base is None or (before and after):
        return plain, None
    affix = (before or after or "").replace("cos_sim", "cosine")
    name = f"{base}_{affix}" if affix in _AVERAGES else f"{affix}_{base}" if affix else base
    return (f"{name}@{cutoff}" if cutoff else name), base
