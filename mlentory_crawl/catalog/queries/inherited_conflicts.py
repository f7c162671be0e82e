"""License conflicts that models inherit: with a license further up, through a model that is in conflict with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, field

from fair4ml.describe.licensing import NOT_NAMED
from fair4ml.normalize.license_compatibility import conflict, has_rules
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict, Licenses


@dataclass(slots=True)
class Inherited:
    """Conflicts that models inherit.

    Attributes:
        conflicts: each model with an ancestor whose license its own does not go together with, although every model
            between them is in conflict with that license itself; one that goes together with it ends the search.
        unjudged: the models of which this cannot be told, as a model between them and the ancestor has no license that
            has a name.
    """

    conflicts: list[LicenseConflict] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)


def inherited(pairs: Iterable[tuple[str, str]], known: Licenses) -> Inherited:
    """Find the conflicts that models inherit.

    Args:
        pairs: models, each with one from which it derives.
        known: the licenses of the models.
    """
    children: dict[str, dict[str, None]] = {}
    for child, parent in pairs:
        children.setdefault(parent, {})[child] = None
    everyone = {*children, *(child for of in children.values() for child in of)}
    named = {
        iri: {license: name for license, name in known.get(iri, {}).items() if name != NOT_NAMED} for iri in everyone
    }
    unnamed = {iri for iri, licenses in named.items() if not licenses}
    ruled = {license for licenses in named.values() for license in licenses if has_rules(license)}
    against = {
        license: {iri for iri, licenses in named.items() if any(conflict(license, each) for each in licenses)}
        for license in ruled
    }
    found, unjudged = Inherited(), dict[str, None]()
    for ancestor in children:
        for license, name in named[ancestor].items():
            if license not in ruled:
                continue
            violating = against[license]
            told = _further_down(ancestor, children, violating)
            found.conflicts += [
                LicenseConflict(iri, ancestor, name, its_name, rule.rule, rule.why, rule.source)
                for iri in told
                for each, its_name in named[iri].items()
                if (rule := conflict(license, each)) is not None
            ]
            possible = _further_down(ancestor, children, violating | unnamed)
            unjudged |= dict.fromkeys(iri for iri in possible if iri not in told and iri in violating)
    judged = {each.child for each in found.conflicts}
    found.unjudged = [iri for iri in unjudged if iri not in judged]
    return found


def _further_down(
    ancestor: str, children: Mapping[str, Mapping[str, None]], leading_on: AbstractSet[str]
) -> dict[str, None]:
    """Return what derives from a model in two or more steps, through models that lead on."""
    direct = children[ancestor]
    reached: dict[str, None] = {}
    waiting = [iri for iri in direct if iri in leading_on]
    passed = {ancestor, *waiting}
    while waiting:
        for iri in children.get(waiting.pop(), ()):
            if iri != ancestor and iri not in direct:
                reached[iri] = None
            if iri not in passed and iri in leading_on:
                passed.add(iri)
                waiting.append(iri)
    return reached
