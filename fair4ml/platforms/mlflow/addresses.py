"""IRIs of the entities of an MLflow tracking server: the address at which its API gives each.

Source: https://mlflow.org/docs/latest/api_reference/rest-api.html.
"""

from __future__ import annotations

from urllib.parse import quote

HOSTS: frozenset[str] = frozenset()
"""Empty: a tracking server runs wherever its users install it."""

API = "/api/2.0/mlflow/"
"""The part of each address of the API after the address of the tracking server."""


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


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")
