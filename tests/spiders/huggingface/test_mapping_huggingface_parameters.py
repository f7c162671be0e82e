"""Counts of parameters: the total, by type of number, and what is no count of parameters."""

from __future__ import annotations

from typing import Any

import pytest

from fair4ml.describe.source_record import parse
from fair4ml.entities import PropertyValue
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.source import ModelInfo

Counts = dict[tuple[str, str | None], int]


def counted(**record: Any) -> tuple[Counts, list[str]]:
    """Each count by property and type of number, and the fields with an issue."""
    description = describe(parse(ModelInfo, {"id": "ada-labs/tiny", **record})[0])
    values = [part for part in description.parts if isinstance(part, PropertyValue)]
    counts = {(part.property_id or "", part.name): part.value for part in values if part.unit_text != "tokens"}
    found = {key: value for key, value in counts.items() if isinstance(value, int) and "quantization" not in key[0]}
    return found, [issue.field for issue in description.issues]


def weights(parameters: dict[str, int], **more: Any) -> dict[str, Any]:
    return {"safetensors": {"parameters": parameters, **more}}


def quantized(**how: Any) -> dict[str, Any]:
    return {"config": {"quantization_config": how}}


def test_the_total_is_the_sum_by_type() -> None:
    stated: Counts = {("parameterCount", "BF16"): 5, ("parameterCount", "F32"): 2}
    assert counted(**weights({"BF16": 5, "F32": 2}, total=7)) == ({("parameterCount", None): 7, **stated}, [])
    assert counted(**weights({"BF16": 5, "F32": 2})) == ({("parameterCount", None): 7, **stated}, [])


@pytest.mark.parametrize("total", [3, 12_345])
def test_a_total_that_contradicts_the_sum_by_type_does_not_hold(total: int) -> None:
    found, issues = counted(**weights({"F16": 600, "F32": 24}, total=total))
    assert found["parameterCount", None] == 624
    assert issues == ["safetensors.total"]


def test_a_total_alone_holds() -> None:
    assert counted(safetensors={"total": 9}) == ({("parameterCount", None): 9}, [])
    assert counted(**weights({}, total=9)) == ({("parameterCount", None): 9}, [])


def test_a_sum_that_no_store_can_hold_is_none() -> None:
    found, _ = counted(**weights({"F16": 2**63 - 1, "F32": 1}))
    assert ("parameterCount", None) not in found


@pytest.mark.parametrize(
    ("parameters", "how"),
    [
        ({"I32": 900, "F16": 1100}, {"quant_method": "gptq", "bits": 4}),
        ({"I32": 900, "F16": 1100}, {"quant_method": "awq", "bits": 4}),
        ({"BF16": 1000, "U32": 8000}, {"bits": 8}),
        ({"F32": 9, "BF16": 1000, "U8": 3500}, {"quant_method": "bitsandbytes"}),
        ({"I16": 300, "F16": 700}, {"quant_method": "aqlm"}),
        ({"I8": 300, "F16": 700}, {"quant_method": "aqlm"}),
        ({"I8": 300, "F16": 700}, {"quant_method": "vptq", "bits": 4}),
        ({"F16": 10_000_000, "I32": 5}, {"quant_method": "compressed-tensors"}),
        ({"i32": 900, "F16": 1100}, {"quant_method": "gptq", "bits": 3}),
    ],
)
def test_elements_of_packed_weights_are_no_parameters(parameters: dict[str, int], how: dict[str, Any]) -> None:
    found, issues = counted(**weights(parameters, total=sum(parameters.values())), **quantized(**how))
    assert found == {("elementCount", name): count for name, count in parameters.items()}
    assert issues == ["safetensors.parameters"]


@pytest.mark.parametrize("parameters", [{"I32": 50, "F16": 50}, {"U8": 2, "F32": 100}, {"BOOL": 20, "F32": 80}])
def test_many_integers_are_no_parameters_even_where_no_quantization_is_stated(parameters: dict[str, int]) -> None:
    found, issues = counted(**weights(parameters, total=sum(parameters.values())))
    assert ("parameterCount", None) not in found
    assert issues == ["safetensors.parameters"]


def test_elements_have_their_own_unit() -> None:
    description = describe(parse(ModelInfo, {"id": "a/b", **weights({"U8": 70, "BF16": 30})})[0])
    units = [part.unit_text for part in description.parts if isinstance(part, PropertyValue)]
    assert units == ["elements", "elements"]


@pytest.mark.parametrize(
    ("parameters", "how"),
    [
        ({"F32": 109_482_240, "I64": 512}, None),
        ({"F16": 262, "I8": 6476}, {"quant_method": "bitsandbytes", "bits": 8}),
        ({"F16": 262, "I8": 6476}, None),
        ({"BF16": 3918, "F8_E4M3": 680_571, "F32": 41}, {"quant_method": "fp8"}),
        ({"BF16": 1000, "I32": 0}, {"quant_method": "gptq", "bits": 4}),
        ({"BF16": 100_000, "I64": 3}, {"quant_method": "fp8"}),
    ],
)
def test_weights_of_one_element_each_have_a_total(parameters: dict[str, int], how: dict[str, Any] | None) -> None:
    found, issues = counted(**weights(parameters), **(quantized(**how) if how else {}))
    assert found["parameterCount", None] == sum(parameters.values())
    assert issues == []


def test_a_total_alone_of_quantized_weights_may_be_of_packed_ones() -> None:
    found, issues = counted(safetensors={"total": 9}, **quantized(quant_method="gptq", bits=4))
    assert (found, issues) == ({}, ["safetensors.total"])
    found, issues = counted(safetensors={"total": 9}, **quantized(quant_method="fbgemm_fp8"))
    assert (found, issues) == ({("parameterCount", None): 9}, [])


def test_a_gguf_file_tells_the_total_where_the_weights_do_not() -> None:
    assert counted(gguf={"total": 42})[0] == {("parameterCount", None): 42}
    assert counted(gguf={"total": 42}, **weights({"I32": 5, "F16": 5}))[0]["parameterCount", None] == 42
    assert counted(gguf={"total": 42}, **weights({"F16": 5}))[0]["parameterCount", None] == 5
