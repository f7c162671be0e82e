"""Answers as HTML: searches, models with who says so, lineages, comparisons and leaderboards."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape

from fair4ml.document import value_of
from mlentory_crawl.catalog.queries.boards import Board, Leaderboard
from mlentory_crawl.catalog.queries.comparison import Comparison
from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.catalog.queries.evaluated import names_in
from mlentory_crawl.catalog.queries.lineage import Lineage
from mlentory_crawl.console import counted
from mlentory_crawl.notebooks.markup import Markup, block, heading, link, paragraph, small, table, text, values
from mlentory_crawl.notebooks.shown import as_html
from mlentory_crawl.pictures.labels import clause, inheritance, name_in
from mlentory_crawl.pictures.svg import svg
from mlentory_crawl.printable import one_line
from mlentory_crawl.stores.search.query import SearchResult

FACETS = 6
"""The number of values of a facet that are shown."""

_COLUMNS = ("type", "license", "task", "downloads", "likes", "modified")
_OF_ITSELF = frozenset({"iri", "class", "name", "url"})
_PARTS = frozenset({"additionalProperty", "hasEvaluation", "qualifiedDerivation"})
"""Properties whose values are parts, which have no names to show."""


def _search(result: SearchResult) -> str:
    told = [counted(result.total, "result")]
    if result.suggestion:
        told.append(f"for {result.suggestion}")
    columns = [name for name in _COLUMNS if any(name in hit for hit in result.hits)]
    rows = [
        [link(hit["iri"], hit.get("name", hit["iri"])), *(values(hit.get(n)) for n in columns)] for hit in result.hits
    ]
    return block(heading(*told), table(["name", *columns], rows), *_reasons(result), *_facets(result))


def _reasons(result: SearchResult) -> Iterator[Markup]:
    for name, count in result.unstated.items():
        yield paragraph(small(f"{count:,} more may fit: they do not state {name}"))
    for each in result.unknown:
        near = f"; there is {', '.join(each.near)}" if each.near else ""
        yield paragraph(small(f"no {each.field} is called {each.value}{near}"))


def _facets(result: SearchResult) -> Iterator[Markup]:
    for name, counts in result.facets.items():
        shown = [f"{value} ({count:,})" for value, count in [*counts.items()][:FACETS]]
        rest = [f"{len(counts) - FACETS:,} more"] if len(counts) > FACETS else []
        yield paragraph(text(f"{name}:"), small(*shown, *rest))


def _model(shown: Description) -> str:
    root, names, stating = shown.root, names_in(shown.state), shown.statements()
    remarks = [root["class"], *(["named only"] if not shown.records else [])]
    if shown.deleted_at:
        remarks.append(f"gone since {shown.deleted_at[:10]}")
    rows = []
    for name, value in root.items():
        if name in _OF_ITSELF | _PARTS:
            continue
        stated = [names.get(each, each) for each in value] if isinstance(value, list) else names.get(value, value)
        by = [f"{each.record}, {each.field}" + _apart(each.agrees) for each in stating.get(name, ())]
        rows.append([name, values(stated), small(*by) if by else ""])
    parameters = value_of(shown.state, "parameterCount")
    if parameters is not None:
        rows.append(["parameterCount", values(parameters), ""])
    rows += [[name, values(count), ""] for name, count in shown.state.get("counters", {}).items()]
    results = [
        [each.metric or "unnamed", values(each.value), values(each.on), each.settings] for each in shown.evaluations()
    ]
    return block(
        heading(link(root["iri"], root.get("name", root["iri"])), small(*remarks)),
        table(["property", "value", "stated by"], rows),
        table(["metric", "value", "dataset", "settings"], results),
    )


def _apart(agrees: str) -> str:
    return {"all": "", "some": " (in part)", "none": " (states another value)"}[agrees]


def _lineage(found: Lineage) -> str:
    down = bool(found.steps) and all(step.child != found.root for step in found.steps)
    picture = svg(found, down=down)
    # An image of its own: its style sheet must not reach the page.
    data = b64encode(picture.encode()).decode()
    title = escape(one_line(f"Lineage of {name_in(found, found.root)}"))
    image = Markup(f'<img alt="{title}" style="max-width:100%" src="data:image/svg+xml;base64,{data}">')
    rows = [
        [name_in(found, step.child), name_in(found, step.parent), step.kind_for_people, f"{step.record}, {step.field}"]
        for step in found.steps
    ]
    conflicts = [
        [link(each.source, clause(each)), name_in(found, each.child), name_in(found, each.parent), each.why]
        for each in found.conflicts
    ]
    return block(
        image,
        table(["model", "derives from", "kind", "stated by"], rows),
        table(["conflict", "model", "original", "why"], conflicts),
        *(paragraph(f"{name_in(found, each.child)} {inheritance(each, found)}") for each in found.inherited),
        *([paragraph(small(f"{found.left_out:,} more models are left out"))] if found.left_out else []),
    )


def _comparison(found: Comparison) -> str:
    head = [link(each["iri"], each["name"] or each["iri"]) for each in found.things]
    return block(
        *(
            table(
                [section, *head], ([row.name, *map(values, row.values)] for row in found.rows if row.section == section)
            )
            for section in dict.fromkeys(row.section for row in found.rows)
        )
    )


def _leaderboard(found: Leaderboard) -> str:
    left = [paragraph(small(counted(len(found.unranked), "result") + " cannot be ranked"))] if found.unranked else []
    return block(*(part for board in found.boards for part in _board(board)), *left)


def _board(board: Board) -> Iterator[Markup]:
    settings = [f"{name} {value}" for name, value in board.settings.items()]
    yield heading(f"{board.metric} on {board.dataset}", small(*settings, board.scale))
    ranks: Sequence[object] = board.ranks() or [""] * len(board.results)
    rows = [
        [rank, link(each.model, each.name), values(each.raw or each.value), each.record]
        for rank, each in zip(ranks, board.results, strict=True)
    ]
    yield table(["rank", "model", board.metric, "stated by"], rows)


def install() -> None:
    """Make notebooks show answers as HTML."""
    as_html.register(SearchResult, _search)
    as_html.register(Description, _model)
    as_html.register(Lineage, _lineage)
    as_html.register(Comparison, _comparison)
    as_html.register(Leaderboard, _leaderboard)
