"""Articles, posts and repositories about an entity, models whose code a repository has, and texts that are alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from fair4ml.describe.text_values import SITE_NAME, TEXT_SIMILARITY
from fair4ml.document import value_of
from mlentory_crawl.catalog.queries.evaluated import names_in
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored, merged

MOST = 10
"""The number of texts, and of models, that are returned."""
TEXTS = ("Article", "SocialMediaPosting")
"""The classes of texts."""
WRITTEN = (*TEXTS, "SoftwareSourceCode")
"""The classes of entities whose texts are about others."""
_DATES = ("datePublished", "dateModified", "dateCreated")


@dataclass(frozen=True, slots=True)
class Writing:
    """A text that is written about an entity.

    Attributes:
        iri: the IRI of the article, post or repository.
        type: its class.
        name: its title; its beginning if it has none, as posts have none.
        authors: the names of its authors.
        date: the date on which it was published, else changed, else made, as far as it is known.
        site: the name of the site that it is on.
        how: ``about`` if the entity is its subject, ``mentions`` if it only links to the entity.
    """

    iri: str
    type: str
    name: str | None
    authors: list[str]
    date: str | None
    site: str | None
    how: Literal["about", "mentions"]


@dataclass(frozen=True, slots=True)
class Writings:
    """Texts about an entity.

    Attributes:
        count: the number of all of them.
        newest: the newest of them, those without a date last.
    """

    count: int = 0
    newest: list[Writing] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CodeOf:
    """Models whose code a repository has.

    Attributes:
        count: the number of all of them.
        models: the first of them by name, as IRI and name.
    """

    count: int = 0
    models: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AlikeText:
    """A text that reads nearly the same as another one.

    Attributes:
        iri: the IRI of the text.
        name: its title, if it is known.
        likeness: the share of their runs of words that both have, from 0 to 1; None if it is no longer stated.
    """

    iri: str
    name: str | None
    likeness: float | None


def writings(reader: CatalogReader, iri: str, most: int = MOST) -> Writings:
    """Return the newest texts that link to an entity or are about it.

    Args:
        reader: the catalog.
        iri: the entity; its aliases count, too.
        most: the maximum number of texts.
    """
    names = orjson.dumps(reader.also_called([iri]))
    rows = reader._execute(
        """SELECT s.iri, max(e.type = 'ABOUT')
           FROM json_each(?1) AS j JOIN entity AS t ON t.iri = j.value
           JOIN edge AS e ON e.target = t.id AND e.type IN ('ABOUT', 'MENTIONS')
           JOIN entity AS s ON s.id = e.source AND s.described AND s.class IN (SELECT value FROM json_each(?2))
           WHERE s.iri NOT IN (SELECT value FROM json_each(?1)) GROUP BY s.iri""",
        (names, orjson.dumps(WRITTEN)),
    )
    about = dict(rows.fetchall())
    records: dict[str, list[Stored]] = {}
    for stored in reader.about(about):
        records.setdefault(stored.iri, []).append(stored)
    found = [_writing(merged(each)[0], is_subject=bool(about[of])) for of, each in records.items()]
    # Both sorts are stable: what has the same date is in order of its IRI.
    found = sorted(sorted(found, key=lambda each: each.iri), key=lambda each: each.date or "", reverse=True)
    return Writings(len(found), found[:most])


def _writing(state: Mapping[str, Any], *, is_subject: bool) -> Writing:
    root, names = state["root"], names_in(state)
    return Writing(
        iri=root["iri"],
        type=root["class"],
        name=root.get("name") or root.get("description"),
        authors=[names.get(iri) or iri for iri in root.get("author", ())],
        date=next((str(root[name]) for name in _DATES if name in root), None),
        site=value_of(state, SITE_NAME),
        how="about" if is_subject else "mentions",
    )


def code_of(reader: CatalogReader, iri: str, most: int = MOST) -> CodeOf:
    """Return the models that name a repository as their code.

    Args:
        reader: the catalog.
        iri: the repository; its aliases count, too.
        most: the maximum number of models.
    """
    rows = reader._execute(
        """SELECT s.iri, coalesce(s.name, s.iri)
           FROM json_each(?1) AS j JOIN entity AS t ON t.iri = j.value
           JOIN edge AS e ON e.target = t.id AND e.type = 'CODE_REPOSITORY'
           JOIN entity AS s ON s.id = e.source AND s.described
           GROUP BY s.iri ORDER BY 2, 1""",
        (orjson.dumps(reader.also_called([iri])),),
    ).fetchall()
    return CodeOf(len(rows), rows[:most])


def alike(reader: CatalogReader, state: Mapping[str, Any]) -> list[AlikeText]:
    """Return the texts that read nearly the same as an article or post, the most similar first.

    Args:
        reader: the catalog.
        state: the merged state of the article or post.
    """
    root = state["root"]
    if root["class"] not in TEXTS:
        return []
    iri, names = root["iri"], names_in(state)
    found = {other: AlikeText(other, names.get(other), share) for other, share in _likenesses(state).items()}
    # Texts name those that came before them.
    rows = reader._execute(
        """SELECT s.iri FROM entity AS t JOIN edge AS e ON e.target = t.id AND e.type = 'RELATION'
           JOIN entity AS s ON s.id = e.source WHERE t.iri = ?""",
        (iri,),
    )
    for stored in reader.about(of for (of,) in rows.fetchall()):
        later = stored.document["root"]
        if later["class"] in TEXTS:
            found[later["iri"]] = AlikeText(later["iri"], later.get("name"), _likenesses(stored.document).get(iri))
    return sorted(found.values(), key=lambda each: (-(each.likeness or 0), each.iri))


def _likenesses(document: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the likeness of a text to each of those that its record names."""
    stated = {
        part["url"]: part.get("value")
        for part in document["parts"]
        if part.get("propertyID") == TEXT_SIMILARITY and "url" in part
    }
    return {iri: stated.get(iri) for iri in document["root"].get("relation", ())}
