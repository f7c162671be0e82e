"""The ids of made-up models: families of 32, each with a name of its own in the ids of its members."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from mlentory_crawl.sample_hub.families import KINDS, MEMBERS
from mlentory_crawl.sample_hub.words import LABS, NAMES, OWNERS, TOPICS

FAMILIES = len(KINDS)
"""The number of families in a block."""
BLOCK = FAMILIES * len(MEMBERS)
"""The number of models in a block: all first members, then all second ones, and so on, so families overlap in time."""
BLOCKS_KEPT = 1024
"""The number of cached blocks of names, about 200 MB: lists that are not in order of creation jump between blocks."""
MERGED, REVISED, REVISION = 10, 5, 21
"""Special members: one has a second parent in the neighbor family, one has a newer version."""

_STRIDE = 37
_UNSTRIDE = pow(_STRIDE, -1, len(NAMES))
_NUMBERS = {name.lower(): number for number, name in enumerate(NAMES)}
_CHAT_TASKS = {"text-generation", "image-text-to-text"}
_QUANTIZATIONS = {2: "GGUF", 6: "AWQ", 14: "GGUF", 18: "mlx-4bit", 22: "GGUF", 27: "GGUF", 31: "GPTQ-Int4"}


def place(n: int) -> tuple[int, int]:
    """The family of a model, and its member number."""
    block, rest = divmod(n, BLOCK)
    member, family = divmod(rest, FAMILIES)
    return block * FAMILIES + family, member


def number(family: int, member: int) -> int:
    """The model at a place."""
    block, rest = divmod(family, FAMILIES)
    return block * BLOCK + member * FAMILIES + rest


def parents(n: int) -> list[int]:
    """The parents of a model, all of them older."""
    family, member = place(n)
    parent = MEMBERS[member].parent
    if parent is None:
        return []
    return [number(family, parent), number(family ^ 1, 1)] if member == MERGED else [number(family, parent)]


def size(family: int) -> tuple[str, int]:
    """The label and the parameter count of a family."""
    sizes = KINDS[family % FAMILIES].sizes
    return sizes[(family + family // FAMILIES % 2 * 2) % len(sizes)]


def quantization(family: int, member: int) -> str | None:
    """The format of a quantized member, or None."""
    if MEMBERS[member].role != "quantized":
        return None
    return _QUANTIZATIONS[member] if KINDS[family % FAMILIES].task in _CHAT_TASKS else "onnx"


class Names:
    """The ids of made-up models.

    Args:
        seed: another seed assigns the names to other families.
        topics: returns the topics to choose from for models of a task.
    """

    def __init__(self, seed: int, topics: Callable[[str], Sequence[str]] = lambda _: TOPICS) -> None:
        self._seed = seed
        self._topics = topics
        self.block = lru_cache(maxsize=BLOCKS_KEPT)(self._block)

    def id(self, n: int) -> str:
        """``owner/name``: each family has a name of its own, and no two members of a family share owner and suffix."""
        return self.block(n // BLOCK)[n % BLOCK]

    def candidates(self, id: str) -> list[int]:
        """The models of the family that a model with this id, in any case, must belong to."""
        words = id.lower().rpartition("/")[2].split("-")
        for place, word in enumerate(words):
            if word in _NUMBERS:
                version = words[place + 1] if place + 1 < len(words) else ""
                turn = int(version) - 1 if version.isascii() and version.isdecimal() else 0
                family = (_NUMBERS[word] - self._seed) * _UNSTRIDE % len(NAMES) + turn * len(NAMES)
                return [number(family, member) for member in range(len(MEMBERS))]
        return []

    def _block(self, block: int) -> list[str]:
        families = [self._family(block * FAMILIES + family) for family in range(FAMILIES)]
        return [ids[member] for member in range(len(MEMBERS)) for ids in families]

    def _word(self, family: int) -> str:
        turn, rest = divmod(family, len(NAMES))
        word = NAMES[(rest * _STRIDE + self._seed) % len(NAMES)]
        return f"{word}-{turn + 1}" if turn else word

    def _family(self, family: int) -> list[str]:
        word = self._word(family)
        base = f"{word}-{size(family)[0]}"
        lab = LABS[family % len(NAMES) % len(LABS)]
        tuned = "Instruct" if KINDS[family % FAMILIES].task in _CHAT_TASKS else "finetuned"
        topics = self._topics(KINDS[family % FAMILIES].task)
        ids: list[str] = []
        for member, (role, parent) in enumerate((member.role, member.parent) for member in MEMBERS):
            # No two members of a family have the same owner because the number of owners is prime.
            owner = OWNERS[(family * 29 + member * 17) % len(OWNERS)]
            topic = topics[(family + member) % len(topics)]
            match role:
                case "base":
                    id = f"{lab}/{base}"
                case "instruct":
                    id = f"{lab}/{base}-{tuned}"
                case "finetune":
                    id = f"{owner}/{base}-{topic}"
                case "adapter":
                    id = f"{owner}/{base}-{topic}-lora"
                case "quantized":
                    id = f"{owner}/{ids[parent or 0].partition('/')[2]}-{quantization(family, member)}"
                case "merge":
                    id = f"{owner}/{base}-x-{self._word(family ^ 1)}"
                case "revision":
                    id = f"{ids[REVISED]}-v2"
                case "unlinked":
                    id = f"{owner}/{word.lower()}-{topic}"
                case _:
                    id = f"{owner}/test-{word.lower()}"
            ids.append(id)
        return ids
