"""Arrow tables of the catalog, which pandas, polars, DuckDB and others take over without copying rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlentory_crawl.catalog.queries.tabular import selected
from mlentory_crawl.catalog.sql import Parameters
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.extras import install_command

if TYPE_CHECKING:
    import pyarrow

BATCH = 20_000
"""The number of rows that are in memory as Python objects at a time."""

TYPES = dict.fromkeys("models trained_models evaluations downloads likes record_id".split(), "int64") | {
    "value": "float64"
}
"""The types of the columns of views; those that are not named are texts."""

_TEXTS = frozenset(
    """iri name platform author license task base_model modified fetched_at model model_name base_model_name kind record
    evaluation dataset dataset_name source source_name source_class type target target_name target_class metric stated
    settings property unit""".split()
)


def frame(
    data_dir: Path, of: str, parameters: Parameters = (), types: Mapping[str, str] | None = None
) -> pyarrow.Table:
    """Return the rows of a view, or of a query in SQL, as a table.

    Args:
        data_dir: the data directory.
        of: the name of a view, or the query.
        parameters: the values of its parameters, by position or by name.
        types: Arrow's names of the types of columns, such as ``int64``; the columns of views have theirs, others get
            the type of their values, and are texts if they have none.

    Raises:
        MlentoryError: pyarrow is not installed.
        WrongUsage: there is no such view, the query cannot be run, or a column has values of several types.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise MlentoryError(f"frames need pyarrow: {install_command('frames')}") from error
    with selected(data_dir, of, parameters) as found:
        if len(set(found.columns)) < len(found.columns):
            raise WrongUsage(f"name each column once, with AS: {', '.join(found.columns)}")
        known = {name: _type(name, types or {}) for name in found.columns}
        batches = [_batch(found.columns, rows, known) for rows in _chunks(found.rows)]
    joined = _joined([each.schema for each in batches], found.columns, known)
    return pyarrow.Table.from_batches([each.cast(joined) for each in batches], joined)


def _chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while chunk := list(islice(rows, BATCH)):
        yield chunk


def _type(name: str, asked: Mapping[str, str]) -> pyarrow.DataType | None:
    import pyarrow

    alias = asked.get(name) or TYPES.get(name) or ("string" if name in _TEXTS else None)
    try:
        return None if alias is None else pyarrow.type_for_alias(alias)
    except ValueError as error:
        raise WrongUsage(f"Arrow has no type {alias} (column {name})") from error


def _batch(
    columns: Sequence[str], rows: Sequence[tuple[Any, ...]], known: Mapping[str, pyarrow.DataType | None]
) -> pyarrow.RecordBatch:
    import pyarrow

    arrays = []
    for name, values in zip(columns, zip(*rows, strict=True), strict=True):
        try:
            arrays.append(pyarrow.array(values, known[name]))
        except (pyarrow.ArrowException, OverflowError, TypeError) as error:
            raise _mixed(name, error) from error
    return pyarrow.RecordBatch.from_arrays(arrays, list(columns))


def _joined(
    found: Sequence[pyarrow.Schema], columns: Sequence[str], known: Mapping[str, pyarrow.DataType | None]
) -> pyarrow.Schema:
    """Return the columns with types that hold the values of all batches."""
    import pyarrow

    fields = []
    for name in columns:
        told = [pyarrow.schema([(name, each.field(name).type)]) for each in found]
        told.append(pyarrow.schema([(name, known[name] or pyarrow.null())]))
        try:
            kind = pyarrow.unify_schemas(told, promote_options="permissive").field(name).type
        except pyarrow.ArrowException as error:
            raise _mixed(name, error) from error
        fields.append((name, pyarrow.string() if pyarrow.types.is_null(kind) else kind))
    return pyarrow.schema(fields)


def _mixed(name: str, error: Exception) -> WrongUsage:
    return WrongUsage(f"column {name} has values that do not fit: {error}; in SQL, CAST({name} AS TEXT) fits all")
