"""Source models of the Hugging Face Hub's Croissant file of a dataset (``GET /api/datasets/{id}/croissant``).

Terms and their shapes: https://docs.mlcommons.org/croissant/docs/croissant-spec.html, versions 0.8 to 1.1. A value may
be alone or in a list, and a text in an object that states its language (https://www.w3.org/TR/json-ld11/).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from fair4ml.describe.source_record import Count, Day, Listed, NoneSent, SourceObject, Text, Word
from fair4ml.normalize.languages import is_language_tag
from fair4ml.platforms.huggingface.repository_source import Repository

_OF_THINGS = ("name", "value", "termCode", "url", "@id")
"""The keys that may hold the name of an object, the best first."""


def _alone(value: Any) -> Any:
    """The only element of a list, as JSON-LD allows it to be written."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _text(value: Any) -> Any:
    """One text of those in several languages (the English one, or else the first), or the name of an object."""
    value = _alone(value)
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in ("@value", "en", *_OF_THINGS) if value.get(key) is not None), _in_first(value))


def _in_first(languages: dict[str, Any]) -> Any:
    return next((text for tag, text in languages.items() if is_language_tag(tag)), None)


def _listed(value: Any) -> Any:
    """The elements of a list that is written as an object, with or without an order."""
    if not isinstance(value, dict):
        return value
    return value.get("@list", value.get("@set", value))


def _texts(value: Any) -> Any:
    value = _listed(value)
    return [_text(item) for item in value] if isinstance(value, list) else _text(value)


def _work(value: Any) -> Any:
    """The citation of a work: its name and its addresses."""
    if not isinstance(value, dict):
        return value
    told = (_text(value.get(key)) for key in ("name", "headline", "url", "@id", "identifier"))
    texts = [text for text in told if isinstance(text, str) and not text.startswith("_:")]
    return " ".join(dict.fromkeys([*texts[:1], *filter(_is_address, texts)])) or _text(value)


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _works(value: Any) -> Any:
    value = _listed(value)
    return [_work(item) for item in value] if isinstance(value, list) else _work(value)


def _identifier(value: Any) -> Any:
    """The identifier in an object that states the kind of identifier."""
    return _address({**value, "@id": value.get("value", value.get("@id"))}) if isinstance(value, dict) else value


def _identifiers(value: Any) -> Any:
    value = _listed(value)
    return [_identifier(item) for item in value] if isinstance(value, list) else _identifier(value)


def _words(value: Any) -> Any:
    """The list of keywords, which schema.org also allows as one text separated by commas."""
    return value.split(",") if isinstance(value, str) else _texts(value)


def _named(value: Any) -> Any:
    """An object in place of a mere name or address."""
    return {"name": value} if isinstance(value, str) else value


def _things(value: Any) -> Any:
    value = _listed(value)
    return [_named(item) for item in value] if isinstance(value, list) else _named(value)


def _address(value: Any) -> Any:
    """The address of an object, or its name if it has no address."""
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in ("@id", "url", "@value", "name") if value.get(key) is not None), None)


def _addresses(value: Any) -> Any:
    value = _listed(value)
    return [_address(item) for item in value] if isinstance(value, list) else _address(value)


def _number_as_text(value: Any) -> Any:
    value = _text(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


OneText = Annotated[Text | None, BeforeValidator(_text)]
OneWord = Annotated[Word | None, BeforeValidator(_text)]
Works = Annotated[list[Text | None], Listed, BeforeValidator(_works), NoneSent]
Addresses = Annotated[list[Text | None], Listed, BeforeValidator(_addresses), NoneSent]


class Creator(SourceObject):
    """A creator of a dataset."""

    type: OneWord = Field(None, alias="@type")
    id: OneWord = Field(None, alias="@id")
    name: OneWord = None
    given_name: OneWord = Field(None, alias="givenName")
    family_name: OneWord = Field(None, alias="familyName")
    url: OneText = None


class File(SourceObject):
    """A file (``FileObject``) or several of one kind (``FileSet``)."""

    type: OneWord = Field(None, alias="@type")
    id: OneWord = Field(None, alias="@id")
    name: OneWord = None
    content_url: OneText = Field(None, alias="contentUrl")
    content_size: Annotated[Count | Word | None, BeforeValidator(_alone)] = Field(None, alias="contentSize")
    encoding_format: Annotated[list[Word | None], Listed] = Field(default_factory=list, alias="encodingFormat")
    sha256: OneText = None


class Croissant(SourceObject):
    """The description of a dataset; the structure of its records (``recordSet``) is ignored."""

    name: OneWord = None
    alternate_name: Annotated[list[Word | None], Listed, BeforeValidator(_texts)] = Field(
        default_factory=list, alias="alternateName"
    )
    description: OneText = None
    license: Addresses
    creator: Annotated[list[Creator | None], Listed, BeforeValidator(_things), NoneSent]
    keywords: Annotated[list[Word | None], Listed, BeforeValidator(_words), NoneSent]
    in_language: Annotated[list[Word | None], Listed, BeforeValidator(_addresses)] = Field(
        default_factory=list, alias="inLanguage"
    )
    url: OneText = None
    same_as: Addresses = Field(default_factory=list, alias="sameAs")
    identifier: Annotated[list[Text | None], Listed, BeforeValidator(_identifiers), NoneSent]
    version: Annotated[Word | None, BeforeValidator(_number_as_text)] = None
    citation: Works
    cite_as: OneText = Field(None, alias="citeAs")
    date_created: Annotated[Day | None, BeforeValidator(_text)] = Field(None, alias="dateCreated")
    date_modified: Annotated[Day | None, BeforeValidator(_text)] = Field(None, alias="dateModified")
    date_published: Annotated[Day | None, BeforeValidator(_text)] = Field(None, alias="datePublished")
    distribution: Annotated[list[File | None], Listed, NoneSent]


class CroissantFile(Repository):
    """The Croissant file of a dataset; the Hub's response lacks the dataset's id, so the spider adds it."""

    croissant: Croissant | None = None
