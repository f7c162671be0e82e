"""Names that mean something in a catalog, for examples that work."""

from __future__ import annotations

from dataclasses import dataclass, field

from fair4ml.identifiers import HUGGING_FACE
from mlentory_crawl.catalog.queries.evaluations import evaluated_datasets
from mlentory_crawl.catalog.queries.usage import CLASSES, EDGES, Subject
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import among, array


@dataclass(frozen=True, slots=True)
class Examples:
    """Names that mean something; texts are empty where the catalog has nothing of a kind.

    Attributes:
        model, iri: the id and the IRI of a model on the Hub, of which others derive if there is one.
        several: the IRIs of two entities.
        dataset: the IRI of a dataset with results.
        run: the name of the newest run.
        used: the name of a dataset, a license, a task and an owner that a model uses.
    """

    model: str = ""
    iri: str = ""
    several: list[str] = field(default_factory=list)
    dataset: str = ""
    run: str = ""
    used: dict[Subject, str] = field(default_factory=dict)


def examples(reader: CatalogReader) -> Examples:
    """Return names that mean something in a catalog."""
    # The first that are found: nothing is sorted, as there may be millions.
    parents = reader._execute(
        """SELECT t.iri FROM edge AS e JOIN entity AS t ON t.id = e.target
           WHERE e.type = 'WAS_DERIVED_FROM' AND t.described AND instr(t.iri, :hub) = 1 LIMIT 1""",
        {"hub": HUGGING_FACE},
    ).fetchall()
    others = reader._execute("SELECT iri FROM entity WHERE described AND class = 'MLModel' LIMIT 2").fetchall()
    several = list(dict.fromkeys(iri for (iri,) in (*parents, *others)))[:2]
    run = reader._execute("SELECT name FROM run ORDER BY id DESC LIMIT 1").fetchone()
    return Examples(
        model=next((iri.removeprefix(HUGGING_FACE) for iri in several if iri.startswith(HUGGING_FACE)), ""),
        iri=next(iter(several), ""),
        several=several,
        dataset=next(iter(evaluated_datasets(reader, 1)), ""),
        run=run[0] if run else "",
        used={subject: _used(reader, subject) for subject in EDGES},
    )


def _used(reader: CatalogReader, subject: Subject) -> str:
    row = reader._execute(
        f"""SELECT iri FROM entity AS e
            WHERE class IN {among("classes")} AND (instr(iri, '#') = 0 OR class <> 'Dataset') AND EXISTS (
                SELECT 1 FROM edge WHERE target = e.id AND type IN {among("types")}) LIMIT 1""",
        {"classes": array(CLASSES[subject]), "types": array(EDGES[subject])},
    ).fetchone()
    return row[0] if row else ""
