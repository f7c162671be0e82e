"""Queues of look-ups: entities that records only name, and records that lack one of another kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """Entities that records name and none describes.

    Attributes:
        class_name: the class as which records name them.
        prefix: the beginning of their IRIs.
        slot: the download slot of the requests for them, one for each quota of the platform.
        requests: the number of requests that each takes at most; less than 1 where one request is for several.
        edge: the type of the edges that lead to them; None for any.
    """

    class_name: str
    prefix: str
    slot: str
    requests: float
    edge: str | None = None


@dataclass(frozen=True, slots=True)
class Lacking:
    """Records of one kind that have none of another kind under the same key.

    Attributes:
        kind: the kind that is there.
        other: the kind that lacks.
        slot: the download slot of the requests for them, one for each quota of the platform.
        requests: the number of requests that each takes at most.
    """

    kind: str
    other: str
    slot: str
    requests: float


Queue = Named | Lacking
