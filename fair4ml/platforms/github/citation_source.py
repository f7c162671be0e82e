"""Source models of the ``CITATION.cff`` in which a repository says how to cite it.

Fields and their shapes: https://github.com/citation-file-format/citation-file-format, schemas 1.0 to 1.2. People write
these files: values of any type occur.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fair4ml.describe.source_record import (
    Day,
    Listed,
    NoneSent,
    SourceObject,
    SourceRecord,
    Text,
    Unquoted,
    WebAddress,
    Word,
)
from fair4ml.platforms.github.addresses import RepositoryFile


class CitationFile(RepositoryFile):
    """The ``CITATION.cff`` of a repository."""


Name = Annotated[Word, Unquoted]
Names = Annotated[list[Name | None], Listed, NoneSent]


class Author(SourceObject):
    """A person, or with ``name`` an entity: an institution, a team, a company."""

    given_names: Name | None = Field(None, alias="given-names")
    name_particle: Name | None = Field(None, alias="name-particle")
    family_names: Name | None = Field(None, alias="family-names")
    name_suffix: Name | None = Field(None, alias="name-suffix")
    alias: Name | None = None
    name: Name | None = None
    orcid: Word | None = None


class Identifier(SourceObject):
    """An identifier, with its kind: ``doi``, ``swh``, ``url`` or ``other``."""

    type: Word | None = None
    value: Name | None = None


Identifiers = Annotated[list[Identifier | None], Listed, NoneSent]


class Reference(SourceObject):
    """Another work."""

    type: Word | None = None
    title: Annotated[Text, Unquoted] | None = None
    doi: Name | None = None
    url: Word | None = None
    identifiers: Identifiers


class Citation(SourceRecord):
    """The content of the file."""

    identity: ClassVar[frozenset[str]] = frozenset()

    title: Annotated[Text, Unquoted] | None = None
    abstract: Text | None = None
    authors: Annotated[list[Author | None], Listed, NoneSent]
    version: Name | None = None
    doi: Name | None = None
    identifiers: Identifiers
    date_released: Day | None = Field(None, alias="date-released")
    license: Names
    license_url: WebAddress | None = Field(None, alias="license-url")
    keywords: Names
    preferred_citation: Reference | None = Field(None, alias="preferred-citation")
    references: Annotated[list[Reference | None], Listed, NoneSent]
