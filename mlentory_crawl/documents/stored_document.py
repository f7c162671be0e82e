"""The base class of documents that programs find and save."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import orjson
from pydantic import UUID4, Field, model_validator

from fair4ml.identifiers import document_id
from fair4ml.read.web_addresses import canonical
from fair4ml.write.document_classes import MongoDocument, in_bson
from mlentory_crawl.catalog.queries.documents import documents_in_catalog, imported_iri
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.config.environment import read_environment
from mlentory_crawl.config.variables import VARIABLES
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.documents.import_run import import_documents
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.stores.factory import check_store_settings
from mlentory_crawl.stores.mongodb.reading import stored_documents

ID = "_id"


class StoredDocument(MongoDocument):
    """A document that is saved in the catalog, and found in MongoDB, or in the catalog where no MongoDB is set.

    What is saved is imported in a run of its own: only the projection writes the collections. Settings are those of
    commands, from the environment and ``.env``.
    """

    id: UUID4 = Field(default_factory=uuid4)

    @model_validator(mode="before")
    @classmethod
    def _with_id(cls, stated: Any) -> Any:
        """Add the id that follows from the address; a document without one has a random id."""
        if not isinstance(stated, Mapping) or "id" in stated:
            return stated
        address = stated.get("canonical_url") or stated.get("link")
        return {**stated, "id": document_id(canonical(address))} if isinstance(address, str) else stated

    async def save(self) -> Self:
        """Save the document in a run of its own, and return it as it is stored now.

        Raises:
            MlentoryError: it was not stored; the message says why.
        """
        await self.bulk_insert([self])
        return await asyncio.to_thread(self._imported, Path(_settings()["MLENTORY_DATA_DIR"])) or self

    def _imported(self, data_dir: Path) -> Self | None:
        """Return the document as the catalog has it: a server that is down lacks it."""
        with closing(CatalogReader(data_dir)) as reader:
            iri = imported_iri(reader, str(self.id))
            every = documents_in_catalog(reader, lambda each: each == iri)
            found = next((each for each in every if each.collection == self.collection), None)
            return None if found is None else self.from_mongo(found.to_mongo())

    @classmethod
    async def get_or_create(cls, **stated: Any) -> Self:
        """Return the document with these values; if there is none, save one.

        Args:
            stated: values by the names of fields; they have to suffice for a new document.

        Raises:
            MlentoryError: it could not be asked for, or not be stored.
        """
        found = await cls.find(**stated)
        if found is not None:
            return found
        if not stated.keys() & {"id", "canonical_url", "link"}:
            # Two programs that ask for the same at the same time save one document.
            told = orjson.dumps([cls.collection, in_bson(stated)], option=orjson.OPT_SORT_KEYS)
            stated = {"id": document_id(told.decode()), **stated}
        return await cls(**stated).save()

    @classmethod
    async def bulk_insert(cls, documents: Sequence[Self]) -> dict[str, Any]:
        """Save documents in one run, and return its report; a document that is there is replaced.

        Raises:
            MlentoryError: some were not stored; the message says which, and why.
        """
        if not documents:
            raise WrongUsage("there are no documents to save")
        data_dir = Path(_settings()["MLENTORY_DATA_DIR"])
        stated = await asyncio.to_thread(cls._stated, documents, data_dir)
        return await import_documents(data_dir, {cls.__name__: stated})

    @classmethod
    def _stated(cls, documents: Sequence[Self], data_dir: Path) -> list[dict[str, Any]]:
        """Return what is imported."""
        return [each.to_mongo() for each in documents]

    @classmethod
    async def find(cls, **sought: Any) -> Self | None:
        """Return the first document, by id, that has these values, or None; see `bulk_find`."""
        return next(iter(await cls._found(sought, 1)), None)

    @classmethod
    async def bulk_find(cls, **sought: Any) -> list[Self]:
        """Return all documents that have these values, sorted by id.

        Args:
            sought: values by the names of fields; of a list, one of its elements. None: the document has no such value.

        Raises:
            MlentoryError: there is no such field, or neither MongoDB nor the catalog can be read.
        """
        return await cls._found(sought, 0)

    @classmethod
    async def _found(cls, sought: Mapping[str, Any], most: int) -> list[Self]:
        if unknown := sorted(sought.keys() - cls.model_fields.keys()):
            raise WrongUsage(f"{cls.__name__} has no field {', '.join(unknown)}; it has {', '.join(cls.model_fields)}")
        if odd := sorted(name for name, value in sought.items() if isinstance(value, Mapping | list | tuple | set)):
            raise WrongUsage(f"{cls.__name__}: {', '.join(odd)} can only be compared with a single value")
        values = {ID if name == "id" else name: in_bson(value) for name, value in sought.items()}
        settings = _settings()
        if settings.get("MONGODB_URI"):
            stored = await stored_documents(settings, cls.collection, values, most)
        else:
            stored = await asyncio.to_thread(cls._in_catalog, Path(settings["MLENTORY_DATA_DIR"]), values)
        return [cls.from_mongo(each) for each in (stored[:most] if most else stored)]

    @classmethod
    def _in_catalog(cls, data_dir: Path, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        if not (data_dir / CATALOG).exists():
            return []  # nothing is saved yet
        with closing(CatalogReader(data_dir)) as reader:
            every = documents_in_catalog(reader, cls._is_sought(values))
            stored = (each.to_mongo() for each in every if each.collection == cls.collection)
            return sorted((each for each in stored if _has(each, values)), key=lambda each: str(each[ID]))

    @classmethod
    def _is_sought(cls, values: Mapping[str, Any]) -> Callable[[str], bool]:
        """Return the check by which texts are left out before they are read."""
        id, address = values.get(ID), values.get("canonical_url")
        return lambda iri: (id is None or str(document_id(iri)) == id) and (address is None or iri == address)


def _settings() -> dict[str, Any]:
    settings: dict[str, Any] = read_environment(VARIABLES)
    check_store_settings(settings)
    return settings


def _has(stored: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Check whether a document has values, as MongoDB compares them."""
    for name, value in values.items():
        found = stored.get(name)
        if found != value and not (isinstance(found, list) and value in found):
            return False
    return True
