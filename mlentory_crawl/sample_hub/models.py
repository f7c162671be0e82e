"""Made-up models, each made on request: all of its content follows from a number and a seed."""

from __future__ import annotations

import time
from functools import lru_cache
from random import Random

import orjson

from mlentory_crawl.sample_hub.families import KINDS, MEMBERS, Shape
from mlentory_crawl.sample_hub.files import FIELDS, seldom_asked
from mlentory_crawl.sample_hub.model_records import Writer
from mlentory_crawl.sample_hub.names import (
    BLOCK,
    BLOCKS_KEPT,
    FAMILIES,
    MERGED,
    REVISED,
    REVISION,
    Names,
    number,
    parents,
    place,
    quantization,
    size,
)
from mlentory_crawl.sample_hub.plausible import PlausibleWriter
from mlentory_crawl.sample_hub.templates import Json, Template

FLOOR = 0x621FFDC0
"""2022-03-02T23:29:04Z: the creation time that the Hub states for everything older."""
END = 1793491200
"""2026-11-01T00:00:00Z: nothing is younger."""
PLAUSIBLE_START = 1688169600
"""2023-07-01T00:00:00Z: the creation of the oldest plausible model, when architectures such as theirs were there."""
MOST = 1 << 24
"""The counter of an ObjectId has three bytes."""
PERIOD = 2 * BLOCK
"""The number of models after which the content repeats, with other names, dates, counters and scores."""

_MACHINE = "5a3c91d07e"
_RELATIONS = {
    "instruct": "finetune",
    "finetune": "finetune",
    "revision": "finetune",
    "adapter": "adapter",
    "quantized": "quantized",
    "merge": "merge",
}
_REACH = {
    "base": 21,
    "instruct": 22,
    "quantized": 15,
    "finetune": 11,
    "merge": 9,
    "adapter": 8,
    "revision": 12,
    "unlinked": 9,
    "bare": 4,
}
# Exponents of the powers of two that bound downloads: few models are popular.
_REACHES = [_REACH[member.role] for member in MEMBERS]
_PLACES = (
    "_id id owner name sha created modified disabled downloads all_time likes trending digits1 digits2 digits3 digits4 "
    "parent parent_id parent_lower other_parent other_parent_id revision"
).split()
_MASK = (1 << 160) - 1
_FACTORS = (0xB5297A4D3F84D5B5A1C2E9F7086D3C41E7D9B1A5, 0x68E31DA4C6EF372FE94F82BE9B97E1D5A7C3F40B)


# Tables need a third of the time of formatting.
_HOURS = [f"{hour:02}:" for hour in range(24)]
_SECONDS = [f"{second // 60:02}:{second % 60:02}.000Z" for second in range(3600)]


@lru_cache(maxsize=4096)
def _day(day: int) -> str:
    return time.strftime("%Y-%m-%dT", time.gmtime(day * 86400))


