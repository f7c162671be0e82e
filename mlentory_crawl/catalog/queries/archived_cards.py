"""Model cards: not in the catalog, but in the archive of answers, to which it leads."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from fair4ml.platforms import look_ups, no_card, platforms
from mlentory_crawl.catalog.reader import CatalogReader

LONGEST_REFUSAL = 200
"""The most bytes of an answer that says that there is no card; it is archived as well."""


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


def is_card(card: ArchivedCard, body: bytes) -> bool:
    """Check whether an answer to a request for a card is one.

    Args:
        card: the archived card.
        body: its text.
    """
    refusal = no_card(card.record.partition("/")[0])
    return len(body) > LONGEST_REFUSAL or not refusal or refusal not in body


def archived_card(reader: CatalogReader, iri: str) -> ArchivedCard | None:
    """Return where the card of a model is; None if the catalog has none, or the archive no longer has its text.

    Args:
        reader: the catalog.
        iri: the model.
    """
    for stored in reader.about([iri]):
        platform, kind, _ = stored.key.split("/", 2)
        if platform not in platforms() or kind not in look_ups(platform).get("cards", ()):
            continue
        source = str(stored.provenance["source"])
        address = urlsplit(source)
        row = reader._execute(
            """SELECT a.file, a.sha256 FROM run JOIN answer AS a
               ON a.run = run.id AND a.place = (run.identity ->> 'endpoint') || :path
               WHERE run.platform = :platform ORDER BY run.id DESC LIMIT 1""",
            # Records state the platform's own address, whichever copy of it gave the answer.
            {"path": source.removeprefix(f"{address.scheme}://{address.netloc}"), "platform": platform},
        ).fetchone()
        if row is not None:
            file, sha256 = row
            return ArchivedCard(stored.key, source, str(stored.provenance["fetched_at"]), file, sha256)
    return None
