"""The manifests for Kubernetes: as its schemas want them, and in agreement with the image and the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from mlentory_crawl.config.environment import names_in_environment
from mlentory_crawl.data_directory import DUMPS
from mlentory_crawl.service.gateway.policy import Policy
from mlentory_crawl.spiders import variables

ROOT = Path(__file__).parents[2]
MANIFEST = (ROOT / "deploy" / "kubernetes" / "mlentory.yaml").read_text()
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all(MANIFEST))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ROUTES = (ROOT / "mlentory_crawl" / "service" / "gateway" / "route_table.py").read_text()
"""The table of routes as it is written: what it imports is not installed everywhere."""
OLDEST, NEWEST = "1.28", "1.37"


def named(kind: str, name: str = "") -> dict[str, Any]:
    (found,) = (each for each in MANIFESTS if each["kind"] == kind and each["metadata"]["name"].startswith(name))
    return found


def pods() -> dict[str, dict[str, Any]]:
    return {
        "service": named("Deployment")["spec"]["template"]["spec"],
        "crawl": named("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"],
    }


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


SERVICE = pods()["service"]["containers"][0]


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_a_manifest_is_as_the_schema_wants_it(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_word_that_kubernetes_does_not_know_is_found() -> None:
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**named("Deployment"), "replicas": 1}, NEWEST, strict=True)


def test_the_service_is_started_and_asked_as_in_docker() -> None:
    assert SERVICE["command"] == COMPOSE["services"]["service"]["command"]
    (port,) = SERVICE["ports"]
    assert str(port["containerPort"]) == SERVICE["command"][-1]
    hosts = Policy.from_settings(named("ConfigMap")["data"]).hosts
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        asked = SERVICE[probe]["httpGet"]
        assert f'"{asked["path"]}": Access(Role.ANYONE' in ROUTES
        assert asked["port"] == port["name"]
        (header,) = asked["httpHeaders"]
        assert header["name"] == "Host"
        assert header["value"] in hosts
    assert SERVICE["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert named("Service")["spec"]["ports"][0]["targetPort"] == port["name"]
    assert named("Ingress")["spec"]["rules"][0]["host"] in hosts


def test_settings_exist() -> None:
    known = names_in_environment(variables())
    started = [each for pod in pods().values() for each in containers(pod)]
    given = {*named("ConfigMap")["data"], *(variable["name"] for each in started for variable in each.get("env", ()))}
    assert given
    assert given <= known
    assert Policy.from_settings(named("ConfigMap")["data"]).proxies


def test_folders_are_those_of_the_image() -> None:
    folders = dict(re.findall(r"(MLENTORY_DATA_DIR|SERVE_STATE_DIR)=(\S+)", DOCKERFILE))
    mounts = {each["mountPath"]: each for each in SERVICE["volumeMounts"]}
    home = str(Path(folders["MLENTORY_DATA_DIR"]).parent)
    assert mounts[home]["readOnly"]
    assert {path for path, each in mounts.items() if not each.get("readOnly")} == {folders["SERVE_STATE_DIR"], "/tmp"}
    (dump,) = pods()["crawl"]["containers"]
    assert dump["command"][2].startswith(f"{folders['MLENTORY_DATA_DIR']}/{DUMPS}/")
    claims = {each["metadata"]["name"] for each in MANIFESTS if each["kind"] == "PersistentVolumeClaim"}
    volumes = [volume for pod in pods().values() for volume in pod["volumes"]]
    used = {each["persistentVolumeClaim"]["claimName"] for each in volumes if "persistentVolumeClaim" in each}
    assert used == claims


@pytest.mark.parametrize("name", ["service", "crawl"])
def test_nobody_has_rights_that_are_not_needed(name: str) -> None:
    pod = pods()[name]
    (user,) = set(re.findall(r"--uid (\d+)", DOCKERFILE))
    assert (
        pod["securityContext"].items() >= {"runAsNonRoot": True, "runAsUser": int(user), "fsGroup": int(user)}.items()
    )
    assert pod["automountServiceAccountToken"] is False
    for each in containers(pod):
        assert each["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert each["resources"]["limits"]["memory"]
        assert {mount["name"] for mount in each["volumeMounts"]} <= {volume["name"] for volume in pod["volumes"]}


def test_there_is_one_writer_and_one_service() -> None:
    assert named("CronJob")["spec"]["concurrencyPolicy"] == "Forbid"
    assert named("Deployment")["spec"]["replicas"] == 1
    policy = named("NetworkPolicy")["spec"]
    assert policy["podSelector"]["matchLabels"] == named("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert policy["egress"] == []
