"""The index by which texts that read nearly the same are found: MinHash signatures in bands (LSH)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib.util import find_spec
from typing import NamedTuple

from fair4ml.describe.likenesses import Alike
from fair4ml.document import Document
from fair4ml.entities import Stub
from fair4ml.read.shingles import likeness, shingles
from mlentory_crawl.catalog.codec import unpack
from mlentory_crawl.catalog.commits import Entry
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import among, array, insert_missing, upsert

ALIKE = 0.6
"""The likeness from which texts are linked: mirrors of one text have more, with all that sites put around it, and texts
that only share a site's phrases have less than half of that."""
MOST = 10
"""The number of texts that one text is linked to, the oldest ones."""
COMPARED = 50
"""The number of candidates that are compared."""
MOST_READ = 150_000
"""The number of characters of candidates from which on no further one is compared: the crawl waits for it."""
BANDS, ROWS = 32, 4
"""Texts with one band in common are compared: of those that are alike by 0.6, all but 1 %; by 0.7, all."""
COMPARED_CLASSES = ("Article", "SocialMediaPosting")
SEED = 1


class _Numbered(NamedTuple):
    """A text in the order in which texts came."""

    number: int
    iri: str
    key: str
    stored: Document | bytes


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A text whose record is not committed yet."""

    number: int
    bands: tuple[int, ...]
    iri: str
    document: Document


class Likeness:
    """Finds texts that read nearly the same as another, and keeps the index of all texts.

    A text is only linked to those that came before it. So the same texts in the same order give the same links, and no
    record changes because another one has come.

    Args:
        database: the catalog; the caller begins and ends transactions.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, _Waiting] = {}
        self._last: int | None = None
        database.after_rollback(self._reset)

    def _reset(self) -> None:
        self._waiting.clear()
        self._last = None

    @staticmethod
    def is_possible() -> bool:
        """True where the library that makes the signatures is installed."""
        return find_spec("rensa") is not None

    def alike(self, key: str, document: Document) -> list[Alike]:
        """Return the texts that came before a text and read nearly the same.

        Args:
            key: the catalog key of the text's record.
            document: the record, which is about to be stored, with its text.
        """
        if self._last is None:
            self._prepare()
        iri = document["root"]["iri"]
        words = shingles(document.get("text", ""))
        bands = _bands(words)
        number = self._number(key)
        self._waiting[key] = _Waiting(number, bands, iri, document)
        found: dict[str, Alike] = {}
        read = 0
        for each in self._candidates(number, bands):
            if len(found) == MOST or read > MOST_READ:
                break
            if each.iri != iri and each.iri not in found:
                other = unpack(each.stored) if isinstance(each.stored, bytes) else each.stored
                text = other.get("text", "")
                read += len(text)
                share = likeness(words, shingles(text))
                if share >= ALIKE:
                    root = other["root"]
                    found[each.iri] = Alike(Stub(each.iri, root["class"], root.get("name")), share)
        return [*found.values()]

    def _number(self, key: str) -> int:
        """Return the number of a text, a new one if it is new."""
        if key in self._waiting:
            return self._waiting[key].number
        row = self._database.execute(
            """SELECT t.number FROM compared_text AS t JOIN record AS r ON r.id = t.record
               WHERE r.platform = :platform AND r.kind = :kind AND r.key = :key""",
            dict(zip(("platform", "kind", "key"), key.split("/", 2), strict=True)),
        ).fetchone()
        if row is not None:
            return int(row[0])
        assert self._last is not None
        self._last += 1
        return self._last

    def _candidates(self, number: int, bands: Sequence[int]) -> list[_Numbered]:
        """Return the texts before a text that have a band in common with it, the oldest first."""
        # By band: where thousands of texts share a site's phrases, those that share a band are not all looked at.
        in_band = f"""SELECT number FROM text_band WHERE band = :band AND number < :number
                      ORDER BY number LIMIT {2 * COMPARED}"""
        found = (self._database.execute(in_band, {"band": band, "number": number}) for band in set(bands))
        numbers = {number for rows in found for (number,) in rows}
        rows = self._database.execute(
            f"""SELECT t.number, r.iri, r.platform || '/' || r.kind || '/' || r.key, r.document
                FROM compared_text AS t JOIN record AS r ON r.id = t.record AND r.deleted_at IS NULL
                WHERE t.number IN {among("numbers")} ORDER BY t.number LIMIT {COMPARED}""",
            {"numbers": array(sorted(numbers)[: 2 * COMPARED])},
        )
        stored = [_Numbered(n, iri, key, packed) for n, iri, key, packed in rows if key not in self._waiting]
        wanted = set(bands)
        waiting = [
            _Numbered(each.number, each.iri, key, each.document)
            for key, each in self._waiting.items()
            if each.number < number and not wanted.isdisjoint(each.bands)
        ]
        return sorted((*stored, *waiting), key=lambda each: each.number)[:COMPARED]

    # The index

    def enter(self, entries: Iterable[tuple[int, Entry]]) -> None:
        """Enter texts that `alike` has compared and whose records are being committed.

        Args:
            entries: row id and entry of each record.
        """
        if not self._waiting:
            return
        for record, entry in entries:
            text = self._waiting.pop(f"{entry.platform}/{entry.kind}/{entry.key}", None)
            if text is not None:
                self.drop([record])
                self._add(record, text.number, text.bands)

    def _add(self, record: int, number: int, bands: Sequence[int]) -> None:
        if bands:
            self._database.execute(upsert("compared_text", "number", "record"), (number, record))
            self._database.executemany(
                insert_missing("text_band", "band number"), [(band, number) for band in dict.fromkeys(bands)]
            )

    def drop(self, records: Iterable[int]) -> None:
        """Remove the texts of records, by their row ids."""
        given = {"records": array(records)}
        of_records = f"SELECT number FROM compared_text WHERE record IN {among('records')}"
        self._database.execute(f"DELETE FROM text_band WHERE number IN ({of_records})", given)
        self._database.execute(f"DELETE FROM compared_text WHERE record IN {among('records')}", given)

    def _prepare(self) -> None:
        """Make the index anew if another version of the library has made it, or none has yet."""
        made_by = _made_by()
        row = self._database.execute("SELECT value FROM meta WHERE name = 'likeness'").fetchone()
        if row is None or row[0] != made_by:
            with self._database.transaction():
                self._database.execute("DELETE FROM text_band")
                self._database.execute("DELETE FROM compared_text")
                records = self._database.execute(
                    f"""SELECT r.id, r.document FROM entity AS e JOIN record AS r ON r.iri = e.iri
                        WHERE e.class IN {among("classes")} AND r.deleted_at IS NULL ORDER BY r.id""",
                    {"classes": array(COMPARED_CLASSES)},
                ).fetchall()
                for number, (record, packed) in enumerate(records, 1):
                    self._add(record, number, _bands(shingles(unpack(packed).get("text", ""))))
                self._database.execute(upsert("meta", "name", "value"), ("likeness", made_by))
        (last,) = self._database.execute("SELECT max(number) FROM compared_text").fetchone()
        self._last = last or 0


def _made_by() -> str:
    """Return what the bands depend on, apart from the texts."""
    from rensa import RMinHash

    return f"rensa {RMinHash.ALGORITHM_VERSION}, {BANDS} x {ROWS}, {SEED}"


def _bands(words: frozenset[str]) -> tuple[int, ...]:
    """Return the bands of a signature, each as a number of 64 bits; none of a text that is too short."""
    if not words:
        return ()
    from rensa import RMinHash  # needed for texts alone

    signature = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    signature.update(list(words))
    values = signature.digest()
    return tuple(
        int.from_bytes(
            blake2b(
                b"".join(value.to_bytes(8, "big") for value in (band, *values[band * ROWS : (band + 1) * ROWS])),
                digest_size=8,
            ).digest(),
            "big",
            signed=True,
        )
        for band in range(BANDS)
    )