def timestamp(second: int) -> str:
    """A Unix time as the Hub writes it."""
    return _day(second // 86400) + _HOURS[second // 3600 % 24] + _SECONDS[second % 3600]


class MadeUpModels:
    """Any number of made-up models, in the order of their creation.

    Args:
        count: the number of models.
        seed: another seed makes other models.
        plausible: make models without irregularities, of which a reader need not ask whether they are right.

    Raises:
        ValueError: `count` is more than `MOST` or less than one.
    """

    in_order = True

    def __init__(self, count: int, seed: int = 1, *, plausible: bool = False) -> None:
        if not 0 < count <= MOST:
            raise ValueError(f"between 1 and {MOST} made-up models are possible, not {count}")
        self._count = count
        self._seed = seed
        self._plausible = plausible
        self._writer = PlausibleWriter if plausible else Writer
        self._names = Names(seed, self._writer.topics)
        # As on the Hub, one in a hundred is older than the first creation time on record.
        self._old = 0 if plausible else count // 100
        self._start = PLAUSIBLE_START if plausible else FLOOR + 60
        self._pace = (END - self._start) / (count - self._old)
        self._block = lru_cache(maxsize=BLOCKS_KEPT)(self._native_ids)
        self._templates: dict[tuple[str, ...], list[Template | None]] = {}

    def __len__(self) -> int:
        return self._count

    def id(self, n: int) -> str:
        """``owner/name`` of a model."""
        return self._names.id(n)

    def native_id(self, n: int) -> str:
        """``_id`` of a model: creation second, machine and counter, as in an ObjectId."""
        return self._block(n // BLOCK)[n % BLOCK]

    def content(self, n: int) -> int:
        """A number that is the same for models with the same content."""
        return n % PERIOD

    def rank(self, n: int, sort: str) -> int:
        """The sort key of a model for a field; milliseconds for ``lastModified``."""
        _, _, modified, downloads, likes, trending = self._vitals(n, self._created(n))
        return {"lastModified": modified * 1000, "downloads": downloads, "likes": likes, "trendingScore": trending}[
            sort
        ]

    def encoded(self, n: int, names: tuple[str, ...]) -> bytes:
        """The record as JSON with the given fields, as far as it has them, in their order."""
        if not FIELDS.isdisjoint(names):
            record = self.record(n)
            return orjson.dumps({name: record[name] for name in names if name in record})
        return self._template(n, names).fill(self._values(n)).encode()

    def record(self, n: int) -> Json:
        """The whole record."""
        result: Json = orjson.loads(self._template(n, ()).fill(self._values(n)))
        return result | seldom_asked(result, self._shape(n), self._children(n))

    def find(self, id: str) -> int | None:
        """The model with this id in any case; the oldest ones are also found without their owner."""
        id = id.lower()
        for n in self._names.candidates(id):
            if n < self._count:
                known = self.id(n).lower()
                if known == id or (n < self._old and known.partition("/")[2] == id):
                    return n
        return None

    def _created(self, n: int) -> int:
        if n < self._old:
            return FLOOR
        # Seconds that never decrease from one number to the next, at unequal distances.
        return self._start + int((n - self._old + (n * 40503 & 0xFFFF) / 65536) * self._pace)

    def _native_ids(self, block: int) -> list[str]:
        return [f"{self._created(n):08x}{_MACHINE}{n:06x}" for n in range(block * BLOCK, (block + 1) * BLOCK)]

    def _vitals(self, n: int, created: int) -> tuple[int, bool, int, int, int, int]:
        """160 random bits, and what they decide: disabled, lastModified (seconds), downloads, likes, trendingScore."""
        bits = (n + 1) * (_FACTORS[0] + 2 * self._seed) & _MASK
        bits = (bits ^ bits >> 83) * _FACTORS[1] & _MASK
        bits ^= bits >> 79
        often, far = bits & 0xFFFF, bits >> 16 & 0xFFFF
        if often < 60 and not self._plausible:
            modified = created - 86400 * (far % 40)
        elif often < 40000:
            modified = created + far % 7200
        else:
            modified = created + (END - created) * far * far // (1 << 32)
        disabled = bits >> 32 & 1023 == 0
        downloads = 0 if disabled else int(2.0 ** ((bits >> 42 & 0xFFFF) * _REACHES[n % BLOCK // FAMILIES] / 65536)) - 1
        # It looks odd where nobody likes what many download.
        likes = int(downloads**0.5) * ((bits >> 58 & 3) + self._plausible) // 4
        trending = likes * (bits >> 60 & 63) // 256 if bits >> 66 & 7 == 0 else 0
        return bits, disabled, min(END, modified), downloads, likes, trending

    def _values(self, n: int) -> tuple[str, ...]:
        """The values for the `_PLACES` of a template, in their order."""
        created = self._created(n)
        bits, disabled, modified, downloads, likes, trending = self._vitals(n, created)
        block, index = divmod(n, BLOCK)
        ids, native_ids = self._names.block(block), self._block(block)
        id = ids[index]
        owner, _, name = id.partition("/")
        member, family = divmod(index, FAMILIES)
        parent = parent_id = other = other_id = ""
        if (first := MEMBERS[member].parent) is not None:
            parent, parent_id = ids[first * FAMILIES + family], native_ids[first * FAMILIES + family]
            if member == MERGED:
                other, other_id = ids[FAMILIES + (family ^ 1)], native_ids[FAMILIES + (family ^ 1)]
        return (
            native_ids[index],
            id,
            owner,
            name,
            f"{bits:040x}",
            timestamp(created),
            timestamp(modified),
            "true" if disabled else "false",
            str(downloads),
            str(downloads * (3 + (bits >> 70 & 31)) + (bits >> 75 & 7)),
            str(likes),
            str(trending),
            str(1000 + (bits >> 80 & 8191)),
            str(100 + (bits >> 93 & 511)),
            str(10 + (bits >> 102 & 63)),
            str(1000 + (bits >> 108 & 8191)),
            parent,
            parent_id,
            parent.lower(),
            other,
            other_id,
            ids[REVISION * FAMILIES + family] if member == REVISED else "",
        )

    def _children(self, n: int) -> dict[str, int]:
        family, member = place(n)
        counts = {"adapter": 0, "merge": 0, "quantized": 0, "finetune": 0}
        later = [number(family, other) for other in range(member + 1, len(MEMBERS))]
        for child in [*later, number(family ^ 1, MERGED)]:
            if child < self._count and n in parents(child):
                counts[_RELATIONS[MEMBERS[place(child)[1]].role]] += 1
        return counts

    def _template(self, n: int, names: tuple[str, ...]) -> Template:
        if (templates := self._templates.get(names)) is None:
            if len(self._templates) > 8:
                self._templates.clear()
            templates = self._templates[names] = [None] * PERIOD
        if (found := templates[n % PERIOD]) is None:
            record = self._writer(self._shape(n), Random(self._seed * PERIOD + n % PERIOD)).write()
            if names:
                record = {name: record[name] for name in names if name in record}
            found = templates[n % PERIOD] = Template(record, _PLACES)
        return found

    def _shape(self, n: int) -> Shape:
        family, member = place(n % PERIOD)
        role = MEMBERS[member].role
        chance = self._seed + family * 7919
        licenses, names = self._writer.licenses, self._writer.license_names
        return Shape(
            kind=KINDS[family % FAMILIES],
            role=role,
            relation=_RELATIONS.get(role),
            parents=len(parents(n)),
            license=licenses[chance % len(licenses)],
            license_name=names[chance % len(names)],
            gated=("auto" if family % 2 else "manual") if chance % 11 == 0 else False,
            size=size(family)[1],
            quantization=quantization(family, member),
            revised=member == REVISED,
        )
