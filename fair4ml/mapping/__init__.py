"""How what a platform sends becomes FAIR4ML: one module a platform; nothing else knows the platform's field names."""

from __future__ import annotations

from functools import singledispatch
from importlib import import_module

from fair4ml import sources
from fair4ml.entities import Description
from fair4ml.sources import SourceRecord


@singledispatch
def describe(source: SourceRecord) -> Description:
    """What a record states about one thing: an entity, its parts, and the things that it names.

    The same record always gives the same description. Each platform's mapping says in ``PROVENANCE`` where the value of
    each property comes from; a description's ``exceptions`` say where it came from elsewhere.

    Args:
        source: a record of ``fair4ml.sources.<platform>``; ``fair4ml.mapping.<platform>`` maps it.

    Raises:
        TypeError: the platform has no mapping of such records.
    """
    kind = type(source)
    package, _, platform = kind.__module__.rpartition(".")
    if package == sources.__name__:
        import_module(f"{__name__}.{platform}")
        mapping = describe.dispatch(kind)
        if mapping is not describe.dispatch(object):
            return mapping(source)
    raise TypeError(f"no mapping of {kind.__module__}.{kind.__qualname__}")
