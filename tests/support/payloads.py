"""What might come instead of a record of a model: known names, values of all kinds in all places."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from fair4ml.describe.source_record import SourceObject
from fair4ml.platforms import huggingface
from fair4ml.platforms.huggingface import source  # noqa: F401  defines the types of all kinds


def _subclasses(of: type[SourceObject]) -> Iterator[type[SourceObject]]:
    for subclass in of.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


OBJECTS = [each for each in _subclasses(SourceObject) if each.__module__.startswith(f"{huggingface.__name__}.")]

KNOWN = sorted({info.alias or name for cls in OBJECTS for name, info in cls.model_fields.items()})
"""The names that the source's types know, on any level."""

TELLING = [
    "no",
    "other",
    "owner/name",
    "https://huggingface.co/datasets/a/b",
    "https://example.org/",
    "test",
    "wer",
    "license:mit",
    "license:odd one",
    "dataset:some prose",
    "base_model:quantized:a/b",
    "arxiv:2301.00001",
    "doi:10.1/x",
    "2024-01-02T03:04:05.000Z",
    "2024-01-02",
    "12.50",
]
"""Texts that mean something somewhere."""

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=12),  # lone surrogates too
    st.sampled_from(TELLING),
)

JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=25,
)
"""Any value that JSON can hold."""

PAYLOADS = st.dictionaries(st.sampled_from(KNOWN), JSON, max_size=12)
"""Any object with names that are looked at."""
