"""Source models of the ``codemeta.json`` in which a repository describes itself.

Terms and their shapes: https://codemeta.github.io/terms/, versions 2 and 3. Both are JSON-LD, and read as what nearly
all of them are: one object with the terms' short names.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from fair4ml.describe.source_record import Day, Listed, NoneSent, SourceObject, SourceRecord, Text, Unquoted, Word
from fair4ml.platforms.github.addresses import RepositoryFile

_DEEPEST = 8
_PEOPLE = ("author", "contributor", "maintainer")


class CodeMetaFile(RepositoryFile):
    """The ``codemeta.json`` of a repository."""


def plain(value: Any, depth: int = 0) -> Any:
    """A value of JSON-LD without prefixes and wrappers; values nested deeper than any term needs are left out."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, list):
        return [plain(each, depth + 1) for each in value]
    if not isinstance(value, dict):
        return value
    for wrapping in ("@value", "@list", "@set"):
        if wrapping in value:
            return plain(value[wrapping], depth + 1)
    return {
        name.removeprefix("@").removeprefix("schema:").removeprefix("codemeta:"): plain(each, depth + 1)
        for name, each in value.items()
    }


def without_roles(document: dict[str, Any]) -> dict[str, Any]:
    """The file with people in place of the roles that they have (CodeMeta 3).

    A role contains its person, or refers by id to one elsewhere in the file; a person with several roles appears once.
    """
    stated = {field: _listed(document[field]) for field in _PEOPLE if document.get(field) is not None}
    known = {each["id"]: each for people in stated.values() for each in people if _is_described(each)}
    for field, people in stated.items():
        holders = [one for each in people for one in (_holders(each) if _is_role(each) else [each])]
        named = [known.get(str(one.get("id")), one) if isinstance(one, dict) else one for one in holders]
        stated[field] = list({json.dumps(one): one for one in named}.values())
    return document | stated


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_role(value: Any) -> bool:
    return isinstance(value, dict) and any(
        re.split("[:/#]", str(type))[-1] == "Role" for type in _listed(value.get("type"))
    )


def _is_described(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and len(value) > 1 and not _is_role(value)


def _holders(role: dict[str, Any]) -> list[Any]:
    """The people who have a role; the role itself if it names nobody."""
    found = [each for field in _PEOPLE for each in _listed(role.get(field)) if each is not None]
    return [{"id": each} if isinstance(each, str) else each for each in found] or [role]


def _thing(value: Any) -> Any:
    return value if value is None or isinstance(value, dict) else {"name": value}


def _first(value: Any) -> Any:
    """The first of several identifiers; the value of one that states its kind."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("value", value.get("id"))
    return value


def _split(value: Any) -> Any:
    return [word.strip() for word in value.split(",")] if isinstance(value, str) else value


Name = Annotated[Word, Unquoted]


class Thing(SourceObject):
    """A person, organization or work in the file, either named or described."""

    id: Word | None = None
    type: Annotated[list[Word | None], Listed, NoneSent]
    name: Annotated[Text, Unquoted] | None = None
    headline: Text | None = None
    given_name: Name | None = Field(None, alias="givenName")
    family_name: Name | None = Field(None, alias="familyName")
    url: Annotated[Word, Unquoted, BeforeValidator(_first)] | None = None
    identifier: Annotated[Word, Unquoted, BeforeValidator(_first)] | None = None
    version: Name | None = None


Things = Annotated[list[Annotated[Thing, BeforeValidator(_thing)] | None], Listed, NoneSent]


class CodeMeta(SourceRecord):
    """The content of the file."""

    identity: ClassVar[frozenset[str]] = frozenset()

    name: Annotated[Text, Unquoted] | None = None
    description: Text | None = None
    identifier: Annotated[list[Annotated[Word, Unquoted, BeforeValidator(_first)] | None], Listed, NoneSent]
    author: Things
    contributor: Things
    maintainer: Things
    license: Things
    version: Name | None = None
    software_version: Name | None = Field(None, alias="softwareVersion")
    date_published: Day | None = Field(None, alias="datePublished")
    keywords: Annotated[list[Name | None], Listed, BeforeValidator(_split), NoneSent]
    programming_language: Things = Field(default_factory=list, alias="programmingLanguage")
    software_requirements: Things = Field(default_factory=list, alias="softwareRequirements")
    reference_publication: Things = Field(default_factory=list, alias="referencePublication")
    development_status: Word | None = Field(None, alias="developmentStatus")
