"""The setup and the model of results on the Hugging Face Hub, from their settings and sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from fair4ml.identifiers import is_repo_id
from fair4ml.normalize.metrics import AVERAGES, VARIANT_ARGUMENTS, stated_metric
from fair4ml.platforms.huggingface.source import EvaluationDataset, Metric, Source

CONFIG, SPLIT, REVISION, SHOTS = "config", "split", "revision", "num_few_shot"
_NAMES = {
    "config_name": CONFIG,
    **dict.fromkeys("few_shot fewshot n_few_shot n_shot n_shots num_fewshot num_shots shots".split(), SHOTS),
}
_PAIR = r"\s*\w+\s*(?::\s|=)[^,:=]+"
_PAIRS = re.compile(rf"{_PAIR}(?:,{_PAIR})*", re.ASCII)
_NOTHING = frozenset({"", "-", "n/a", "none", "null", "unknown"})
_AVERAGE = "average"
_SHOTS = re.compile(r"\b(\d{1,3}|zero|one)[\s_-]?shots?\b", re.ASCII | re.IGNORECASE)
_IN_WORDS = {"zero": "0", "one": "1"}
_HUB = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_NO_MODELS = frozenset("api blog collections datasets docs learn models papers posts spaces tasks".split())

Stated = int | float | bool | str | None


@dataclass(frozen=True, slots=True)
class Setup:
    """The metric and the settings of a result.

    Attributes:
        metric: the canonical name of the metric, or None if none is named.
        settings: the settings that comparable results share, by name.
    """

    metric: str | None
    settings: dict[str, str]


def setup(data: EvaluationDataset, metric: Metric) -> Setup:
    """The metric and the settings of a result in a card.

    ``args`` held the configuration before ``config`` existed: a plain text there is a configuration, and an object or a
    text such as ``config: hi, split: test`` has settings by name.
    """
    stated = ((CONFIG, data.config), (SPLIT, data.split), (REVISION, data.revision))
    settings = {name: text for name, value in stated if (text := (value or "").strip())}
    plain, given = _arguments(data.args)
    rest: dict[str, str] = {}
    for name, value in given.items():
        known = _NAMES.get(name, name)
        if known in (CONFIG, SPLIT, REVISION, SHOTS) and settings.setdefault(known, value) == value:
            continue
        rest[name] = value
    if SHOTS not in settings and (told := shots(metric.name, data.name)):
        settings[SHOTS] = told
    if plain and settings.setdefault(CONFIG, plain) != plain:
        rest[""] = plain
    alone, of_metric = _arguments(metric.args)
    if alone:
        of_metric = {_AVERAGE if alone.casefold() in AVERAGES else "": alone}
    variant = stated_metric(metric.type, metric.name, of_metric)
    left = {key: value for key, value in of_metric.items() if not _is_in(variant or "", key, value)}
    config = (metric.config or "").strip()
    further = {
        "args": _text(rest, settings),
        "metric_args": _text(left, settings),
        "metric_config": config if config not in ("default", settings.get(CONFIG)) else "",
    }
    return Setup(variant, settings | {key: text for key, text in further.items() if text})


def shots(*texts: str | None) -> str | None:
    """The number of examples that a model was shown, if a display text has one (``ARC (25-shot)``)."""
    found = {_IN_WORDS.get(each.lower(), each) for text in texts for each in _SHOTS.findall(text or "")}
    return str(int(found.pop())) if len(found) == 1 else None


def source_model(source: Source, own: str) -> str | None:
    """The id of the model that a result's source names, if it is not the card's own model.

    Cards of quantized models are often copies, with the results of the model that was quantized.

    Args:
        source: the place where the result was published: a model's page, or a leaderboard filtered by a model.
        own: the id of the model that the card is of.
    """
    parts = urlsplit(source.url or "")
    host = parts.hostname or ""
    steps = [step for step in parts.path.split("/") if step]
    if host in _HUB and len(steps) >= 2 and steps[0] not in _NO_MODELS:
        named = ["/".join(steps[:2])]
    elif (host in _HUB and steps[:1] == ["spaces"]) or host.endswith(".hf.space"):
        named = [value for _, value in parse_qsl(parts.query) if value.count("/") == 1]
    else:
        return None
    ids = [id for id in named if is_repo_id(id)]
    return ids[0] if len(ids) == 1 and ids[0].casefold() != own.casefold() else None


def _arguments(args: Stated) -> tuple[str, dict[str, str]]:
    """The content of ``args``: a plain text, or values by name."""
    text = str(args).strip() if args is not None else ""
    if text.casefold() in _NOTHING:
        return "", {}
    if text.startswith("{"):
        try:
            given: Any = orjson.loads(text)
        except orjson.JSONDecodeError:
            return text, {}
        return "", {name.strip(): _value(value) for name, value in given.items() if value is not None}
    if _PAIRS.fullmatch(text):
        pairs = (re.split("[:=]", pair, maxsplit=1) for pair in text.split(","))
        return "", {name.strip(): value.strip() for name, value in pairs}
    return text, {}


def _is_in(metric: str, argument: str, value: str) -> bool:
    """Check whether the name of a metric's variant already states an argument."""
    return (
        argument in VARIANT_ARGUMENTS and re.search(rf"[_@]{re.escape(value.casefold())}(?![\d.])", metric) is not None
    )


def _value(value: Any) -> str:
    return value.strip() if isinstance(value, str) else orjson.dumps(value).decode()


def _text(arguments: Mapping[str, str], settings: Mapping[str, str]) -> str:
    """Arguments as one text, without those that repeat a setting."""
    said = {CONFIG: settings.get(CONFIG), SPLIT: settings.get(SPLIT)}.values()
    told = sorted((name, value) for name, value in arguments.items() if value and value not in said)
    return ", ".join(f"{name}: {value}" if name else value for name, value in told)
