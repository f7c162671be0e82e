"""A lineage as CSV: one row for each derivation, for spreadsheets."""

from __future__ import annotations

import csv
import io

from mlentory_crawl.catalog.queries.lineage import Lineage
from mlentory_crawl.exporters.cells import cell
from mlentory_crawl.pictures.labels import conflicts_by_step, inherited_by_model, name_in

COLUMNS = ("name", "iri", "generation", "parent", "kind", "license", "conflict", "inherited conflict")


def sheet(found: Lineage) -> str:
    """Return a lineage as CSV: each model of the page with its parents; one without parents in it has one row."""
    by_step, by_model = conflicts_by_step(found), inherited_by_model(found)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for member in found.members.values():
        if member.context:
            continue
        of_model = [
            f"{each.derived} under {each.original} of {name_in(found, each.parent)} ({each.rule})"
            for each in by_model.get(member.iri, ())
        ]
        stated = [(step.parent, step.kind) for step in found.steps if step.child == member.iri]
        for parent, kind in stated or [("", None)]:
            of_step = [
                f"{each.derived} under {each.original} ({each.rule})" for each in by_step.get((member.iri, parent), ())
            ]
            told = (
                member.name, member.iri, member.generation, parent, kind or "", [*member.licenses.values()], of_step,
                of_model,
            )  # fmt: skip
            rows.writerow(map(cell, told))
    return text.getvalue()
