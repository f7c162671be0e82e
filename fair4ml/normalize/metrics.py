"""One name for each metric and each variant of it, with its definition where it is known."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

_TABLE: dict[str, dict[str, Any]] = json.loads((files("fair4ml") / "data" / "metrics.json").read_bytes())["metrics"]


@dataclass(frozen=True, slots=True)
class Metric:
    """The definition of a metric: the direction, range and unit of its values.

    Attributes:
        name: the canonical name.
        label: its name for people.
        higher_is_better: the direction, or None if it is not known.
        minimum: the lowest possible value, or None.
        maximum: the highest possible value, or None; that of a fraction is 1, though many records publish percent.
        unit: the unit of its values, or None if they have none.
        is_share: True for a fraction that its definition does not bound, such as an error rate.
        kind_of: the canonical name of the wider metric that it is a kind of, or None.
    """

    name: str
    label: str
    higher_is_better: bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    is_share: bool = False
    kind_of: str | None = None


METRICS: dict[str, Metric] = {
    name: Metric(name, **{key: value for key, value in stated.items() if key != "aliases"})
    for name, stated in _TABLE.items()
}
"""The metrics that the project knows, by canonical name; their variants (``f1_macro``, ``ndcg@10``) are not listed."""

_NAME_BY_ALIAS = {alias: name for name, stated in _TABLE.items() for alias in (name, *stated.get("aliases", ()))}
_SEPARATORS = re.compile(r"[\s_()-]+")
_AFFIX = "cosine|cos_sim|dot|euclidean|manhattan|max|macro|micro|samples|weighted"
_VARIANT = re.compile(rf"(?:({_AFFIX})_)?(.+?)(?:_({_AFFIX}))?(?:(?:_?@_?|_at_)(\d+(?:\.\d+)?))?", re.ASCII | re.DOTALL)
AVERAGES = frozenset({"macro", "micro", "samples", "weighted"})
"""The ways to average the values of all classes into one."""
_TOP = re.compile(r"(?:top_?(\d+)(?:_acc(?:uracy)?)?|acc(?:uracy)?_top_?(\d+))", re.ASCII)
_OVERLAP = re.compile(
    r"(?:(box|bbox|mask|segm)_)?(m?ap|mean_average_precision|average_precision)(_?@)?_?\[?(?:iou)?_?=?_?"
    r"(0?\.\d+|[5-9][05])(?:[:_](0?\.\d+|[5-9][05]))?\]?(?:_iou)?(?:_(box|bbox|b|mask|segm|m))?",
    re.ASCII,
)
"""Average precision at an overlap (``mAP@0.5``, ``AP50``, ``mAP50-95``), of boxes or of masks."""
_MASKS = {**dict.fromkeys(("box", "bbox", "b"), "box"), **dict.fromkeys(("mask", "segm", "m"), "mask")}
_AT_OVERLAP = re.compile(r"(?<=[a-z0-9])_?@?_?iou_?[=:]?_?(0?\.\d+(?::0?\.\d+)?)", re.ASCII)
_FILTERED = re.compile(r"([\w@.]+),([a-z][\w-]*)", re.ASCII)
"""A metric and the filter that extracted the answers, as the LM Evaluation Harness writes them (``acc,none``)."""

PLACEHOLDERS = frozenset({"", "-", "?", "custom", "metric", "n/a", "na", "none", "other", "todo", "unknown"})
"""Values in place of a metric that name none, in lower case."""

_WORDS = re.compile(r"[^\w@.+²^']+|_+")
_NOISE = frozenset("avg average averaged dev eval evaluation score test val valid validation".split())
"""Words that do not distinguish variants of a metric."""
_AMBIGUOUS = frozenset({"character", "comet", "exact", "hit", "pass"})
"""Names of metrics that are also ordinary words, so that a longer name with one of them may mean something else."""
_TURNING = frozenset(
    """1 adversarial attack bias change complement cost decrease degradation delta deviation diff difference disparity
    drop dropped err error errors false forgetting gain gap improvement increase inverse latency loss lost minus miss
    missed neg negative non not rank ranking ratio reduced reduction relative sd seconds std stdev threshold time unsafe
    variance""".split()
)
"""Words that reverse the direction of a metric in a longer name."""
_LONGEST = 5


@lru_cache(maxsize=16_384)
def metric_name(raw: str) -> str | None:
    """The canonical name of a metric, or None for an empty text.

    Spellings of a known metric and of its variants become one (``Acc``, ``accuracy``; ``macro-F1``, ``f1_macro``;
    ``cos_sim_pearson``, ``pearson_cosine``; ``ndcg_at_10``, ``NDCG@10``); in any other name only case and spaces
    change.
    """
    name, _ = _resolved(raw)
    return name or None


@lru_cache(maxsize=16_384)
def metric(raw: str) -> Metric | None:
    """The definition of the metric or variant (``f1_macro``, ``ndcg@10``) of a name, or None if it is not known."""
    _, base = _resolved(raw)
    return None if base is None else METRICS[base]


@lru_cache(maxsize=16_384)
def metric_within(raw: str) -> Metric | None:
    """The definition of the metric that a name is or contains (``average auc on 14 labels``), or None.

    It is None if a word reverses the direction (``accuracy drop``) or if several metrics disagree.
    """
    if (whole := metric(raw)) is not None:
        return whole
    found, rest = _parts(raw)
    known = [METRICS[base] for _, base in found]
    agree = len({(each.higher_is_better, each.minimum, each.maximum, each.is_share) for each in known}) == 1
    return known[0] if agree and not _TURNING.intersection(rest) else None


def stated_metric(type: str | None, name: str | None, args: Mapping[str, Any] | None = None) -> str | None:
    """The canonical name of the metric that a record states in several fields; the most specific statement holds.

    The name takes precedence over the type if it states the variant (``f1``, ``F1 Macro``) or names another known
    metric (``precision``, ``mAP@0.5``).

    Args:
        type: the metric's id as the platform knows it.
        name: its name for people.
        args: the arguments that it was computed with, such as ``{"average": "macro"}``.
    """
    told = [text for text in (type, name) if text and text.strip().casefold() not in PLACEHOLDERS]
    if not told:
        return None
    canonical, base = _resolved(told[0])
    for further in told[1:]:
        canonical, base = _more_specific(canonical, base, further)
    return _of_arguments(canonical, base, args or {}) or None


VARIANT_ARGUMENTS = frozenset({"average", "iou", "iou_threshold", "iou_thr", "k", "top_k", "topk"})
"""The arguments of metrics that determine the variant."""


def _of_arguments(canonical: str, base: str | None, args: Mapping[str, Any]) -> str:
    if base is None:
        return canonical
    given = {key: str(args[key]).casefold() for key in VARIANT_ARGUMENTS & args.keys()}
    average = given.pop("average", "")
    if average in AVERAGES and canonical == base:
        canonical = f"{base}_{average}"
    for key, text in given.items():
        if "@" in canonical or not re.fullmatch(r"\d+(?:\.\d+)?|\.\d+", text, re.ASCII):
            continue
        is_top = "k" in key.split("_")[-1] and canonical == "accuracy"
        canonical = f"top_{text}_accuracy" if is_top else f"{canonical}@{float(text):g}"
    return canonical


def _more_specific(canonical: str, base: str | None, name: str) -> tuple[str, str | None]:
    """The more specific of two statements of a metric; a second one that names no metric is ignored."""
    named, of = _resolved(name)
    if of is None:
        named, of = _resolved("_".join(word for word in _words(name) if word not in _NOISE))
    if of is None:
        return _refined(canonical, base, name)
    if base is None:
        return named, of
    if of == base:
        return (named, of) if named != of else (canonical, base)
    return (canonical, base) if of in _wider(base) else (named, of)


def _refined(canonical: str, base: str | None, name: str) -> tuple[str, str | None]:
    """A metric refined by the variant that a longer name states, or the longer name if it is that of another metric."""
    if base is None:
        return canonical, base
    found, rest = _parts(name)
    kinds = [(named, of) for named, of in found if base in _wider(of)]
    if len(kinds) == 1:
        return kinds[0]
    if len(set(found)) == 1 and _NOISE.issuperset(rest):
        return found[0] if found[0][1] not in _wider(base) | {base} else (canonical, base)
    bases = {of for _, of in found}
    if bases and base not in bases and not _wider(base) & bases:
        return " ".join(name.casefold().split()), None
    variants = {named for named, of in found if of == base and named != of}
    variants |= {f"{base}_{average}" for average in AVERAGES.intersection(rest)}
    return (variants.pop() if canonical == base and len(variants) == 1 else canonical), base


def _wider(base: str) -> set[str]:
    """The metrics that a metric is a kind of, directly or indirectly."""
    found: set[str] = set()
    above = METRICS[base].kind_of
    while above is not None:
        found.add(above)
        above = METRICS[above].kind_of
    return found


def _words(raw: str) -> list[str]:
    return [word for word in _WORDS.split(raw.casefold()) if word]


@lru_cache(maxsize=16_384)
def _parts(raw: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The known metrics inside a longer name, the longest at each place, and the remaining words."""
    words, found, rest = _words(raw), [], []
    place = 0
    while place < len(words):
        for end in range(min(len(words), place + _LONGEST), place, -1):
            text = "_".join(words[place:end])
            named, base = _resolved(text)
            if base is not None and text not in _AMBIGUOUS:
                found.append((named, base))
                place = end
                break
        else:
            rest.append(words[place])
            place += 1
    return found, rest


