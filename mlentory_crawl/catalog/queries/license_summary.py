"""Licenses of many models at once: how many are under each, and which do not go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fair4ml.describe.licensing import NOT_NAMED
from fair4ml.normalize.license_compatibility import conflict
from fair4ml.platforms import precedence
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import among, array, elements

Licenses = Mapping[str, Mapping[str, str]]
"""IRI and name of each license, by the IRI of the model."""


@dataclass(frozen=True, slots=True)
class LicenseConflict:
    """Two incompatible licenses, of a model and of one from which it derives.

    Attributes:
        child, parent: the IRIs of the models.
        original: the name of the parent's license.
        derived: the name of the child's license.
        rule: the name of the rule that they violate.
        why: the text of the rule.
        source: the address at which the rule is written.
    """

    child: str
    parent: str
    original: str
    derived: str
    rule: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class LicenseCount:
    """The number of models under a license.

    Attributes:
        license, name: the IRI and the name of the license.
        models: the number of models under it; one with several licenses counts under each.
        conflicts: the number of derivations in which it does not go together with the license of the original.
    """

    license: str
    name: str
    models: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class LicenseSummary:
    """The licenses of models.

    Attributes:
        models: the number of models.
        licenses: the models under each license that has a name, the most frequent license first.
        not_named: the number of models whose records state a license without saying which one.
        none_stated: the number of models whose records state no license.
        named_only: the number of models that no record describes.
        conflicts: the number of pairs of licenses that do not go together.
        inheriting: the number of models that inherit a conflict from further up.
        unjudged: the number of models that may inherit one, through a model without a license that has a name.
    """

    models: int = 0
    licenses: list[LicenseCount] = field(default_factory=list)
    not_named: int = 0
    none_stated: int = 0
    named_only: int = 0
    conflicts: int = 0
    inheriting: int = 0
    unjudged: int = 0


def licenses(reader: CatalogReader, iris: Iterable[str]) -> Licenses:
    """Return the licenses of models or datasets, without reading their records.

    As in the merged state of an entity, licenses from second-hand records only count if no other record states any,
    and those from records that are gone only if no other record describes it.
    """
    rows = reader._execute(
        f"""SELECT s.iri, t.iri, coalesce(t.name, t.iri), r.platform || '/' || r.kind
            FROM {elements("iris")} AS j JOIN entity AS s ON s.iri = j.value
            JOIN edge AS e ON e.source = s.id AND e.type = 'LICENSE'
            JOIN entity AS t ON t.id = e.target JOIN record AS r ON r.id = e.record
            WHERE r.deleted_at IS NULL
                  OR NOT EXISTS (SELECT 1 FROM record AS o WHERE o.iri = s.iri AND o.deleted_at IS NULL)
            ORDER BY 1, 3, 2""",
        {"iris": array(reader.also_called(iris))},
    ).fetchall()
    now = reader.resolve_all(iri for iri, *_ in rows)
    second_hand = precedence().second_hand("license")
    known_better = {now[iri] for iri, _, _, source in rows if source not in second_hand}
    found: dict[str, dict[str, str]] = {}
    for iri, license, name, source in rows:
        if now[iri] not in known_better or source not in second_hand:
            found.setdefault(now[iri], {})[license] = name
    return found


def conflicts(pairs: Iterable[tuple[str, str]], known: Licenses) -> list[LicenseConflict]:
    """Return the licenses that do not go together, as far as rules are known; one that is not named is not judged.

    Args:
        pairs: models, each with one from which it derives.
        known: the licenses of the models.
    """
    return [
        LicenseConflict(child, parent, original_name, derived_name, rule.rule, rule.why, rule.source)
        for child, parent in pairs
        for original, original_name in known.get(parent, {}).items()
        for derived, derived_name in known.get(child, {}).items()
        if derived_name != NOT_NAMED and (rule := conflict(original, derived)) is not None
    ]


def summary(
    reader: CatalogReader, iris: Sequence[str], found: Sequence[LicenseConflict], known: Licenses
) -> LicenseSummary:
    """Count models by license.

    Args:
        reader: the catalog.
        iris: the models.
        found: the conflicts of their licenses.
        known: their licenses.
    """
    names = {license: name for iri in iris for license, name in known.get(iri, {}).items() if name != NOT_NAMED}
    counts = Counter(license for iri in iris for license in known.get(iri, {}) if license in names)
    derived = Counter(each.derived for each in found)
    rows = reader._execute(f"SELECT DISTINCT iri FROM record WHERE iri IN {among('iris')}", {"iris": array(iris)})
    described = {iri for (iri,) in rows}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], names[item[0]], item[0]))
    return LicenseSummary(
        models=len(iris),
        licenses=[LicenseCount(each, names[each], count, derived[names[each]]) for each, count in ordered],
        not_named=sum(NOT_NAMED in known.get(iri, {}).values() for iri in iris),
        none_stated=sum(iri in described and iri not in known for iri in iris),
        named_only=sum(iri not in described and iri not in known for iri in iris),
        conflicts=len(found),
    )
