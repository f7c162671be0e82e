"""Searches as Elasticsearch queries: the same words, weights and conditions as in the embedded index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fair4ml.write.search_document import TEXT
from mlentory_crawl.stores.search.analysis import analyze
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
    steps,
)
from mlentory_crawl.stores.search.elasticsearch.index import HASH, POSITION, STATED, TERMS, WEIGHT
from mlentory_crawl.stores.search.fields import DATES, TEXTS
from mlentory_crawl.stores.search.query import SearchQuery, Sort

Json = dict[str, Any]

EVERYTHING: Json = {"bool": {"must_not": [{"exists": {"field": f"{POSITION}.sequence"}}]}}
"""All documents but the position."""

_SORTS: dict[Sort, list[Json]] = {
    "relevance": [{"_score": "desc"}],
    "name": [{"name.folded": "asc"}],
    **{name: [{name: "desc"}] for name in ("downloads", "likes", "modified", "created", "published", "parameters")},
}

# Field -> analyzer, how much a match in it counts.
_FIELDS = {"name": ("words", 4.0), "name.parts": ("parts", 2.0), TERMS: ("words", 1.5), TEXT: ("prose", IN_TEXT)} | {
    name: ("prose", 1.0) for name in TEXTS if name != "name"
}


def text_query(text: str, *, typos: bool = False) -> Json:
    """The documents that have every word of a text, in whichever field; the last word may be unfinished.

    Args:
        text: as a person typed it; words in double quotes must follow each other.
        typos: one letter of a longer word may be wrong, missing, too many or swapped with its neighbor.
    """
    required, optional = clauses(text)
    if not required:
        return {"match_all": {}}
    must, should = ([_clause(each, typos=typos) for each in some] for some in (required, optional))
    if len(must) > 1:
        should.append(_anywhere(text[:MAX_TEXT]))
    exact = {"term": {"name.folded": text[:MAX_TEXT].strip()}}
    should.append({"constant_score": {"filter": exact, "boost": EXACT_NAME}})
    return {"bool": {"must": must, "should": should}}


def _clause(clause: Clause, *, typos: bool) -> Json:
    alternatives = [_anywhere(clause.text)]
    for field, (analyzer, boost) in _FIELDS.items():
        tokens = analyze(analyzer, clause.text)
        if len(tokens) != 1:
            continue
        if typos and clause.may_have_typo and field != TEXT:
            fuzzy = {"query": clause.text, "fuzziness": 1, "boost": boost}
            alternatives.append({"match": {field: fuzzy}})
        if clause.unfinished and analyzer != "prose":
            alternatives.append({"prefix": {field: {"value": tokens[0], "boost": boost * UNFINISHED}}})
    return {"dis_max": {"queries": alternatives, "tie_breaker": TIE_BREAKER}}


def _anywhere(text: str) -> Json:
    """The words of a text, one after the other, in any one field."""
    phrases = [{"match_phrase": {field: {"query": text, "boost": boost}}} for field, (_, boost) in _FIELDS.items()]
    return {"dis_max": {"queries": phrases, "tie_breaker": TIE_BREAKER}}


def search_body(query: SearchQuery, text: Json, *, size: int) -> Json:
    """A search as the server takes it.

    Args:
        query: the search.
        text: its text as a query.
        size: how many hits, from the offset on.

    Raises:
        ValueError: a field that has no bounds, or a bound that is no number or no date.
    """
    ranges = {bound[0]: _range(*bound) for bound in bounds(query)}
    within = [EVERYTHING, *(each for name, each in ranges.items() if name not in query.histograms)]
    within += [{"term": {STATED: name}} for name in query.has]
    within += [{"bool": {"must_not": [{"term": {STATED: name}}]}} for name in query.without]
    within += [{"bool": {"must_not": [each]}} for each in _terms(query.excluded).values()]
    filters = _terms(query.filters) | {name: each for name, each in ranges.items() if name in query.histograms}
    scored: Json = {
        "function_score": {
            "query": text,
            "functions": [{"field_value_factor": {"field": WEIGHT, "missing": 1}}],
            "boost_mode": "multiply",
        }
    }
    return {
        "query": {"bool": {"must": [scored], "filter": within}},
        # After the facets have been counted, as a facet's own filter does not narrow its counts.
        "post_filter": _all(filters.values()),
        "aggs": {
            name: {
                "filter": _all(each for other, each in filters.items() if other != name),
                "aggs": {"values": {"terms": {"field": name, "size": query.facet_values}}},
            }
            for name in query.facets
        }
        | {
            name: {
                "filter": _all(each for other, each in filters.items() if other != name),
                "aggs": {"values": {"range": {"field": name, "ranges": _bars(name)}}},
            }
            for name in query.histograms
        },
        "sort": [*_SORTS[query.sort], {"key": "asc"}],
        "size": size,
        "from": query.offset if size else 0,
        "track_total_hits": True,
        "_source": {"excludes": [WEIGHT, STATED, HASH]},
    }


def _terms(filters: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    return {name: {"terms": {f"{name}.folded": values}} for name, values in spelled(filters).items()}


def _bars(name: str) -> list[Json]:
    return [
        {side: bound for side, bound in (("from", least), ("to", below)) if bound is not None}
        for least, below in steps(name)
    ]


def _all(conditions: Iterable[Json]) -> Json:
    return {"bool": {"filter": list(conditions)}}


def _range(name: str, lower: int | None, upper: int | None) -> Json:
    least, greatest = (lower, upper) if name not in DATES else (_moment(lower), _moment(upper, "999"))
    given = {"gte": least, "lte": greatest}
    return {"range": {name: {side: bound for side, bound in given.items() if bound is not None}}}


def _moment(second: int | None, milliseconds: str = "000") -> str | None:
    if second is None:
        return None
    return f"{datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()}.{milliseconds}Z"
