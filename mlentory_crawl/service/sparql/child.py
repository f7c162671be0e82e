"""The process that answers questions: ``python -m mlentory_crawl.service.sparql.child MEMORY``.

A question comes as a line of JSON on the standard input, an answer goes out as a line of JSON and a body. It ends with
the standard input.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, NoReturn

from mlentory_crawl.projections.process import die_with_parent
from mlentory_crawl.service.sparql import sandbox
from mlentory_crawl.service.sparql.query_words import SERVICE, is_update, what_is_refused

if TYPE_CHECKING:
    from pyoxigraph import Store


class TooLarge(Exception):
    """The result is larger than it may be."""


class _Limited(BytesIO):
    """A file in memory that takes so many bytes and no more."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._most:
            raise TooLarge
        return super().write(data)


def answer(store: Store, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return what a question is answered with: an outcome, and the result if it has one.

    Args:
        store: the triples.
        question: the ``query``, its ``prefixes``, the types for a ``table`` and for a ``graph``, each None if none is
            taken, and the ``most`` bytes that the result may have.
    """
    import pyoxigraph as ox

    if refused := what_is_refused(question["query"], may_be_service=not sandbox.can_refuse_sockets()):
        return {"outcome": "refused", "detail": refused}, b""
    try:
        # Only the default graph: what the store notes for itself stands in others.
        result = store.query(
            question["query"], prefixes=question["prefixes"], default_graph=[ox.DefaultGraph()], named_graphs=[]
        )
        is_graph = isinstance(result, ox.QueryTriples)
        media_type = question["graph" if is_graph else "table"]
        if media_type is None:
            return {"outcome": "unacceptable", "is_graph": is_graph}, b""
        file = _Limited(question["most"])
        if isinstance(result, ox.QueryTriples):
            ox.serialize(result, file, ox.RdfFormat.from_media_type(media_type), prefixes=question["prefixes"])
        else:
            result.serialize(file, ox.QueryResultsFormat.from_media_type(media_type))
    except SyntaxError as error:
        outcome = "update" if is_update(question["query"]) else "syntax"
        return {"outcome": outcome, "detail": str(error)}, b""
    except TooLarge:
        return {"outcome": "large", "most": question["most"]}, b""
    except MemoryError:
        return {"outcome": "memory"}, b""
    except PermissionError:  # of the filter
        return {"outcome": "refused", "detail": SERVICE}, b""
    except OSError as error:
        return {"outcome": "unreadable", "detail": str(error)}, b""
    except Exception as error:  # noqa: BLE001  (whatever it is, this process can go on)
        return {"outcome": "failed", "detail": f"{type(error).__name__}: {error}"}, b""
    return {"outcome": "ok", "type": media_type}, file.getvalue()


def _serve(questions: IO[bytes], answers: IO[bytes]) -> NoReturn:
    from pyoxigraph import Store

    answers.write(b"\n")  # ready
    answers.flush()
    opened, store = None, None
    for line in questions:
        question = json.loads(line)
        sandbox.limit_processor_time(question["seconds"] + 1)
        try:
            if question["snapshot"] != opened:
                store = None  # releases the files of the former one
                opened, store = question["snapshot"], Store.read_only(question["snapshot"])
            assert store is not None
        except OSError as error:
            opened = None
            told, body = {"outcome": "gone", "detail": str(error)}, b""
        else:
            told, body = answer(store, question)
        answers.write(json.dumps({**told, "length": len(body)}).encode() + b"\n" + body)
        answers.flush()
    sys.exit(0)


if __name__ == "__main__":
    die_with_parent()
    sandbox.limit_memory(int(sys.argv[1]))
    if sandbox.can_refuse_sockets():
        sandbox.refuse_sockets()  # before there are other threads, which it would not hold for
    _serve(sys.stdin.buffer, sys.stdout.buffer)
