"""The types of the values of an entity class's properties, from the annotations of its fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from fair4ml.entities import CLASSES, Moment, properties


@dataclass(frozen=True, slots=True)
class ValueType:
    """The type of the values of one property.

    Attributes:
        types: the possible Python types of a value.
        many: whether documents hold a list of them.
    """

    types: frozenset[type]
    many: bool

    @property
    def is_date(self) -> bool:
        """True if the values are dates or times, which documents hold as text."""
        return date in self.types

    @property
    def is_number(self) -> bool:
        """True if all values are numbers."""
        return self.types <= {int, float}


def date_or_time(text: str) -> Moment:
    """The date or the time, whichever it is, that documents hold as text."""
    return date.fromisoformat(text) if len(text) == len("YYYY-MM-DD") else datetime.fromisoformat(text)


def _leaves(annotation: Any) -> Iterator[type]:
    if get_origin(annotation) is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif get_args(annotation):
        for argument in get_args(annotation):
            yield from _leaves(argument)
    elif annotation is not NoneType:
        yield annotation


@cache
def value_types(class_name: str) -> dict[str, ValueType]:
    """The value type of each property of an entity class, by the name under which documents hold it.

    Raises:
        KeyError: no class of entity has that name.
    """
    declared = properties(class_name)
    return {
        field.alias: ValueType(frozenset(_leaves(field.annotation)), get_origin(field.annotation) is list)
        for field in CLASSES[class_name].model_fields.values()
        if field.alias in declared
    }
