"""The platforms, one folder each: what each sends, what that means, and which entities its addresses lead to.

No code outside a platform's folder knows the names of its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, singledispatch
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from pkgutil import iter_modules
from typing import Any
from urllib.parse import urlsplit

from fair4ml.describe.about import About
from fair4ml.describe.queues import Queue
from fair4ml.describe.source_record import SourceRecord
from fair4ml.entities import Description, Stub
from fair4ml.identifiers import doi, orcid
from fair4ml.merge import Precedence


@cache
def platforms() -> tuple[str, ...]:
    """The keys of all platforms, in their order."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if module.ispkg))


@cache
def kinds(platform: str) -> tuple[str, ...]:
    """The kinds of records that a platform has.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    return tuple(import_module(f"{__name__}.{platform}.source").KINDS)


@cache
def descriptions(platform: str) -> Mapping[str, str]:
    """The kinds of records that a platform has, each with a sentence on what it is.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    models: Mapping[str, type[SourceRecord]] = import_module(f"{__name__}.{platform}.source").KINDS
    return {kind: (model.__doc__ or "").partition("\n")[0].replace("``", "`") for kind, model in models.items()}


@cache
def census_kinds(platform: str) -> tuple[str, ...]:
    """The kinds of records that a census lists completely; its package declares them as ``CENSUS_KINDS``.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    return tuple(getattr(import_module(f"{__name__}.{platform}"), "CENSUS_KINDS", ()))


@cache
def look_ups(platform: str) -> Mapping[str, tuple[str, ...]]:
    """The look-ups of what records name and the catalog lacks, in their order, with the kinds of records of each.

    A platform's package declares them as ``LOOK_UPS``. They are the words of ``enrich=`` in a crawl with
    ``mode=enrich``.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    declared: Mapping[str, tuple[str, ...]] = getattr(import_module(f"{__name__}.{platform}"), "LOOK_UPS", {})
    return declared


@cache
def title(platform: str) -> str:
    """The name of a platform for people; its package declares it as ``TITLE`` where it is not the key."""
    return getattr(import_module(f"{__name__}.{platform}"), "TITLE", platform) if platform in platforms() else platform


@cache
def no_card(platform: str) -> bytes:
    """The text that a platform answers where a model has no card; its package declares it as ``NO_CARD``.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    return bytes(getattr(import_module(f"{__name__}.{platform}"), "NO_CARD", b""))


@cache
def lists_apart(platform: str) -> bool:
    """Check whether a crawl can be told which of the kinds to list (``-a kinds=``); declared as ``LISTS_APART``.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    return getattr(import_module(f"{__name__}.{platform}"), "LISTS_APART", False)


@cache
def queues(platform: str) -> Mapping[str, Queue]:
    """The queues of the look-ups that bring a platform's own records, as its package declares them (``QUEUES``).

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    declared: Mapping[str, Queue] = getattr(import_module(f"{__name__}.{platform}"), "QUEUES", {})
    return declared


@cache
def hosts(platform: str) -> frozenset[str]:
    """The hosts of a platform's pages; empty for a platform that runs wherever its users install it.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    found: frozenset[str] = _addresses(platform).HOSTS
    return found


def entity_at(platform: str, url: str, payload: Any = None) -> About | None:
    """The entity that an address of a platform's API, or an object in its response, is about.

    Args:
        platform: the platform of the API.
        url: the requested address, whatever the endpoint.
        payload: an object anywhere in the response; None to use the address alone.

    Returns:
        None if they identify no entity, or if the platform's responses cannot be told apart (`knows_answers`).

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    answered = _answered(platform)
    return None if answered is None else answered(url, payload)


def knows_answers(platform: str) -> bool:
    """Check whether `entity_at` can identify the entities in the platform's responses."""
    return _answered(platform) is not None


@cache
def _answered(platform: str) -> Callable[[str, Any], About | None] | None:
    return getattr(_addresses(platform), "entity_at", None)


def prefixes_of_aliases(class_name: str, iri: str) -> tuple[str, ...]:
    """The beginnings of further IRIs of an entity that its record may give (``sameAs``); empty for most entities.

    A platform declares them beside its addresses as ``ALIASES``: from a class, or the beginning of entities' IRIs, to
    the beginning of the further IRIs of such entities.

    Args:
        class_name: the entity's class.
        iri: the IRI under which a record describes it.
    """
    return tuple(further for of, further in _aliases() if of == class_name or iri.startswith(of))


@cache
def _aliases() -> tuple[tuple[str, str], ...]:
    declared = (getattr(_addresses(platform), "ALIASES", {}) for platform in platforms())
    return (("ScholarlyArticle", "https://doi.org/"), *(pair for each in declared for pair in each.items()))


