"""The tool that lists what has changed in the catalog."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.changed import ChangedRecord, changed
from mlentory_crawl.service.agents.arguments import Arguments, AsNumber
from mlentory_crawl.service.agents.fitting import Answer, Call, fitted
from mlentory_crawl.service.agents.offer import STRANGERS, Offer, again
from mlentory_crawl.service.agents.strangers_texts import name_of
from mlentory_crawl.service.source import Source

NAME = "changes"
FIELDS = 20
Sequence = Annotated[Annotated[int, Field(ge=0, le=2**62)] | None, AsNumber]


class ChangesArguments(Arguments):
    """The place in the changes to begin at."""

    after: Annotated[
        Sequence,
        Field(
            description="The sequence number that you know already; 0 for everything from the beginning. Leave out for"
            " the most recent changes."
        ),
    ] = None
    compared_with: Annotated[
        Sequence,
        Field(description="The sequence number that changes are compared with when you read in parts; `next` has it."),
    ] = None
    limit: Annotated[int, AsNumber, Field(ge=1, le=100, description="The maximum number of records.")] = 20


class Change(TypedDict):
    """A changed record of an entity."""

    sequence: int
    kind: Annotated[str, Field(description="new, changed, renamed or gone")]
    iri: str
    type: str
    name: str | None
    fields: list[str]
    total_fields: int
    former: Annotated[str | None, Field(description="the IRI before it was renamed")]
    at: str | None
    record: str


class ChangeList(Answer):
    """Changed records in order, each once with its last change."""

    after: int
    upto: Annotated[int, Field(description="you are complete up to this number; pass it as `after` later")]
    latest: Annotated[int, Field(description="the present sequence number of the catalog")]
    changes: list[Change]


def changes(source: Source, asked: ChangesArguments) -> dict[str, Any]:
    """List what has changed since a sequence number, or most recently.

    Args:
        source: the catalog.
        asked: the sequence number.
    """
    version, (_, latest) = source.version(), source.catalog.version
    after = max(latest - asked.limit, 0) if asked.after is None else asked.after
    since = after if asked.compared_with is None else asked.compared_with
    found = source.catalog.ask(changed, after, asked.limit, since)
    frame = {
        "total": found.total,
        "after": after,
        "upto": 2**62,
        "latest": latest,
        "changes": [],
        "as_of": version,
        "note": f"{STRANGERS} `total` counts the records that have changed after `after`"
        f"{'' if found.total_is_exact else ', and there are more than that'}; for older ones, pass less.",
    }

    def reached(shown: int) -> int:
        return found.records[shown - 1].sequence if shown else found.upto

    def following(shown: int) -> Call | None:
        is_last = not shown or shown >= found.total
        return None if is_last else again(NAME, asked, after=reached(shown), compared_with=since)

    answer = fitted(frame, (("changes", _change(each)) for each in found.records), following)
    return {**answer, "upto": reached(answer["shown"])}


def _change(each: ChangedRecord) -> Change:
    return {
        "sequence": each.sequence,
        "kind": each.kind,
        "iri": each.iri,
        "type": each.type,
        "name": None if each.name is None else name_of(each.name),
        "fields": each.fields[:FIELDS],
        "total_fields": len(each.fields),
        "former": each.former,
        "at": each.at,
        "record": each.record,
    }


CHANGES = Offer(
    NAME,
    "Changes",
    "What is new, changed, renamed or gone: most recently, or since a sequence number that you know from `upto` or"
    " `as_of` of a former answer. The history of one model: get_model with `part` = `history`.",
    ChangesArguments,
    ChangeList,
    changes,
)
