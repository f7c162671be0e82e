"""Model cards in the archive, as a crawl leaves them."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from fair4ml.document import Document, document_of
from fair4ml.entities import MLModel
from mlentory_crawl.archive.bodies import RAW, digest_of, write_body
from mlentory_crawl.catalog.commits import Answer, Commit
from support.catalogs import HUB, Book

ENDPOINT = "http://127.0.0.1:8999"


def keep_cards(book: Book, cards: Mapping[str, str]) -> None:
    """Store cards, by the name of their models, in the run of the book and in the archive."""
    book.alter(
        "UPDATE run SET identity = ? WHERE id = ?",
        orjson.dumps({"spider": "huggingface", "endpoint": ENDPOINT}).decode(),
        book.run,
    )
    entries, answers = [], []
    for number, (name, text) in enumerate(cards.items()):
        path = f"/api/resolve-cache/models/{name}/{number:040x}/README.md"
        document: Document = document_of(MLModel(iri=HUB + name, name=name), [], [])
        entry = book.entry(f"card-{number}", orjson.loads(orjson.dumps(document)), kind="card")
        entry.provenance["source"] = f"{HUB.removesuffix('/')}{path}"
        entries.append(entry)
        body = text.encode("utf-8", "surrogatepass")
        file = f"huggingface/cards/{digest_of(body)}.zst"
        write_body(book.data_dir / RAW / file, body)
        answers.append(Answer(ENDPOINT + path, digest_of(body), file))
    book.writer.commit(book.run, Commit(entries=entries, answers=answers))
