"""Made-up overviews of owners, in the Hub's two forms for organizations and users."""

from __future__ import annotations

from hashlib import sha1
from random import Random

from mlentory_crawl.sample_hub.models import FLOOR, timestamp
from mlentory_crawl.sample_hub.templates import Json
from mlentory_crawl.sample_hub.words import LABS, OWNERS

_ORGANIZATIONS = frozenset(lab.lower() for lab in LABS)
_USERS = frozenset(OWNERS)


def is_organization(name: str) -> bool:
    """Check whether an owner is an organization: laboratories are, and one in three owners not made up here."""
    if name.lower() in _ORGANIZATIONS or name in _USERS:
        return name not in _USERS
    return sha1(name.lower().encode()).digest()[0] % 3 == 0


def overview(name: str, models: int, datasets: int) -> Json:
    """The Hub's overview of an owner.

    Args:
        name: the name of the owner.
        models: the number of models that the owner has.
        datasets: the number of datasets that the owner has.
    """
    chance = Random(f"owner {name.lower()}")
    created = FLOOR + chance.randrange(100_000_000)
    words = name.replace("-", " ").replace("_", " ")
    common: Json = {
        "_id": f"{created:08x}{sha1(name.lower().encode()).hexdigest()[:16]}",
        "fullname": chance.choice([words.title(), words, name, f"{words} ⚓", ""]),
        "avatarUrl": f"https://example.org/avatars/{name}.png",
        "numModels": models,
        "numDatasets": datasets,
        "numSpaces": chance.randrange(5),
        "numFollowers": chance.randrange(4000),
    }
    if is_organization(name):
        organization = common | {"name": name, "isVerified": chance.random() < 0.2, "numUsers": chance.randrange(1, 40)}
        extra: list[Json] = [{}, {"plan": "team"}, {"details": "Open models from the harbor."}]
        return organization | chance.choice(extra)
    return common | {
        "user": name,
        "type": "user",
        "isPro": chance.random() < 0.1,
        "createdAt": timestamp(created),
        "numDiscussions": chance.randrange(90),
        "numPapers": chance.randrange(3),
        "numUpvotes": chance.randrange(300),
        "numLikes": chance.randrange(900),
        "numFollowing": chance.randrange(60),
        "orgs": [],
    }
