"""Models and datasets of the Hugging Face Hub that records of any platform name where an id is expected.

A label is not an id: a Hub repository has an owner, or is on a closed list of those without. Names of files, folders
and environments are not ids either, though they may look like one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fair4ml.describe.draft import Draft
from fair4ml.entities import Stub
from fair4ml.hub_datasets import MOVED, WITHOUT_OWNER
from fair4ml.identifiers import hugging_face_dataset, hugging_face_model, hugging_face_path, is_repo_id

# Closed: the Hub no longer gives out names without an owner; any other single word is an owner or not a name at all.
_MODELS_WITHOUT_OWNER = frozenset(
    """
    albert-base-v1 albert-base-v2 albert-large-v1 albert-large-v2 albert-xlarge-v1 albert-xlarge-v2 albert-xxlarge-v1
    albert-xxlarge-v2 bert-base-cased bert-base-cased-finetuned-mrpc bert-base-chinese bert-base-german-cased
    bert-base-german-dbmdz-cased bert-base-german-dbmdz-uncased bert-base-multilingual-cased
    bert-base-multilingual-uncased bert-base-uncased bert-large-cased bert-large-cased-whole-word-masking
    bert-large-cased-whole-word-masking-finetuned-squad bert-large-uncased bert-large-uncased-whole-word-masking
    bert-large-uncased-whole-word-masking-finetuned-squad camembert-base ctrl distilbert-base-cased
    distilbert-base-cased-distilled-squad distilbert-base-german-cased distilbert-base-multilingual-cased
    distilbert-base-uncased distilbert-base-uncased-distilled-squad distilbert-base-uncased-finetuned-sst-2-english
    distilgpt2 distilroberta-base gpt2 gpt2-large gpt2-medium gpt2-xl openai-gpt roberta-base
    roberta-base-openai-detector roberta-large roberta-large-mnli roberta-large-openai-detector t5-11b t5-3b t5-base
    t5-large t5-small transfo-xl-wt103 xlm-clm-ende-1024 xlm-clm-enfr-1024 xlm-mlm-100-1280 xlm-mlm-17-1280
    xlm-mlm-en-2048 xlm-mlm-ende-1024 xlm-mlm-enfr-1024 xlm-mlm-enro-1024 xlm-mlm-tlm-xnli15-1024 xlm-mlm-xnli15-1024
    xlm-roberta-base xlm-roberta-large xlm-roberta-large-finetuned-conll02-dutch
    xlm-roberta-large-finetuned-conll02-spanish xlm-roberta-large-finetuned-conll03-english
    xlm-roberta-large-finetuned-conll03-german xlnet-base-cased xlnet-large-cased
    """.split()
)

_LOADERS = frozenset(
    "arrow audiofolder csv generator imagefolder json pandas parquet text videofolder webdataset xml".split()
)
"""The datasets library's loaders of files and code: taken for a name, each would make all such datasets one."""
_PLACEHOLDERS = frozenset(
    {
        "[more information needed]",
        "array of dataset identifiers",
        "confidential",
        "custom",
        "custom dataset",
        "custom_dataset",
        "dataset name",
        "dataset_name",
        "in-house",
        "internal",
        "more information needed",
        "my_dataset",
        "n/a",
        "na",
        "none",
        "not specified",
        "null",
        "other",
        "placeholder",
        "private",
        "proprietary",
        "tba",
        "tbd",
        "to be added",
        "to do",
        "todo",
        "undefined",
        "undisclosed",
        "unknown",
        "unspecified",
        "xxx",
        "your_dataset",
    }
)

