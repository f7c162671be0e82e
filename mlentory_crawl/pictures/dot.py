"""Lineages as graphs of Graphviz."""

from __future__ import annotations

from mlentory_crawl.catalog.queries.lineage import Lineage
from mlentory_crawl.pictures.labels import USED, clause, conflicts_by_step, facts, folded, stated_by
from mlentory_crawl.printable import one_line


def dot(found: Lineage) -> str:
    """Draw a lineage: each arrow with the kind of derivation, who says so, and license conflicts in red."""
    found = folded(found)
    nodes = {**found.members, **found.datasets}
    ids = {iri: f"m{number}" for number, iri in enumerate(nodes)}
    conflicts = conflicts_by_step(found)
    lines = ["digraph lineage {", "  rankdir=BT;", '  node [shape=box, style=rounded, fontname="sans-serif"];']
    lines.append('  edge [fontname="sans-serif", fontsize=10];')
    for iri, member in nodes.items():
        shape = ", shape=cylinder, style=solid" if iri in found.datasets else ""
        lines.append(f"  {ids[iri]} [label={_text(member.name, *facts(member))}, tooltip={_text(iri)}{shape}];")
    for step in found.steps:
        against = conflicts.get((step.child, step.parent), [])
        label = _text(step.kind_for_people, *stated_by(step), *map(clause, against))
        red = ', color="#cf222e", fontcolor="#cf222e", penwidth=2' if against else ""
        lines.append(f"  {ids[step.child]} -> {ids[step.parent]} [label={label}{red}];")
    for use in found.uses:
        label = _text(USED[use.property], *stated_by(use))
        lines.append(f"  {ids[use.model]} -> {ids[use.dataset]} [label={label}, style=dashed];")
    return "\n".join([*lines, "}"]) + "\n"


def _text(*lines: str) -> str:
    return '"' + "\\n".join(one_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
