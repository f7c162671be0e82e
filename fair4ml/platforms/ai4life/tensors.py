"""Inputs and outputs of a model of the BioImage Model Zoo, as values: no vocabulary has tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fair4ml.describe.draft import Draft
from fair4ml.platforms.ai4life.manifest import Axis, Shape, Size, Tensor


def tensors(draft: Draft, place: str, given: Iterable[Tensor | None]) -> list[str]:
    """Values for axes, shape, type of numbers and processing of each tensor.

    Args:
        draft: gets the values.
        place: ``inputs`` or ``outputs``.
        given: the tensors.
    """
    values = []
    for position, tensor in enumerate(given):
        if tensor is not None:
            name = tensor.name or str(position)
            values += [draft.value(f"{place}.{what}", text, name=name) for what, text in _facts(tensor) if text]
    return values


def _facts(tensor: Tensor) -> Iterator[tuple[str, str]]:
    axes = [axis for axis in tensor.axes if axis is not None]
    yield "axes", ", ".join(_axis(axis) for axis in axes)
    shape = _shape(tensor.shape) if tensor.shape is not None else ", ".join(map(_size, axes)) if _sized(axes) else ""
    yield "shape", shape
    yield "data_type", tensor.data_type or ", ".join(data.type for data in tensor.data if data and data.type)
    for what in ("preprocessing", "postprocessing"):
        yield what, ", ".join(step.name for step in getattr(tensor, what) if step and step.name)


def _axis(axis: Axis) -> str:
    # Formats from 0.5 on take the type for the id of an axis that has none.
    name = axis.id or ("x" if axis.type == "space" else axis.type) or "?"
    return f"{name} ({axis.unit})" if axis.unit else name


def _sized(axes: list[Axis]) -> bool:
    return any(axis.size is not None or axis.channel_names for axis in axes)


def _size(axis: Axis) -> str:
    size = axis.size
    if isinstance(size, Size):
        if size.tensor_id or size.axis_id:
            name = ".".join(part for part in (size.tensor_id, size.axis_id) if part)
            return f"{name}{size.offset:+}" if size.offset else name
        return _stepped(size.min, size.step)
    if size is not None:
        return str(size)
    return str(len(axis.channel_names)) if axis.channel_names else "any"


def _stepped(least: int | None, step: int | None) -> str:
    return f"{least or 0}+{step}n" if step else "any" if least is None else str(least)


def _shape(shape: Shape) -> str:
    if shape.sizes:
        return ", ".join(map(str, shape.sizes))
    if shape.min:
        steps = [*(shape.step or []), *[0] * len(shape.min)]
        return ", ".join(_stepped(least, step) for least, step in zip(shape.min, steps, strict=False))
    if shape.reference_tensor and shape.scale:
        scale = ", ".join("new" if factor is None else f"{factor:g}" for factor in shape.scale)
        offset = ", ".join(f"{2 * half:g}" for half in shape.offset or [])
        return f"{shape.reference_tensor} times {scale}" + (f", and {offset} more" if any(shape.offset or []) else "")
    return ""
