"""License conflicts in what models derive from, for many models at once, without reading their records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlentory_crawl.catalog.queries.derivations import derivations
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict, conflicts, licenses
from mlentory_crawl.catalog.reader import CatalogReader

Pair = tuple[str, str]
"""A model, and one from which it derives."""


def conflicts_above(
    reader: CatalogReader, iris: Iterable[str], generations: int, most: int
) -> dict[str, list[LicenseConflict]]:
    """Return the license conflicts on the derivations above models; a model that has none is left out.

    Args:
        reader: the catalog.
        iris: the models.
        generations: the number of generations above each of them.
        most: the maximum number of statements that are read for a generation.
    """
    models = list(iris)
    parents = _parents(reader, models, generations, most)
    pairs = [(child, parent) for child, found in parents.items() for parent in found]
    known = licenses(reader, {iri for pair in pairs for iri in pair})
    by_pair: dict[Pair, list[LicenseConflict]] = {}
    for each in conflicts(pairs, known):
        by_pair.setdefault((each.child, each.parent), []).append(each)
    if not by_pair:
        return {}
    above = {
        iri: [each for pair in _pairs(iri, parents, generations) for each in by_pair.get(pair, ())] for iri in models
    }
    return {iri: found for iri, found in above.items() if found}


def _parents(reader: CatalogReader, models: Iterable[str], generations: int, most: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    wanted = set(models)
    for _ in range(generations):
        if not wanted:
            break
        steps = derivations(reader, sorted(wanted), up=True, most=most)
        found |= {iri: set() for iri in wanted}
        for step in steps:
            found.setdefault(step.child, set()).add(step.parent)
        wanted = {step.parent for step in steps} - found.keys()
    return found


def _pairs(iri: str, parents: Mapping[str, set[str]], generations: int) -> list[Pair]:
    """Return the derivations above a model, nearest first."""
    found: dict[Pair, None] = {}
    level = {iri}
    for _ in range(generations):
        pairs = [(child, parent) for child in sorted(level) for parent in sorted(parents.get(child, ()))]
        found |= dict.fromkeys(pairs)
        level = {parent for _, parent in pairs}
    return list(found)
