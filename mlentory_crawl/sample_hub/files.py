"""The fields that a made-up model's record only has on request: files, storage, children, spaces, widgets."""

from __future__ import annotations

from hashlib import sha1, sha256

from mlentory_crawl.sample_hub.families import Shape
from mlentory_crawl.sample_hub.templates import Json
from mlentory_crawl.sample_hub.texts import WIDGETS

FIELDS = frozenset(
    "siblings usedStorage childrenModelCount spaces widgetData mask_token inference inferenceProviderMapping".split()
)


def seldom_asked(record: Json, shape: Shape, children: dict[str, int]) -> Json:
    """The `FIELDS` that a model has, with their values.

    Args:
        record: the rest of its record.
        shape: the factors that determine its content.
        children: the number of models derived from it, by relation.
    """
    owner, _, name = record["id"].partition("/")
    paths = [".gitattributes"]
    if shape.role != "bare" or "cardData" in record:
        paths.append("README.md")
    if shape.role == "adapter":
        paths += ["adapter_config.json", "adapter_model.safetensors"]
    elif shape.quantization == "GGUF":
        paths += [f"{name}.{bits}.gguf" for bits in ("Q4_K_M", "Q6_K", "Q8_0")]
    elif shape.role != "bare":
        shards = 1 + shape.size // 2_500_000_000
        paths += ["config.json", "tokenizer.json", "tokenizer_config.json"]
        paths += (
            ["model.safetensors"]
            if shards == 1
            else [f"model-{i + 1:05}-of-{shards:05}.safetensors" for i in range(shards)]
        )
    fields: Json = {
        "siblings": [{"rfilename": path} for path in paths],
        "usedStorage": 0 if shape.role == "bare" else shape.size * 2,
        "childrenModelCount": children,
        "spaces": [],
    }
    if shape.role in ("base", "instruct"):
        fields |= {
            "spaces": [f"{owner}/{name}-demo"],
            "widgetData": WIDGETS[len(name) % len(WIDGETS)],
            "inference": "warm",
            "inferenceProviderMapping": [{"provider": "harbor-inference", "status": "live", "task": shape.kind.task}],
        }
    if shape.kind.task == "fill-mask":
        fields["mask_token"] = "<mask>"
    return fields


def with_blobs(record: Json) -> Json:
    """The record with sizes and hashes of its files, as with ``blobs=true``."""
    return record | {
        "siblings": [_blob(str(record["id"]), sibling["rfilename"]) for sibling in record.get("siblings", [])]
    }


def _blob(id: str, path: str) -> Json:
    name = f"{id}/{path}".encode()
    large = path.endswith((".safetensors", ".gguf", ".bin", ".onnx"))
    size = int.from_bytes(sha1(name).digest()[: 4 if large else 2])
    blob = {"rfilename": path, "blobId": sha1(name).hexdigest(), "size": size}
    return blob | {"lfs": {"sha256": sha256(name).hexdigest(), "size": size, "pointerSize": 135}} if large else blob
