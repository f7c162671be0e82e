"""The subject of a text: the one entity among those that it links to which its title names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fair4ml.entities import Stub

SUBJECTS = frozenset({"MLModel", "Dataset", "SoftwareSourceCode"})
"""The classes of entities with names that titles spell."""
_TOKEN = re.compile(r"[^\W_]+")
_SHORTEST = 4
"""The letters and digits that a name needs: shorter ones stand for too much else."""


def subject(title: str | None, mentioned: Iterable[Stub]) -> Stub | None:
    """The entity that a title names, or None if it names none of them, or several.

    A title names an entity if it has all words of its id, or of its name without the owner, one after the other. A name
    that is a single word must have a digit in it: titles with "transformers" or "squad" mean other things as well.
    ``Llama-3-8B-Instruct`` wins over ``Llama-3-8B``, whose words are among its own.

    Args:
        title: the title of the text.
        mentioned: the entities that the text links to.
    """
    words = _words(title or "")
    found: dict[tuple[str, ...], list[Stub]] = {}
    for stub in mentioned:
        if stub.cls in SUBJECTS:
            named = next((name for name in _names(stub) if _has(words, name)), None)
            if named is not None:
                found.setdefault(named, []).append(stub)
    longest = [name for name in found if not any(name != other and _has(other, name) for other in found)]
    return found[longest[0]][0] if len(longest) == 1 and len(found[longest[0]]) == 1 else None


def _names(stub: Stub) -> Iterable[tuple[str, ...]]:
    """The words of an entity's id, and those of its name, if they stand for nothing else."""
    owner, slash, name = (stub.name or "").rpartition("/")
    if slash:
        yield _words(f"{owner} {name}")
    words = _words(name)
    text = "".join(words)
    is_spelled = any(map(str.isalpha, text)) and (len(words) > 1 or any(map(str.isdigit, text)))
    if is_spelled and len(text) >= _SHORTEST:
        yield words


def _words(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text.casefold()))


def _has(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Check whether some words have others among them, one after the other."""
    return any(words[start : start + len(name)] == name for start in range(len(words) - len(name) + 1))