_MARKDOWN_LINK = re.compile(r"\[[^\[\]]+\]\((?P<address>[^\s()<>\"{}|\\^`]+)\)")
_AT_REVISION = re.compile(r"(?P<id>[^@\s]+)@[\w./-]+", re.ASCII)
_PAGES = frozenset({"blob", "commit", "commits", "discussions", "raw", "resolve", "tree", "viewer"})
# Closed: the folders that programs write to and that examples read from.
_FOLDERS = frozenset(
    """
    adapters artifacts cache checkpoint checkpoints ckpt ckpts content data dataset downloads drive eval exp
    experiments home input inputs local logs mnt opt out output outputs processed raw results root runs
    saved_model saved_models src temp test tests tmp train trained_models training val valid validation weights
    workspace
    """.split()
)
_NAMESPACES = frozenset({"ALE", "phys2d", "tabular"})
"""The part before the slash in the names of Gymnasium's environments."""
_STAND_IN = re.compile(r"(?:hf[_-]?)?(?:user|org)[_-]?name|your[_-].+|your(?:user|org)?name", re.IGNORECASE)
_CHECKPOINT = re.compile(r"(?:checkpoint|ckpt|global_step)[_-]?\d+", re.IGNORECASE | re.ASCII)
_FILE = re.compile(
    r".+\.(?:7z|arrow|avro|bin|bz2|ckpt|csv|db|feather|gguf|ggml|gz|h5|hdf5|ipynb|json|jsonl|jsonlines|md|ndjson|npy|npz"
    r"|onnx|orc|parquet|pdf|pickle|pkl|pt|pth|py|rar|safetensors|sqlite|tar|tfrecord|tgz|tsv|txt|xlsx?|xml|ya?ml|zip|zst)",
    re.IGNORECASE,
)
_ENVIRONMENT = re.compile(r".+-v\d+", re.ASCII)


def is_placeholder(text: str) -> bool:
    """Check whether a text only fills the place of a dataset's name."""
    return text.strip().casefold() in _PLACEHOLDERS or text.strip() in _LOADERS


@lru_cache(maxsize=65_536)
def dataset_id(text: str) -> str | None:
    """The current id of the dataset that an id, or a link to one on the Hub, means; None if a text means none."""
    id = _meant(text, "datasets/")
    if "/" not in id:
        return MOVED.get(id, id) if id in WITHOUT_OWNER else None
    return id if _has_owner(id) else None


@lru_cache(maxsize=65_536)
def model_id(text: str) -> tuple[str | None, str]:
    """The id of the model that an id or a link means, or None, and a key that all its spellings share."""
    id = _meant(text)
    return id if id in _MODELS_WITHOUT_OWNER or _has_owner(id) else None, id.casefold()


@lru_cache(maxsize=65_536)
def dataset_stub(id: str) -> Stub:
    """The stub of a dataset on the Hub, by its id."""
    return Stub(hugging_face_dataset(id), "Dataset", id)


@lru_cache(maxsize=65_536)
def model_stub(id: str) -> Stub:
    """The stub of a model on the Hub, by its id."""
    return Stub(hugging_face_model(id), "MLModel", id)


def hub_dataset(draft: Draft, text: str) -> str | None:
    """The IRI of the dataset on the Hub that an id or a link means, or None if it means none."""
    id = dataset_id(text)
    return None if id is None else draft.stub(dataset_stub(id))


def hub_model(draft: Draft, text: str) -> str | None:
    """The IRI of the model on the Hub that an id or a link means, or None if it means none."""
    id, _ = model_id(text)
    return None if id is None else draft.stub(model_stub(id))


def is_environment(name: str) -> bool:
    """Check whether a name looks like that of a reinforcement learning environment, such as ``ALE/Pong-v5``.

    Datasets have such names, too: only the task can tell them apart.
    """
    return _ENVIRONMENT.fullmatch(name.strip()) is not None


def _has_owner(id: str) -> bool:
    owner, slash, name = id.partition("/")
    return (
        bool(slash)
        and is_repo_id(id)
        and not is_placeholder(id)
        and "." not in owner  # it is a host
        and owner not in _NAMESPACES
        and owner.casefold() not in _FOLDERS
        and not any(form.fullmatch(text) for form, text in ((_STAND_IN, owner), (_CHECKPOINT, name), (_FILE, name)))
    )


def _meant(text: str, collection: str = "") -> str:
    """The part of a text that may be an id: the repository in the address of a Hub page, else the text itself."""
    text = text.strip()
    link = _MARKDOWN_LINK.fullmatch(text)
    text = link["address"] if link else text
    path = hugging_face_path(text)
    if path is None:
        revision = _AT_REVISION.fullmatch(text)
        return revision["id"] if revision else text
    if not path.startswith(collection):
        return text
    steps = path.removeprefix(collection).rstrip("/").split("/")
    return steps[0] if len(steps) == 1 or steps[1] in _PAGES else "/".join(steps[:2])