def _resolved(raw: str) -> tuple[str, str | None]:
    plain = " ".join(raw.casefold().split())
    if (filtered := _FILTERED.fullmatch(plain)) is not None:
        name, base = _resolved(filtered[1])
        if base is not None:
            return (name if filtered[2] == "none" else f"{name},{filtered[2]}"), base
    key = _AT_OVERLAP.sub(r"@\1", _SEPARATORS.sub("_", plain).strip("_"))
    if (known := _NAME_BY_ALIAS.get(key)) is not None:
        return known, known
    if (match := _TOP.fullmatch(key)) is not None:
        return f"top_{int(match[1] or match[2])}_accuracy", "accuracy"
    if (match := _OVERLAP.fullmatch(key)) is not None and (overlap := _overlap(match)) is not None:
        return overlap
    match = _VARIANT.fullmatch(key)
    if match is None:
        return plain, None
    before, rest, after, cutoff = match.groups()
    base = _NAME_BY_ALIAS.get(rest)
    if base is None or (before and after):
        return plain, None
    affix = (before or after or "").replace("cos_sim", "cosine")
    name = f"{base}_{affix}" if affix in AVERAGES else f"{affix}_{base}" if affix else base
    return (f"{name}@{float(cutoff):g}" if cutoff and "." in cutoff else f"{name}@{cutoff}" if cutoff else name), base


def _overlap(match: re.Match[str]) -> tuple[str, str] | None:
    before, spelled, at, low, high, after = match.groups()
    # "map@50" is the mean average precision of the first 50.
    if (before and after) or (at and "." not in low and not high):
        return None
    base = "map" if spelled.startswith("m") else "ap"
    overlaps = ":".join(f"{_share(each):g}" for each in (low, high) if each)
    of = _MASKS.get(before or after or "")
    return f"{base}@{overlaps}{f'_{of}' if of else ''}", base


def _share(text: str) -> float:
    return float(text) if "." in text else int(text) / 100
