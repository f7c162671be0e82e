"""The number of parameters of a model on the Hugging Face Hub, as far as its weight files show.

The Hub counts the elements of tensors. Those are parameters where the weights are floating-point numbers; integers hold
several weights each (GPTQ, AWQ, MLX, bitsandbytes), or no weights at all (positions, masks).
"""

from __future__ import annotations

import re

from fair4ml.describe.draft import Draft
from fair4ml.platforms.huggingface.source import ModelInfo, Quantization

_INTEGER = re.compile(r"[IU](?P<bits>\d{1,3})|BOOL", re.ASCII)
_WIDEST_PACKED = 32
"""The bits of the widest integers that formats pack weights into; wider ones are positions and counters."""
_ONE_EACH = "fp8"
"""The part of the names of those methods whose elements are the weights."""
_TRIFLE = 0.01
"""The share of integers up to which they are positions and the like beside the weights."""
_LIMIT = 2**63


def parameter_counts(draft: Draft, source: ModelInfo) -> list[str]:
    """The total and the counts by type of number; packed weights have no total, and the types count elements."""
    weights = source.safetensors
    by_type = (weights.parameters or {}) if weights is not None else {}
    packed = _are_packed(source, by_type)
    if packed:
        draft.issue("safetensors.parameters", "counts packed elements, not parameters")
    total = None if packed else _total(draft, source, by_type)
    if total is None and source.gguf is not None:
        total = source.gguf.total
    of, unit = ("elementCount", "elements") if packed else ("parameterCount", "parameters")
    values = [] if total is None else [draft.value("parameterCount", total, unit="parameters")]
    return values + [draft.value(of, count, unit=unit, name=type) for type, count in by_type.items()]


def _total(draft: Draft, source: ModelInfo, by_type: dict[str, int]) -> int | None:
    stated = source.safetensors.total if source.safetensors is not None else None
    counted = sum(by_type.values())
    if not counted:
        quantization = _quantization(source)
        if stated is not None and quantization is not None and _ONE_EACH not in (quantization.quant_method or ""):
            draft.issue("safetensors.total", "may count packed elements, not parameters")
            return None
        return stated
    if stated not in (None, counted):
        draft.issue("safetensors.total", "differs from the sum of the counts by data type")
    return counted if counted < _LIMIT else None


def _are_packed(source: ModelInfo, by_type: dict[str, int]) -> bool:
    integers = 0
    for name, count in by_type.items():
        match = _INTEGER.fullmatch(name.strip().upper())
        if match is None or not count or _is_one_weight_each(source, match[0]):
            continue
        if _quantization(source) is not None and int(match["bits"] or 64) <= _WIDEST_PACKED:
            return True
        integers += count
    return integers > _TRIFLE * sum(by_type.values())


def _is_one_weight_each(source: ModelInfo, integer: str) -> bool:
    """Check whether an integer holds a single weight: it is as wide as a weight, or a plain signed byte."""
    quantization = _quantization(source)
    if quantization is None:
        return integer == "I8"
    return quantization.bits is not None and integer in (f"I{quantization.bits}", f"U{quantization.bits}")


def _quantization(source: ModelInfo) -> Quantization | None:
    return source.config.quantization_config if source.config is not None else None
