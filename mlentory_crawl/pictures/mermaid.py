"""Lineages as flowcharts of Mermaid, which many pages of text draw."""

from __future__ import annotations

from mlentory_crawl.catalog.queries.lineage import Lineage
from mlentory_crawl.pictures.labels import USED, clause, conflicts_by_step, facts, folded, stated_by
from mlentory_crawl.printable import one_line

# Mermaid interprets Markdown, HTML and entities in quoted texts.
_SPECIAL = '#"&<>`'


def mermaid(found: Lineage) -> str:
    """Draw a lineage: each arrow with the kind of derivation, who says so, and license conflicts in red."""
    found = folded(found)
    nodes = {**found.members, **found.datasets}
    ids = {iri: f"m{number}" for number, iri in enumerate(nodes)}
    conflicts = conflicts_by_step(found)
    lines = ["flowchart BT"]
    for iri, member in nodes.items():
        opening, closing = ("[(", ")]") if iri in found.datasets else ("[", "]")
        lines.append(f'  {ids[iri]}{opening}"{_text(member.name, *facts(member))}"{closing}')
    red = []
    for number, step in enumerate(found.steps):
        against = conflicts.get((step.child, step.parent), [])
        label = _text(step.kind_for_people, *stated_by(step), *map(clause, against))
        lines.append(f'  {ids[step.child]} -->|"{label}"| {ids[step.parent]}')
        red += [str(number)] * bool(against)
    for use in found.uses:
        label = _text(USED[use.property], *stated_by(use))
        lines.append(f'  {ids[use.model]} -.->|"{label}"| {ids[use.dataset]}')
    if red:
        lines.append(f"  linkStyle {','.join(red)} stroke:#cf222e,color:#cf222e,stroke-width:2px")
    return "\n".join(lines) + "\n"


def _text(*lines: str) -> str:
    return "<br/>".join(
        "".join(f"#{ord(each)};" if each in _SPECIAL else each for each in one_line(line)) for line in lines
    )