@cache
def example() -> str:
    """The platform that messages name as an example; its package declares that with ``IS_EXAMPLE``."""
    return next(name for name in platforms() if hasattr(import_module(f"{__name__}.{name}"), "IS_EXAMPLE"))


@cache
def precedence() -> Precedence:
    """The precedence of the platforms, as each declares it; one that declares nothing comes after the others."""
    declared = {name: f"{__name__}.{name}.precedence" for name in platforms()}
    return Precedence(
        {name: import_module(module).AUTHORITY for name, module in declared.items() if find_spec(module) is not None}
    )


def meant(text: str) -> list[str]:
    """The IRIs that a text may mean, the most likely first.

    Args:
        text: an IRI; the address of a page of an entity, or of one below it; an id (``owner/name``, with ``@revision``
            or without, ``hf:owner/name``, ``f/100``, ``arXiv:2305.18290``, a DOI, an ORCID iD); or a package URL.
    """
    text = text.strip()
    of_platforms = (iri for addresses in _likeliest() for iri in addresses.meant(text))
    found = (text, *of_platforms, doi(text), orcid(text), *_spellings(text))
    return list(dict.fromkeys(iri for iri in found if iri))


@cache
def _likeliest() -> list[Any]:
    """The address modules of the platforms whose entities have names of their own, the most likely first."""
    return sorted((each for each in map(_addresses, platforms()) if hasattr(each, "meant")), key=attrgetter("RANK"))


def named_at(url: str) -> Stub | None:
    """The model, dataset, paper or repository that a page is about; None if it is about none that a platform knows.

    A platform declares it beside its addresses as ``named_at``.
    """
    known = (getattr(_addresses(platform), "named_at", None) for platform in platforms())
    return next((stub for each in known if each is not None and (stub := each(url)) is not None), None)


def _spellings(text: str) -> Iterator[str]:
    """The ways in which IRIs of entities may spell an address."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return
    if parts.scheme in ("http", "https") and "." in host:
        path = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
        for each in (host, f"www.{host}", host.removeprefix("www.")):
            yield f"https://{each}{path}"


def _addresses(platform: str) -> Any:
    return import_module(f"{__name__}.{platform}.addresses")


@cache
def source_model(platform: str, kind: str) -> type[SourceRecord]:
    """The model of what a platform sends for one kind of record; its mapping is registered with `describe`.

    Raises:
        ModuleNotFoundError: there is no such platform.
        KeyError: the platform has no such kind.
    """
    import_module(f"{__name__}.{platform}.mapping")
    kinds: dict[str, type[SourceRecord]] = import_module(f"{__name__}.{platform}.source").KINDS
    return kinds[kind]


@singledispatch
def describe(source: SourceRecord) -> Description:
    """Map a record to its description: an entity, its parts, and the entities that it names.

    The same record always gives the same description. Each platform's ``provenance`` says where the value of each
    property comes from; a description's ``exceptions`` name the values from elsewhere.

    Args:
        source: a record of one of the source models; ``mapping`` maps those of ``source`` beside it, and so on
            (``card_source``, ``card_mapping``).

    Raises:
        TypeError: the platform has no mapping of such records.
    """
    kind = type(source)
    if kind.__module__.startswith(f"{__name__}."):
        _mapping_of(kind)
        mapping = describe.dispatch(kind)
        if mapping is not describe.dispatch(object):
            return mapping(source)
    raise TypeError(f"no mapping for {kind.__module__}.{kind.__qualname__}")


@cache
def declared_sources(platform: str, kind: str) -> Mapping[str, tuple[str, str]]:
    """The fields of a record that give each property, and how; no mapping is loaded for it.

    Raises:
        ModuleNotFoundError: there is no such platform.
        KeyError: the platform has no such kind.
    """
    declared: Mapping[str, tuple[str, str]] = _provenance(platform).PROVENANCE[kind]
    return declared


@cache
def dependencies(platform: str, kind: str) -> Mapping[str, frozenset[str]]:
    """The top-level fields of a kind of record that each property is made from.

    Raises:
        ModuleNotFoundError: there is no such platform.
        KeyError: the platform has no such kind.
    """
    further: Mapping[str, str] = _provenance(platform).FURTHER_SOURCES.get(kind, {})
    return {
        name: frozenset(field.partition(".")[0] for field in f"{field}, {further.get(name, field)}".split(", "))
        for name, (field, _) in declared_sources(platform, kind).items()
    }


def _provenance(platform: str) -> Any:
    return import_module(f"{__name__}.{platform}.provenance")


def _mapping_of(model: type[SourceRecord]) -> Any:
    return import_module(f"{model.__module__.removesuffix('source')}mapping")
