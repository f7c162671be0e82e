"""The MongoDB server: the settings that name it, the connection to it, and its error messages."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from mlentory_crawl.exceptions import SettingError, StoreError
from mlentory_crawl.extras import install_command
from mlentory_crawl.stores.errors import error_message

if TYPE_CHECKING:
    from pymongo import AsyncMongoClient, MongoClient

Client = TypeVar("Client")

CONNECT_SECONDS = 5.0
"""So long may the first answer take: a server that is down answers nothing, and the driver waits for it."""
USER = "mlentory"
"""The user whose password is given without a name."""
OPTIONS: Mapping[str, Any] = {
    "appname": "mlentory",
    # A replica set may have to elect another primary first.
    "serverSelectionTimeoutMS": 30_000,
    "socketTimeoutMS": 120_000,
}
"""Options of the connection, unless the address has others."""

# Less than the server takes, so that the name is the same everywhere and needs no quotes.
_DATABASE = re.compile(r"[A-Za-z0-9_-]{1,63}")
_PARTS_OF_ERRORS = ("writeErrors", "writeConcernErrors")
_OF_THE_SERVER = frozenset({"admin", "config", "local"})


def check(settings: Mapping[str, Any]) -> None:
    """Check address, database and credentials, where a MongoDB is chosen.

    Raises:
        SettingError: a setting that cannot be meant.
    """
    if not (uri := settings.get("MONGODB_URI")):
        return
    parts = _parts(uri)
    if parts is None:
        raise SettingError("MONGODB_URI: expected an address such as mongodb://localhost:27017")
    database = settings.get("MONGODB_DATABASE") or ""
    if not _DATABASE.fullmatch(database) or database in _OF_THE_SERVER:
        raise SettingError(
            "MONGODB_DATABASE: expected up to 63 letters, digits, _ or -, and none of"
            f" {', '.join(sorted(_OF_THE_SERVER))}, got {database!r}"
        )
    user, password = (settings.get(f"MONGODB_{name}") for name in ("USERNAME", "PASSWORD"))
    if parts[0] and (user or password):
        raise SettingError("MONGODB_USERNAME and MONGODB_PASSWORD cannot be used if MONGODB_URI has a user name")
    if user and not password:
        raise SettingError("MONGODB_USERNAME can only be used together with MONGODB_PASSWORD")


def _parts(uri: str) -> tuple[str, str] | None:
    """The credentials and the hosts in an address; None if it is none."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    credentials, _, hosts = parts.netloc.rpartition("@")
    is_address = parts.scheme in ("mongodb", "mongodb+srv") and hosts.strip(",:") and "@" not in parts.path
    return (credentials, f"{parts.scheme}://{hosts}") if is_address else None


class Server:
    """A connection that is made when it is first used.

    Args:
        uri: the address; may have a user and a password.
        user, password: the credentials, where the address has none and the server asks for some.
    """

    def __init__(self, uri: str, user: str | None, password: str | None) -> None:
        self._uri = uri
        self._credentials: dict[str, Any] = {"username": user or USER, "password": password} if password else {}
        self._client: MongoClient[dict[str, Any]] | None = None

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The server that the settings name.

        Raises:
            StoreError: its driver is not installed.
        """
        if find_spec("pymongo") is None:
            raise StoreError(f"MONGODB_URI needs the MongoDB driver: {install_command('mongodb')}")
        return cls(settings["MONGODB_URI"], settings.get("MONGODB_USERNAME"), settings.get("MONGODB_PASSWORD"))

    @property
    def place(self) -> str:
        """The address without credentials and options, for messages."""
        parts = _parts(self._uri)
        return "MONGODB_URI" if parts is None else parts[1]

    @property
    def client(self) -> MongoClient[dict[str, Any]]:
        """The client.

        Raises:
            StoreError: the address or its options cannot be meant.
        """
        if self._client is None:
            from pymongo import MongoClient

            self._client = self._made(MongoClient)
        return self._client

    def async_client(self) -> AsyncMongoClient[dict[str, Any]]:
        """A client for the running event loop, which whoever asks for it closes; times that it reads are in UTC.

        Raises:
            StoreError: the address or its options cannot be meant.
        """
        from pymongo import AsyncMongoClient

        return self._made(AsyncMongoClient, tz_aware=True, serverSelectionTimeoutMS=CONNECT_SECONDS * 1000)

    def _made(self, client: Callable[..., Client], **further: Any) -> Client:
        from pymongo.errors import PyMongoError

        # It tells of each try; the outcome of them all is one line.
        logging.getLogger("pymongo").setLevel(logging.CRITICAL)
        options = {name: value for name, value in {**OPTIONS, **further}.items() if not self._has(name)}
        try:
            # What a secondary has may be older than what was written.
            return client(self._uri, readPreference="primary", **options, **self._credentials)
        except (PyMongoError, ValueError, OSError) as error:
            raise StoreError(f"MONGODB_URI and its credentials: {reason(error)}") from error

    def _has(self, option: str) -> bool:
        return option.lower() in urlsplit(self._uri).query.lower()

    def connect(self) -> None:
        """Wait for the first answer."""
        import pymongo

        with pymongo.timeout(None if self._has("serverSelectionTimeoutMS") else CONNECT_SECONDS):
            self.client.admin.command("ping")

    def close(self) -> None:
        """Release the connection; the next use makes another."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Tell the driver's errors as those of the store.

        Raises:
            StoreError: the server cannot be reached, or refuses.
        """
        from bson.errors import BSONError
        from pymongo.errors import PyMongoError

        try:
            yield
        except (PyMongoError, BSONError, OSError) as error:
            raise StoreError(f"MongoDB at {self.place}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """The reason of an error, in one line, without the state and the documents that the driver recites."""
    details: Any = getattr(error, "details", None)
    while isinstance(details, Mapping) and "errmsg" not in details:
        details = next((each[0] for name in _PARTS_OF_ERRORS if (each := details.get(name))), None)
    return error_message(ValueError(details["errmsg"]) if details else error).split(" (configured timeouts")[0]
