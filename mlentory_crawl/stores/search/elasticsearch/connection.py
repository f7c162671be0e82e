"""The connection to an Elasticsearch server, and the server's error messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from mlentory_crawl.config.values import without_credentials
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.errors import error_message

if TYPE_CHECKING:
    from elasticsearch import ApiError, AsyncElasticsearch

MAJORS = (8, 9)
"""The versions of servers that the client talks to."""

REQUEST_SECONDS = 60.0

_Result = TypeVar("_Result")


class Connection:
    """A connection that is made when it is first used.

    Args:
        url: where the server is; may have a user and a password.
        api_key: the credential, encoded as the server gives it; or
        user, password: others. All None where the server asks for none.
    """

    def __init__(
        self, url: str, *, api_key: str | None = None, user: str | None = None, password: str | None = None
    ) -> None:
        self._url = url
        self._credentials: dict[str, Any] = {"api_key": api_key} if api_key else {}
        if user or password:
            self._credentials["basic_auth"] = (user or "elastic", password or "")
        self._runner: asyncio.Runner | None = None
        self._client: AsyncElasticsearch | None = None

    @property
    def place(self) -> str:
        """The address without user and password, for messages."""
        return without_credentials(self._url)

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Do a piece of work.

        Raises:
            StoreError: the server cannot be reached, or refuses.
        """
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(self._carry_out(work))

    async def _carry_out(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        async with self._store_errors():
            return await work

    @asynccontextmanager
    async def _store_errors(self) -> AsyncIterator[None]:
        from elasticsearch import ApiError, TransportError

        try:
            yield
        except ApiError as error:
            if error.message == "media_type_header_exception":  # so refuse servers that are too new
                raise StoreError(
                    f"expected Elasticsearch {' or '.join(map(str, MAJORS))} at {self.place},"
                    f" got another version: {reason(error)}"
                ) from error
            raise StoreError(f"Elasticsearch at {self.place}: {reason(error)}") from error
        except (TransportError, OSError) as error:
            cause: Exception = error
            while isinstance(cause, TransportError) and cause.errors:
                cause = cause.errors[-1]
            raise StoreError(f"Elasticsearch at {self.place}: {error_message(cause)}") from error

    @property
    def client(self) -> AsyncElasticsearch:
        """The client; only work that is `run` may use it.

        Raises:
            StoreError: the address or the credentials cannot be meant.
        """
        if self._client is None:
            from elasticsearch import AsyncElasticsearch

            # It warns of each try with a traceback; the outcome of them all is one line.
            logging.getLogger("elastic_transport").setLevel(logging.ERROR)
            try:
                self._client = AsyncElasticsearch(
                    self._url, request_timeout=REQUEST_SECONDS, retry_on_status=(), **self._credentials
                )
            except ValueError as error:
                raise StoreError(f"ELASTICSEARCH_URL and its credentials: {error_message(error)}") from error
        return self._client

    def close(self) -> None:
        """Release the connection; the next use makes another."""
        runner, client = self._runner, self._client
        self._runner = self._client = None
        if runner is not None:
            if client is not None:
                runner.run(client.close())
            runner.close()


def reason(error: ApiError) -> str:
    """The server's reason to refuse a request, in one line."""
    body = error.body
    stated = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(stated, Mapping) and "reason" in stated:
        return f"{message(stated)} ({error.status_code})"
    return f"{error_message(error)} ({error.status_code})"


def message(error: Mapping[str, Any]) -> str:
    """The message of an error, in one line."""
    cause = (error.get("caused_by") or {}).get("reason")
    return " ".join(f"{error['reason']}{f': {cause}' if cause else ''}".split())[:500]
