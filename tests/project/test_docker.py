"""What the files for Docker say holds together; they are not run here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlentory_crawl.config.environment import names_in_environment
from mlentory_crawl.orchestration.program import PATIENCE
from mlentory_crawl.spiders import variables

ROOT = Path(__file__).parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
PORTS_TEXT = (ROOT / "docker-compose.ports.yml").read_text()
PORTS: dict[str, Any] = yaml.safe_load(PORTS_TEXT)
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
STAGES = dict(re.findall(r"^FROM \S+(?: AS (\S+))?\n(.+?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL))
ORCHESTRATION = ROOT / "mlentory_crawl" / "orchestration"
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::([?+-])([^}]*))?\}")


def test_every_variable_is_documented() -> None:
    written = (ROOT / ".env.example").read_text() + (ROOT / "docs" / "deployment.md").read_text()
    names = {name for name, _, _ in _VARIABLE.findall(COMPOSE_TEXT + PORTS_TEXT)}
    assert names
    assert {name for name in names if not re.search(rf"\b{name}\b", written)} == set()


def test_what_has_no_default_is_asked_for() -> None:
    for name, operator, _ in _VARIABLE.findall(COMPOSE_TEXT):
        assert operator, f"{name} may be unset without anybody noticing"
    asked = {name: text for name, operator, text in _VARIABLE.findall(COMPOSE_TEXT) if operator == "?" and text}
    always = [service for service in COMPOSE["services"].values() if "profiles" not in service]
    used = {secret["source"] for service in always for secret in service.get("secrets", ())}
    assert asked.keys() == {COMPOSE["secrets"][name]["environment"] for name in used}
    assert all(f"set {name} in .env" in text for name, text in asked.items())


def test_ports_of_the_example_are_the_defaults() -> None:
    defaults = {
        name: text for name, operator, text in _VARIABLE.findall(COMPOSE_TEXT + PORTS_TEXT) if operator == "-" and text
    }
    assert {defaults.pop(name) for name in ("HF_TOKEN", "GITHUB_TOKEN")} == {"none"}
    example = dict(line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line)
    assert defaults
    assert {name: example.get(name) for name in defaults} == defaults


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_server_keeps_its_data_and_its_limits(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["mem_limit"]
    assert service["stop_grace_period"]
    sources = {volume.partition(":")[0] for volume in service["volumes"]}
    files = {source for source in sources if source.startswith("./")}
    assert sources - files <= COMPOSE["volumes"].keys()
    assert all((ROOT / file).is_file() for file in files)
    assert "healthcheck" in service or "HEALTHCHECK" in STAGES[""]
    assert service["restart"] == "unless-stopped"
    assert "image" not in service or not service["image"].endswith(":latest")


def test_only_what_crawls_or_has_a_port_has_a_way_out() -> None:
    networks = COMPOSE["networks"]
    assert {name for name, network in networks.items() if not (network or {}).get("internal")} == {"edge"}
    assert networks.keys() == {"stores", "dagster", "proxy", "edge"}
    services = COMPOSE["services"]
    ports = {name for name, service in services.items() if "ports" in service}
    assert ports == {"crawler", "dagster-webserver", "proxy"}
    assert {name for name, service in services.items() if "edge" in service["networks"]} == {*ports, "dagster-code"}
    assert {name for name, service in services.items() if "stores" in service["networks"]} == {
        "neo4j", "elasticsearch", "mongodb", "crawler", "dagster-code", "service",
    }  # fmt: skip


def test_dagster_and_the_service_run_only_for_who_asks_for_them() -> None:
    asked_for = {name: service["profiles"] for name, service in COMPOSE["services"].items() if "profiles" in service}
    dagster = {name: ["dagster"] for name in COMPOSE["services"] if name.startswith("dagster-")}
    assert asked_for == {**dagster, "service": ["serve"], "proxy": ["serve"]}
    for name in COMPOSE["services"].keys() - asked_for.keys():
        assert asked_for.keys().isdisjoint(COMPOSE["services"][name].get("depends_on", ()))


@pytest.mark.parametrize("compose", [COMPOSE, PORTS], ids=["alone", "with ports"])
def test_nothing_listens_beyond_this_machine(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(_VARIABLE.sub(lambda found: found[3], port).startswith("127.0.0.1:") for port in ports)


def test_ports_are_those_of_the_stores() -> None:
    """What the second file adds is reached from this machine: a network without a way out has no ports."""
    assert PORTS["services"].keys() == {"neo4j", "elasticsearch", "mongodb"}
    for name, service in PORTS["services"].items():
        assert service.keys() == {"networks", "ports"}
        assert set(service["networks"]) == {*COMPOSE["services"][name]["networks"], "edge"}


# The users that the images run as, or read files as.
OURS = re.findall(r"--uid (\d+)", STAGES["base"])[0]
USERS = {"neo4j": "7474", "elasticsearch": "1000", "mongodb": "999", "dagster-db": "999"}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_secrets_reach_a_server_as_files_that_it_alone_reads(name: str) -> None:
    service = COMPOSE["services"][name]
    mounted = {
        secret.get("target", f"/run/secrets/{secret['source']}"): secret for secret in service.get("secrets", ())
    }
    assert {secret["source"] for secret in mounted.values()} <= COMPOSE["secrets"].keys()
    mounted |= {config["target"]: config for config in service.get("configs", ())}
    for file in mounted.values():
        assert (file["uid"], file["mode"]) == (USERS.get(name, OURS), "0o400")
    named = {text for key, text in service["environment"].items() if key.endswith("FILE")}
    # One that may be unset is only named if it is set.
    assert {_VARIABLE.sub(lambda found: found[3], text) for text in named} == mounted.keys()
    for key, text in service["environment"].items():
        assert key.endswith("_FILE") or not key.endswith(("PASSWORD", "TOKEN", "KEY", "AUTH"))
        assert not re.search(r"PASSWORD|TOKEN", text) or key.endswith("_FILE")


def test_what_may_be_unset_has_some_content() -> None:
    for config in COMPOSE["configs"].values():
        assert _VARIABLE.sub(lambda found: "set" if found[2] == "?" else found[3], config["content"])


def test_crawls_get_settings_that_exist_and_the_same_ones_from_whoever_starts_them() -> None:
    given, of_dagster = (COMPOSE["services"][name]["environment"] for name in ("crawler", "dagster-code"))
    known = names_in_environment(variables())
    settings = {name: text for name, text in given.items() if not name.startswith("SCRAPYD_")}
    assert settings.keys() <= known
    assert {name: text for name, text in of_dagster.items() if name in known} == settings


def test_a_newcomer_gets_passwords(tmp_path: Path) -> None:
    for name in ("Makefile", ".env.example"):
        shutil.copy(ROOT / name, tmp_path)
    command = ["make", "--no-print-directory", ".env"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    made = (tmp_path / ".env").read_text()
    needed = {secret["environment"] for secret in COMPOSE["secrets"].values()}
    passwords = dict(re.findall(r"^(\w+)=([0-9a-f]{32})$", made, re.MULTILINE))
    assert passwords.keys() == needed
    assert len(set(passwords.values())) == len(needed)
    assert not any(password in done.stdout for password in passwords.values())
    example = re.sub(
        r"(?m)^# (?=(SCRAPYD|NEO4J|ELASTICSEARCH|MONGODB|DAGSTER_PG)_PASSWORD=$)",
        "",
        (tmp_path / ".env.example").read_text(),
    )
    assert re.sub(r"[0-9a-f]{32}$", "", made, flags=re.MULTILINE) == example
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / ".env").read_text() == made


def test_the_image_is_built_from_files_that_it_can_see_and_runs_as_a_user_without_rights() -> None:
    patterns = (ROOT / ".dockerignore").read_text().splitlines()
    seen = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    assert "*" in patterns
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    ]  # fmt: skip
    assert copied
    for path in copied:
        assert (ROOT / path).exists()
        assert any(fnmatch(path, pattern) for pattern in seen), f"{path} is hidden by .dockerignore"
    for stage in ("", "dagster", "service"):
        assert re.search(r"^USER (?!root|0)\w+$", STAGES[stage], re.MULTILINE)
    assert f"WORKDIR {COMPOSE['services']['crawler']['volumes'][0].partition(':')[2]}" in STAGES[""]


def test_the_image_is_that_of_the_crawler_and_dagster_is_another_one() -> None:
    assert list(STAGES)[-1] == ""
    assert "dagster" not in STAGES[""] + STAGES["base"] + STAGES["build"]
    for name, service in COMPOSE["services"].items():
        target = "service" if name == "service" else "dagster"
        assert service.get("build", ".") in (".", {"context": ".", "target": target})
        assert (service.get("build") == ".") is (name == "crawler")


def test_the_parts_of_dagster_find_each_other() -> None:
    database, server, *clients = (
        COMPOSE["services"][f"dagster-{name}"] for name in ("db", "code", "daemon", "webserver")
    )
    user = database["environment"]["POSTGRES_USER"]
    content = COMPOSE["configs"]["dagster_pgpass"]["content"]
    assert content == f"dagster-db:5432:{user}:{user}:${{DAGSTER_PG_PASSWORD:-}}"
    for part in (server, *clients):
        assert part["environment"]["DAGSTER_PG_URL"] == f"postgresql://{user}@dagster-db/{user}"
        assert "dagster" in {*part["networks"]} & {*database["networks"]}
    settings = dict(re.findall(r"(\w+)=(\S+)", STAGES["dagster"]))
    folder = f"{settings['DAGSTER_HOME']}/storage"
    # Its socket, and the logs of its steps.
    assert settings["DAGSTER_CODE_SERVER_SOCKET"].startswith(f"{folder}/")
    assert f"dagster:{folder}" in server["volumes"]
    assert all(client["volumes"] == [f"dagster:{folder}:ro"] for client in clients)
    assert all(yaml.safe_load((ORCHESTRATION / f"{name}.yaml").read_text()) for name in ("dagster", "storage"))
    (named,) = yaml.safe_load((ORCHESTRATION / "workspace.yaml").read_text())["load_from"]
    assert named["grpc_server"]["socket"] == {"env": "DAGSTER_CODE_SERVER_SOCKET"}
    for client in clients:
        assert "--workspace=workspace.yaml" in client["command"]
        assert set(client["command"]).isdisjoint(server["command"])


def test_crawls_of_dagster_are_in_the_catalog_of_the_crawler_and_can_report_when_it_is_stopped() -> None:
    server, crawler = COMPOSE["services"]["dagster-code"], COMPOSE["services"]["crawler"]
    assert crawler["volumes"][0] in server["volumes"]
    assert len(set(re.findall(r"MLENTORY_DATA_DIR=(\S+)", DOCKERFILE))) == 1
    assert (ROOT / f"{server['command'][-1].replace('.', '/')}.py").is_file()
    assert server["init"]
    assert 60 * int(server["stop_grace_period"].removesuffix("m")) > PATIENCE


def test_everything_is_stopped_whatever_was_asked_for(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".env").touch()

    def said(*words: str) -> list[str]:
        # The options of the make that runs these tests, if one does, are none of its.
        environment = {
            name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        }
        command = ["make", "--dry-run", *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert said("up", "PROFILE=dagster")[:4] == ["docker", "compose", "--profile", "dagster"]
    assert "--profile" not in said("up")
    assert said("down") == ["docker", "compose", "--profile", "'*'", "down"]


def test_the_service_can_change_nothing_but_its_keys() -> None:
    service, proxy = COMPOSE["services"]["service"], COMPOSE["services"]["proxy"]
    for each in (service, proxy):
        assert each["read_only"]
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
    assert "cap_add" not in service
    folders = dict(re.findall(r"(\w+_DIR)=(\S+)", STAGES["service"]))
    data, state = service["volumes"]
    assert data == f"{COMPOSE['services']['crawler']['volumes'][0]}:ro"
    assert folders["MLENTORY_DATA_DIR"].startswith(f"{data.split(':')[1]}/")
    assert state == f"service:{folders['SERVE_STATE_DIR']}"
    given = {name for name in service["environment"] if name not in folders}
    assert given <= names_in_environment(variables())


def test_the_service_believes_its_proxy_and_nobody_else() -> None:
    services = COMPOSE["services"]
    assert {name for name, each in services.items() if "proxy" in each["networks"]} == {"service", "proxy"}
    (addresses,) = COMPOSE["networks"]["proxy"]["ipam"]["config"]
    assert services["service"]["environment"]["SERVE_PROXIES"] == addresses["subnet"]
    assert "ports" not in services["service"]


def test_proxy_and_health_checks_ask_where_the_service_listens() -> None:
    service, proxy = COMPOSE["services"]["service"], COMPOSE["services"]["proxy"]
    assert json.dumps(service["command"]) == re.findall(r"^CMD (.+)$", STAGES["service"], re.MULTILINE)[0]
    assert (ROOT / service["command"][2].replace(".", "/") / "__main__.py").is_file()
    port = service["command"][-1]
    assert f"127.0.0.1:{port}/readyz" in service["healthcheck"]["test"][-1]
    caddyfile = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text()
    assert f"{{$SERVE_UPSTREAM:service:{port}}}" in caddyfile
    assert proxy["healthcheck"]["test"][-1].removesuffix("/") in caddyfile
    assert set(re.findall(r"\{\$(\w+):", caddyfile)) - {"SERVE_UPSTREAM"} == proxy["environment"].keys()
    # Nothing is put into the trust store of the machine.
    assert "skip_install_trust" in caddyfile
