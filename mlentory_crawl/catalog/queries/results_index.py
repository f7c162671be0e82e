"""The datasets on which models were evaluated."""

from __future__ import annotations

from dataclasses import dataclass

from mlentory_crawl.catalog.reader import CatalogReader


@dataclass(frozen=True, slots=True)
class EvaluatedDataset:
    """A dataset on which models were evaluated.

    Attributes:
        iri, name: the dataset.
        evaluations: the number of evaluations on it.
        models: the number of models that were evaluated on it.
    """

    iri: str
    name: str
    evaluations: int
    models: int


def evaluated_index(reader: CatalogReader) -> list[EvaluatedDataset]:
    """Return the datasets on which models were evaluated, the one with most evaluations first; parts are left out."""
    rows = reader._execute(
        """SELECT d.iri, coalesce(d.name, d.iri), count(DISTINCT e.source), count(DISTINCT m.target)
           FROM entity AS d JOIN edge AS e ON e.target = d.id AND e.type = 'EVALUATION_DATASET'
           LEFT JOIN edge AS m ON m.source = e.source AND m.type = 'EVALUATED_ML_MODEL'
           WHERE d.class = 'Dataset' AND instr(d.iri, '#') = 0
           GROUP BY d.id ORDER BY 3 DESC, 2, 1"""
    )
    return [EvaluatedDataset(*row) for row in rows]
