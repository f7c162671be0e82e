"""IRIs of the entities of an MLflow tracking server: the address at which its API gives each, also for a name or page.

Source: https://mlflow.org/docs/latest/api_reference/rest-api.html.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlencode

HOSTS: frozenset[str] = frozenset()
"""Empty: a tracking server runs wherever its users install it."""

API = "/api/2.0/mlflow/"
"""The part of each address of the API after the address of the tracking server."""

SINGLES = (
    ("registered-models/get?", "registered_model", "registered_model"),
    ("registered-models/alias?", "model_version", "model_version"),
    ("model-versions/get?", "model_version", "model_version"),
    ("experiments/get?", "experiment", "experiment"),
    ("runs/get?", "run", "run"),
    ("logged-models/m-", "logged_model", "model"),
)
"""The beginnings of the addresses of single entities, the kind of each, and the field of the answer that holds it."""
_NAME = re.compile(
    r"runs:/(?P<run>[\w.-]+)|models:/(?P<logged>m-[0-9a-f]{32})"
    r"|(?:models:/)?(?P<model>[^/:@]+)(?:/(?P<version>[0-9]+)|@(?P<alias>[^/:@]+))?"
)
_PAGE = re.compile(
    r"/?#/(?:models/(?P<model>[^/?]+)(?:/versions/(?P<version>[0-9]+))?"
    r"|experiments/(?P<experiment>[\w.-]+)(?:/runs/(?P<run>[\w.-]+)|/models/(?P<logged>m-[0-9a-f]{32}))?)/?"
)


def registered_model(server: str, name: str) -> str:
    """The IRI of a registered model."""
    return f"{server}{API}registered-models/get?name={_encoded(name)}"


def model_version(server: str, name: str, version: str) -> str:
    """The IRI of a version of a registered model."""
    return f"{server}{API}model-versions/get?name={_encoded(name)}&version={_encoded(version)}"


def experiment(server: str, id: str) -> str:
    """The IRI of an experiment."""
    return f"{server}{API}experiments/get?experiment_id={_encoded(id)}"


def run(server: str, id: str) -> str:
    """The IRI of a run."""
    return f"{server}{API}runs/get?run_id={_encoded(id)}"


def logged_model(server: str, id: str) -> str:
    """The IRI of a logged model."""
    return f"{server}{API}logged-models/{_encoded(id)}"


def single(server: str, url: str) -> tuple[str, str] | None:
    """The kind of entity that an address gives, and the field of the answer that holds it; None where it gives none."""
    path = url.removeprefix(f"{server}{API}")
    return next(((kind, field) for start, kind, field in SINGLES if path != url and path.startswith(start)), None)


def address_of(server: str, name: str) -> str | None:
    """The address that gives what a name means; None where it means nothing.

    Args:
        server: the address of the tracking server.
        name: ``NAME``, ``NAME/VERSION``, ``NAME@ALIAS``, each also after ``models:/``; ``models:/m-...``, ``runs:/ID``,
            or the address of one of the server's pages, or of its API.
    """
    if name.startswith(f"{server}/"):
        if single(server, name) is not None:
            return name
        found = _PAGE.fullmatch(name.removeprefix(server))
    else:
        found = _NAME.fullmatch(name)
    if found is None:
        return None
    means = {part: unquote(text) for part, text in found.groupdict().items() if text}
    if "run" in means:
        return run(server, means["run"])
    if "logged" in means:
        return logged_model(server, means["logged"])
    if "experiment" in means:
        return experiment(server, means["experiment"])
    if "version" in means:
        return model_version(server, means["model"], means["version"])
    if "alias" in means:
        return f"{server}{API}registered-models/alias?{urlencode({'name': means['model'], 'alias': means['alias']})}"
    return registered_model(server, means["model"])


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")
