"""Searches as tantivy queries: typed text is no query language, so it is never a syntax error."""

from __future__ import annotations

from collections.abc import Iterator

from tantivy import FieldType, Occur, Query

from fair4ml.write.search_document import TEXT
from mlentory_crawl.stores.search.analysis import analyze, analyzers
from mlentory_crawl.stores.search.clauses import (
    EXACT_NAME,
    IN_TEXT,
    MAX_TEXT,
    TIE_BREAKER,
    UNFINISHED,
    Clause,
    bounds,
    clauses,
    spelled,
)
from mlentory_crawl.stores.search.fields import TEXTS
from mlentory_crawl.stores.search.query import SearchQuery
from mlentory_crawl.stores.search.tantivy.index import (
    NAME_PARTS,
    POSITION,
    SORT_NAME,
    STATED,
    TERMS,
    schema,
)

# Field -> analyzer, how much a match in it counts.
_FIELDS = {"name": ("words", 4.0), NAME_PARTS: ("parts", 2.0), TERMS: ("words", 1.5), TEXT: ("prose", IN_TEXT)} | {
    name: ("prose", 1.0) for name in TEXTS if name != "name"
}


def text_query(text: str, *, typos: bool = False) -> Query:
    """The documents that have every word of a text, in whichever field; the last word may be unfinished.

    Args:
        text: as a person typed it; words in double quotes must follow each other.
        typos: one letter of a longer word may be wrong, missing, too many or swapped with its neighbor.
    """
    required, optional = clauses(text)
    if not required:
        return Query.all_query()
    must, should = ([_clause(each, typos=typos) for each in some] for some in (required, optional))
    if len(must) > 1:
        should.append(_anywhere(text[:MAX_TEXT]))
    exact = Query.term_query(schema(), SORT_NAME, _folded(text.strip()))
    should.append(Query.const_score_query(exact, EXACT_NAME))
    return Query.boolean_query([(Occur.Must, each) for each in must] + [(Occur.Should, each) for each in should])


def _clause(clause: Clause, *, typos: bool) -> Query:
    alternatives = [_anywhere(clause.text)]
    for field, (analyzer, boost) in _FIELDS.items():
        tokens = analyze(analyzer, clause.text)
        if len(tokens) != 1:
            continue
        if typos and clause.may_have_typo and field != TEXT:
            alternatives.append(Query.boost_query(Query.fuzzy_term_query(schema(), field, tokens[0]), boost))
        if clause.unfinished and analyzer != "prose":
            begins = Query.fuzzy_term_query(schema(), field, tokens[0], distance=0, prefix=True)
            alternatives.append(Query.boost_query(begins, boost * UNFINISHED))
    return Query.disjunction_max_query(alternatives, TIE_BREAKER)


def _anywhere(text: str) -> Query:
    """The words of a text, one after the other, in any one field."""
    alternatives = []
    for field, (analyzer, boost) in _FIELDS.items():
        tokens = analyze(analyzer, text)
        if len(tokens) > 1:
            alternatives.append(Query.boost_query(Query.phrase_query(schema(), field, [*tokens]), boost))
        elif tokens:  # a phrase of one word makes tantivy panic
            alternatives.append(Query.boost_query(Query.term_query(schema(), field, tokens[0]), boost))
    return Query.disjunction_max_query(alternatives, TIE_BREAKER)


def conditions(query: SearchQuery, *, without: str | None = None) -> Iterator[Query]:
    """The conditions that a document must meet besides the text.

    Args:
        query: the search.
        without: a facet whose filter, or a number whose bounds, are left out.

    Raises:
        ValueError: a field that has no bounds, or a bound that is no number or no date.
    """
    for name, values in spelled(query.filters).items():
        if name != without:
            yield Query.term_set_query(schema(), name, [_folded(value) for value in values])
    for name, lower, upper in bounds(query):
        if name == without:
            continue
        if lower is not None and upper is not None and lower > upper:
            yield Query.empty_query()
        else:
            yield Query.range_query(schema(), name, FieldType.Integer, lower, upper)
    for name in query.has:
        yield Query.term_query(schema(), STATED, name)


def whole_query(text: Query, query: SearchQuery, *, without: str | None = None) -> Query:
    """A text together with the other conditions; relevance comes from the text alone."""
    parts = [(Occur.Must, text), (Occur.MustNot, position_query())]
    parts += [(Occur.Must, Query.const_score_query(each, 0.0)) for each in conditions(query, without=without)]
    parts += [(Occur.MustNot, Query.term_query(schema(), STATED, name)) for name in query.without]
    parts += [
        (Occur.MustNot, Query.term_set_query(schema(), name, [_folded(value) for value in values]))
        for name, values in spelled(query.excluded).items()
    ]
    return Query.boolean_query(parts)


def position_query() -> Query:
    """The one document that is the store's position."""
    return Query.term_query(schema(), POSITION, POSITION)


def _folded(value: str) -> str:
    return "".join(analyzers()["value"].analyze(value))
