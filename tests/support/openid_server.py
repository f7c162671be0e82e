"""A made-up OpenID provider on this machine: it signs everybody in, and lies if a test says so."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "mlentory", "a-secret-of-the-service"


@dataclass
class OpenIdServer:
    """What the provider says.

    Attributes:
        issuer: its address.
        claims: added to those of a token, or put in their place; None leaves one out.
        description: the same for its description of itself.
        answers: the bodies of answers that are not what they should be, by path.
        signs_with: the key that signs tokens; its own if None.
        header: the header of tokens.
        seconds: the time that it takes for an answer.
        asked: the requests that it had, each as its path.
        forms: the forms that were sent for tokens.
    """

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)
    signs_with: RSAKey | None = None
    header: dict[str, str] = field(default_factory=lambda: {"alg": "RS256"})
    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """The description."""
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        told = {"issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in names.items()}}
        return without_none(told | self.description)

    def authorize(self, asked: dict[str, str]) -> str:
        """Sign somebody in, and say where they go with the code."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Give a token for a code, once."""
        self.forms.append(form)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        moment = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "anna", "aud": CLIENT, "iat": moment, "exp": moment + 300,
            "nonce": asked["nonce"], "name": "Anna <b>", "roles": ["curator", "boss"],
        }  # fmt: skip
        signed = jwt.encode(
            {"kid": "one", **self.header}, without_none(claims | self.claims), self.signs_with or self.key
        )
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@contextmanager
def openid_server() -> Iterator[OpenIdServer]:
    """The provider, listening."""
    made = OpenIdServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            made.asked.append(parts.path)
            time.sleep(made.seconds)
            if parts.path in made.answers:
                self._send(200, made.answers[parts.path])
            elif parts.path == "/.well-known/openid-configuration":
                self._send(200, json.dumps(made.told()).encode())
            elif parts.path == "/keys":
                self._send(200, json.dumps({"keys": [made.key.as_dict(private=False)]}).encode())
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", made.authorize(dict(parse_qsl(parts.query))))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._send(404, b"{}")

        def do_POST(self) -> None:
            made.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, told = made.token(dict(parse_qsl(body)), self.headers.get("Authorization", ""))
            self._send(status, json.dumps(told).encode())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
