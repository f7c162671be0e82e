"""Identification of clients: by their address behind proxies, the name that they call the service by, and their key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv6Address
from urllib.parse import unquote_to_bytes

from mlentory_crawl.config.values import plain_host
from mlentory_crawl.service.gateway.key_store import KEY, PREFIX
from mlentory_crawl.service.gateway.policy import KNOWN, Policy, address_of, is_loopback
from mlentory_crawl.service.gateway.roles import Role

_ONCE = frozenset((b"host", b"authorization", b"from", b"content-length", b"transfer-encoding", b"cookie", b"origin"))
_READ = _ONCE | {b"x-forwarded-for", b"x-forwarded-proto", b"x-real-ip", b"forwarded", b"via"}
FORWARDED = (b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via")
"""Headers that only requests have which a proxy passed on."""
_CONTROL = re.compile(r"[\0-\x1f\x7f]")
_NAMED = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::[0-9]{0,5})?")
_CONTACT = re.compile(rb"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+")
_IN_ADDRESS = re.compile(KEY.pattern.encode())
LONGEST_NAME = 300


class Refused(Exception):
    """A request that is not answered.

    Args:
        status: the status.
        reason: the kind of refusal, for counters.
        detail: the reason, for a person.
        headers: further headers.
        key: the id of the key that is refused.
    """

    def __init__(
        self,
        status: HTTPStatus,
        reason: str,
        detail: str,
        headers: Iterable[tuple[bytes, bytes]] = (),
        key: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.detail = detail
        self.headers = list(headers)
        self.key = key


@dataclass(frozen=True, slots=True)
class Caller:
    """A client whose request is answered.

    Attributes:
        role: its role.
        address: its IP address, as far as it is known.
        key: the id of its key, or of the person who has signed in; None without one.
        owner: the owner of the key, or the name of the person.
        has_session: whether it is a person who has signed in.
        is_local: whether it is on this machine and no proxy has passed its request on.
    """

    role: Role
    address: str
    key: str | None = None
    owner: str | None = None
    is_local: bool = False
    has_session: bool = False

    @property
    def account(self) -> str:
        """Return its name in the accounts: its key, else its address; of IPv6, the network that a customer has."""
        if self.key is not None:
            return f"key/{self.key}"
        if ":" in self.address and isinstance(found := address_of(self.address), IPv6Address):
            return f"{found.packed[:8].hex()}::/64"
        return self.address


def headers_of(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers that the gateway reads, those that stand several times joined by commas.

    Raises:
        Refused: a header that may stand once stands several times.
    """
    found: dict[bytes, bytes] = {}
    for name, value in raw:
        if name in _READ:
            if name not in found:
                found[name] = value
            elif name in _ONCE:
                raise Refused(HTTPStatus.BAD_REQUEST, "header", f"the header {name.decode().title()} stands twice")
            else:
                found[name] += b"," + value
    return found


def check_host(headers: dict[bytes, bytes], server: str | None, policy: Policy) -> None:
    """Check the name that a request calls the service by; other names would let pages of others read it.

    Args:
        headers: as `headers_of` returns them.
        server: the address that the request came to.
        policy: the settings.

    Raises:
        Refused: the name is not one of the service's.
    """
    name = _name_in(headers.get(b"host", b"")[: LONGEST_NAME + 1])
    if name is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "host", "the header Host is missing or no name of a host")
    if name in policy.hosts or (server is not None and is_loopback(server) and is_loopback(name)):
        return
    raise Refused(
        HTTPStatus.MISDIRECTED_REQUEST, "host", "the service is not known by this name; SERVE_HOSTS lists its names"
    )


@lru_cache(KNOWN)
def _name_in(host: bytes) -> str | None:
    """Return the name in a header, without the port."""
    named = _NAMED.fullmatch(plain_host(host.decode("latin-1"))) if len(host) <= LONGEST_NAME else None
    return None if named is None else plain_host(named[1])


def check_address(path: str, query: bytes) -> None:
    """Check that an address is one that may stand in logs.

    Raises:
        Refused: there are control characters in the path, or there is a key in the address.
    """
    if _CONTROL.search(path):
        # To a router, some of them end a path that goes on.
        raise Refused(HTTPStatus.NOT_FOUND, "path", "nothing has an address with control characters in it")
    if holds_key(path.encode("utf-8", "surrogatepass")) or holds_key(query):
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            "key",
            "there is a key in the address, where logs and histories keep it: revoke it (mlentory serve keys revoke),"
            " and send keys in the header Authorization: Bearer",
        )


def holds_key(text: bytes) -> bool:
    """Check whether there is something like a key in a part of an address, however it is written."""
    if b"%" in text:
        text = unquote_to_bytes(text)
    return PREFIX.encode() in text and _IN_ADDRESS.search(text) is not None


def shown_key(headers: dict[bytes, bytes]) -> str | None:
    """Return the key that a request shows; None if it shows none.

    Whoever says in another way who he is shows a key that does not exist: he is not taken for nobody. A proxy in front
    may ask for a password of its own, and passes it on.
    """
    kind, _, shown = headers.get(b"authorization", b"basic").partition(b" ")
    if kind.lower() == b"basic":
        return None
    return shown.strip().decode("latin-1") if kind.lower() == b"bearer" else ""


def client_of(peer: str, headers: dict[bytes, bytes], policy: Policy) -> tuple[str, bool]:
    """Return the address of a client, and whether it is on this machine.

    Args:
        peer: the address at the other end of the connection.
        headers: as `headers_of` returns them.
        policy: the settings, which name the proxies that are believed.
    """
    if not policy.is_proxy(peer):
        # A proxy that the settings do not name may stand on this machine: its clients are not on it.
        return peer, is_loopback(peer) and not any(name in headers for name in FORWARDED)
    for each in reversed(headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
        found = address_of(_without_port(each.strip()))
        if found is None:
            break
        if not policy.is_proxy(str(found)):
            return str(found), False
    return peer, False


def scheme_of(scheme: str, peer: str, headers: dict[bytes, bytes], policy: Policy) -> str:
    """Return the scheme by which a client reaches the service: a proxy's own if the settings name the proxy."""
    told = headers.get(b"x-forwarded-proto", b"").decode("latin-1").strip().lower()
    return told if told in ("http", "https") and policy.is_proxy(peer) else scheme


def is_of_other_page(headers: dict[bytes, bytes], scheme: str) -> bool:
    """Check whether a page that is not of the service has a browser send a request.

    Args:
        headers: as `headers_of` returns them.
        scheme: the scheme by which the client reaches the service.
    """
    own = f"{scheme}://{headers.get(b'host', b'').decode('latin-1')}"
    return b"origin" in headers and headers[b"origin"].decode("latin-1").lower() != own.lower()


def check_origin(headers: dict[bytes, bytes], scheme: str) -> None:
    """Check that a request that may change something comes from a page of the service itself.

    Args:
        headers: as `headers_of` returns them.
        scheme: the scheme by which the client reaches the service.

    Raises:
        Refused: it comes from another page, or does not say from where.
    """
    if b"origin" not in headers or is_of_other_page(headers, scheme):
        raise Refused(HTTPStatus.FORBIDDEN, "origin", "this was sent by a page of another site, or of none")


def has_contact(headers: dict[bytes, bytes]) -> bool:
    """Check whether a client says whom to write to."""
    contact = headers.get(b"from", b"")
    return 0 < len(contact) <= LONGEST_NAME and _CONTACT.fullmatch(contact) is not None


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    host, colon, _ = address.rpartition(":")
    return host if colon and ":" not in host else address
