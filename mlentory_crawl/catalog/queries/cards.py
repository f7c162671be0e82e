"""Model cards: not in the catalog, but in the archive of answers, to which it leads."""

from __future__ import annotations

from dataclasses import dataclass

from fair4ml.identifiers import HUGGING_FACE
from mlentory_crawl.catalog.reader import CatalogReader

NO_CARD, LONGEST_REFUSAL = b"Entry not found", 200
"""The Hub's answer where a model has no card, which is archived as well, and the most bytes of such an answer."""
HUB = HUGGING_FACE.removesuffix("/")
"""The address that records state of answers, whichever copy of the Hub gave them."""


@dataclass(frozen=True, slots=True)
class ArchivedCard:
    """The archived card of a model.

    Attributes:
        record: the catalog key of the record that was made from it.
        source: its address.
        fetched_at: when it was fetched (UTC).
        file: the file of its text, below the archive.
        sha256: the SHA-256 of its text.
    """

    record: str
    source: str
    fetched_at: str
    file: str
    sha256: str


def is_card(body: bytes) -> bool:
    """Check whether an answer to a request for a card is one."""
    return len(body) > LONGEST_REFUSAL or NO_CARD not in body


def archived_card(reader: CatalogReader, iri: str) -> ArchivedCard | None:
    """Return where the card of a model is; None if the catalog has none, or the archive no longer has its text.

    Args:
        reader: the catalog.
        iri: the model.
    """
    cards = [each for each in reader.about([iri]) if each.key.startswith("huggingface/card/")]
    for stored in cards:
        source = str(stored.provenance["source"])
        row = reader._execute(
            """SELECT a.file, a.sha256 FROM run JOIN answer AS a
               ON a.run = run.id AND a.place = (run.identity ->> 'endpoint') || :path
               WHERE run.platform = 'huggingface' ORDER BY run.id DESC LIMIT 1""",
            {"path": source.removeprefix(HUB)},
        ).fetchone()
        if row is not None:
            file, sha256 = row
            return ArchivedCard(stored.key, source, str(stored.provenance["fetched_at"]), file, sha256)
    return None
