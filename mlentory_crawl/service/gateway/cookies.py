"""Cookies of people who have signed in, and where their requests come from."""

from __future__ import annotations

from mlentory_crawl.service.gateway.policy import is_loopback

SESSION, ATTEMPT = "mlentory", "mlentory-sign-in"
"""The names of the cookies: of a session, and of the way to the provider and back."""
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


def cookie_name(name: str, scheme: str) -> str:
    """Return the name of a cookie: with HTTPS one that no other host, and nobody on the way, can set."""
    return f"__Host-{name}" if scheme == "https" else name


def set_cookie(name: str, value: str, scheme: str, seconds: int) -> str:
    """Return the header that sets a cookie; over HTTP, which is for this machine only, browsers take no secure one."""
    secure = "; Secure" if scheme == "https" else ""
    return f"{cookie_name(name, scheme)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def cookie_in(header: str, name: str, scheme: str) -> str | None:
    """Return a cookie of a request; None if it is not there, or there several times."""
    wanted = cookie_name(name, scheme)
    pairs = (each.strip().partition("=") for each in header.split(";"))
    found = [value for name, _, value in pairs if name == wanted]
    return found[0] if len(found) == 1 else None


def is_private(scheme: str, host: str) -> bool:
    """Check whether nobody on the way can read cookies: by HTTPS, or on this machine."""
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return scheme == "https" or is_loopback(name)
