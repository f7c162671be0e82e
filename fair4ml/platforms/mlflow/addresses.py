"""IRIs of what an MLflow tracking server has: the address by which its API gives the thing.

Source: https://mlflow.org/docs/latest/api_reference/rest-api.html.
"""

from __future__ import annotations

from urllib.parse import quote

HOSTS: frozenset[str] = frozenset()
"""A tracking server is wherever its users have it."""

API = "/api/2.0/mlflow/"
"""What stands between the address of the tracking server and each of the API's."""


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
