"""Settings and credentials for an MLflow tracking server, and readers of its responses.

Source: https://mlflow.org/docs/latest/api_reference/rest-api.html.
"""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response
from scrapy.settings import BaseSettings

from fair4ml.platforms.mlflow import addresses as iris
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.responses import json_of


def check_settings(settings: BaseSettings) -> None:
    """Check the address and the credentials in the settings.

    Raises:
        SettingError: they are invalid.
    """
    address = urlsplit(settings["MLFLOW_TRACKING_URI"])
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment:
        raise SettingError("MLFLOW_TRACKING_URI: expected the address of a server such as https://mlflow.example.org")
    user, password = settings["MLFLOW_TRACKING_USERNAME"], settings["MLFLOW_TRACKING_PASSWORD"]
    if bool(user) != bool(password):
        raise SettingError("MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD must be set together")
    if user and settings["MLFLOW_TRACKING_TOKEN"]:
        raise SettingError("MLFLOW_TRACKING_TOKEN cannot be used together with MLFLOW_TRACKING_USERNAME")


def credentials(settings: BaseSettings) -> dict[str, str]:
    """Return the authorization header according to the settings; empty if they have no credentials."""
    user, password = settings["MLFLOW_TRACKING_USERNAME"], settings["MLFLOW_TRACKING_PASSWORD"]
    if user:
        return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}
    token = settings["MLFLOW_TRACKING_TOKEN"]
    return {"Authorization": f"Bearer {token}"} if token else {}


def key_and_address(server: str, kind: str, record: Any) -> tuple[str, str] | None:
    """Return the native id of a record and its API address; None if the record does not identify itself."""
    known = record if isinstance(record, dict) else {}
    name, version = known.get("name"), str(known.get("version") or "")
    if kind == "registered_model":
        return (name, iris.registered_model(server, name)) if isinstance(name, str) and name else None
    if kind in ("model_version", "model_version_run"):
        if not (isinstance(name, str) and name and version):
            return None
        run = _id(known.get("run"), "run_id") if kind == "model_version_run" else None
        address = iris.run(server, run) if run else iris.model_version(server, name, version)
        return f"{name}/{version}", address
    if kind == "experiment":
        id = _id({"info": known}, "experiment_id")
        return (id, iris.experiment(server, id)) if id else None
    if kind == "run":
        id = _id(known, "run_id")
        return (id, iris.run(server, id)) if id else None
    id = _id(known, "model_id")
    return (id, iris.logged_model(server, id)) if id else None


def _id(record: Any, field: str) -> str | None:
    info = record.get("info") if isinstance(record, dict) else None
    id = info.get(field) if isinstance(info, dict) else None
    return id if isinstance(id, str) and id else None


def milliseconds(record: Any, field: str) -> int | None:
    """Return a time that a record states, in milliseconds since 1970."""
    stated = record.get(field) if isinstance(record, dict) else None
    return int(stated) if isinstance(stated, int | str) and re.fullmatch("[0-9]{1,18}", str(stated)) else None


def denies(response: Response) -> bool | None:
    """Check whether a response denies that the requested entity exists; None if it shows neither.

    Deleted runs and experiments can be requested until they are purged.
    """
    body = _body(response)
    if response.status == 404 and body.get("error_code") == "RESOURCE_DOES_NOT_EXIST":
        return True
    found = _held(body)
    if response.status != 200 or found is None:
        return None
    info = found.get("info")
    return (info if isinstance(info, dict) else found).get("lifecycle_stage") == "deleted"


def held(response: Response, field: str) -> dict[str, Any]:
    """Return the single entity in a response.

    Raises:
        ValueError: it holds no such entity.
    """
    body = json_of(response)
    found = body.get(field) if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise ValueError(f"expected an object with the field {field}")
    return found


def _held(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the single entity in a response, whatever its kind."""
    held = (body.get(field) for _, _, field in iris.SINGLES)
    return next((each for each in held if isinstance(each, dict)), None)


def _body(response: Response) -> dict[str, Any]:
    try:
        body = json_of(response)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def error_message(response: Response) -> str:
    """Return the error message of a response."""
    if location := response.headers.get("Location"):
        return f"redirect to {location.decode('latin-1').partition('?')[0][:200]}, which is not followed"
    body = _body(response)
    if body.get("error_code"):
        return f"{body['error_code']}: {body.get('message', '')}"[:500]
    text = response.body[:500].decode("utf-8", "replace").strip()
    return "an HTML page: is MLFLOW_TRACKING_URI a tracking server?" if text.startswith("<") else text or "no message"
