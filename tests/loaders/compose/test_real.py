"""`serai up` of a Compose file on a real dockerd: the containers are those that `docker-compose up` makes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from real_sshd import free_port

pytestmark = [pytest.mark.engine, pytest.mark.root]

FILE = """\
services:
  process:
    image: small:1
    command: sleep 600
    entrypoint: ["/bin/busybox"]
    environment: {A: "1", B: "two words", C: "$$HOME"}
    working_dir: /srv
    user: "1000:1000"
    tty: true
    init: true
    stop_signal: SIGINT
    labels: {who: me}
    expose: ["81"]
    healthcheck: {test: "true", interval: 1s, timeout: 2s, retries: 4}
    restart: "on-failure:3"
    logging: {driver: json-file, options: {max-size: 1m}}
  other:
    image: small:1
    command: ["sh", "-c", "sleep 600"]
    hostname: front
    domainname: shop.test
    dns: [10.9.9.9]
    dns_search: [shop.test]
    extra_hosts: ["far:10.1.2.3"]
  limits:
    image: small:1
    command: sleep 600
    cap_add: [NET_ADMIN]
    cap_drop: [MKNOD]
    mem_limit: 64m
    mem_reservation: 32m
    cpus: 0.5
    cpu_shares: 512
    pids_limit: 50
    shm_size: 8m
    ulimits: {nofile: {soft: 100, hard: 200}}
    read_only: true
    security_opt: ["no-new-privileges"]
    sysctls: {net.ipv4.ip_default_ttl: "65"}
    group_add: ["5"]
    oom_score_adj: 100
    tmpfs: ["/run:size=1m"]
    devices: ["/dev/null:/dev/nothing:r"]
  bare:
    image: small:1
    command: sleep 600
    ipc: shareable
    network_mode: none
  db:
    image: small:1
    command: sleep 600
    networks: {back: {aliases: [database]}}
    volumes: ["data:/data", "./site:/srv:ro", "/var/cache"]
  web:
    image: small:1
    command: httpd -f -p 80 -h /var/www
    networks: {back: {}, front: {ipv4_address: 10.214.7.9}}
    ports: ["127.0.0.1:PORT:80"]
    volumes:
      - {type: volume, source: data, target: /data, read_only: true}
      - {type: tmpfs, target: /scratch, tmpfs: {size: 1048576}}
    depends_on: [db]
networks:
  back: {internal: true}
  front:
    driver_opts: {com.docker.network.driver.mtu: "1400"}
    ipam: {config: [{subnet: 10.214.7.0/24}]}
volumes:
  data:
"""
SERVICES = {"process", "other", "limits", "bare", "db", "web"}
MTU = "com.docker.network.driver.mtu"
CONFIG = ("Cmd", "Entrypoint", "User", "WorkingDir", "StopSignal", "Tty", "OpenStdin", "Domainname", "Healthcheck")
HOST = (
    "CapAdd", "CapDrop", "CgroupnsMode", "CpuShares", "CpusetCpus", "Devices", "Dns", "DnsOptions", "DnsSearch",
    "ExtraHosts", "GroupAdd", "Init", "IpcMode", "Memory", "MemoryReservation", "MemorySwap", "NanoCpus",
    "OomScoreAdj", "PidMode", "PidsLimit", "PortBindings", "Privileged", "ReadonlyRootfs", "RestartPolicy",
    "Runtime", "SecurityOpt", "ShmSize", "Sysctls", "Tmpfs", "UTSMode", "Ulimits",
)  # fmt: skip


def described(client: Any, names: dict[str, str]) -> dict[str, Any]:
    """Service -> what the engine says of its container, without names, ids and addresses that are chosen."""
    return {name: _described(client.inspect_container(container), client) for name, container in names.items()}


def _described(seen: dict[str, Any], client: Any) -> dict[str, Any]:
    config, host = seen["Config"], seen["HostConfig"]
    labels = config["Labels"] or {}
    form = {key: config.get(key) for key in CONFIG} | {key: host.get(key) for key in HOST}
    form["Image"] = seen["Image"]
    form["Env"] = sorted(config.get("Env") or [])
    form["Labels"] = {key: value for key, value in labels.items() if not key.startswith(("serai.", "com.docker."))}
    form["Log"] = host["LogConfig"]
    form["Exposed"] = sorted(config.get("ExposedPorts") or {})
    form["Mounts"] = {each["Destination"]: _mount(each) for each in seen["Mounts"]}
    form["Networks"] = {
        _plain(name): _network(name, each, client) for name, each in seen["NetworkSettings"]["Networks"].items()
    }
    if host["NetworkMode"] in ("none", "host", "bridge"):
        form["NetworkMode"] = host["NetworkMode"]
    return {key: value for key, value in form.items() if value not in (None, "", 0, [], {}, False)}


def _mount(mount: dict[str, Any]) -> tuple[Any, ...]:
    source = _plain(mount["Name"]) if mount.get("Name") else mount.get("Source", "")
    anonymous = len(source) == 64
    return mount["Type"], "" if anonymous else source, mount["RW"]


def _network(name: str, joined: dict[str, Any], client: Any) -> dict[str, Any]:
    stated = {"internal": False, "options": {}, "subnet": "", "address": ""}
    if name != "none":
        whole = client.inspect_network(name)
        subnet = whole["IPAM"]["Config"][0]["Subnet"]
        # Where a file states no MTU, serai's networks have that of the way out (DOC-3).
        options = {key: text for key, text in whole["Options"].items() if key != MTU or _plain(name) == "front"}
        stated |= {"internal": whole["Internal"], "options": options}
        if subnet.startswith("10.214."):
            stated |= {"subnet": subnet, "address": joined["IPAddress"]}
    aliases = {alias for alias in joined.get("Aliases") or [] if not re.fullmatch("[0-9a-f]{12}", alias)}
    return {**stated, "named": aliases & {*SERVICES, "database"}}


def _plain(name: str) -> str:
    """`back` of `shop_back` and of `shop-back-1f2a3b4c`."""
    return re.sub(r"^shop[_-](.*?)(-[0-9a-f]{8})?$", r"\1", name)


@pytest.fixture
def compose(need: Any, dockerd: Any, serai: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs docker-compose in the project's directory."""
    need("docker-compose")

    def run(*words: str) -> str:
        environ = {**os.environ, "COMPOSE_PROJECT_NAME": "shop", "DOCKER_HOST": dockerd.host}
        done = subprocess.run(
            ["docker-compose", *words], cwd=serai.root, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "shop")
    yield run
    run("down", "-v", "-t", "0")


def containers(client: Any, label: str) -> dict[str, str]:
    return {
        each["Labels"][label]: each["Id"]
        for each in client.containers(all=True)
        if label in (each["Labels"] or {})
    }


@pytest.mark.slow
def test_the_engine_has_the_same_containers(dockerd: Any, serai: Any, compose: Any) -> None:
    client = dockerd.client()
    serai.root.mkdir()
    (serai.root / "compose.yaml").write_text(FILE.replace("PORT", str(free_port())))
    compose("up", "-d")
    expected = described(client, containers(client, "com.docker.compose.service"))
    compose("down", "-v", "-t", "0")
    (serai.root / "site").rmdir()  # either makes what is bound

    serai("up")
    found = described(client, containers(client, "serai.machine"))
    serai("destroy", "-y")

    assert expected.keys() == SERVICES
    different = {
        f"{name}.{key}": (found[name].get(key), expected[name].get(key))
        for name in SERVICES
        for key in found[name].keys() | expected[name].keys()
        if found[name].get(key) != expected[name].get(key)
    }
    assert different == {}
    assert dockerd.leftovers() == {"containers": [], "networks": [], "volumes": []}


def test_services_start_in_the_order_of_their_conditions(dockerd: Any, serai: Any) -> None:
    text = """\
services:
  web:
    image: small:1
    command: sleep 600
    depends_on: {db: {condition: service_healthy}}
  db:
    image: small:1
    command: sleep 600
    volumes: ["data:/data"]
    depends_on: {init: {condition: service_completed_successfully}}
    healthcheck: {test: ["CMD", "test", "-e", "/data/made"], interval: 1s}
  init:
    image: small:1
    command: sh -c 'sleep 1; touch /data/made'
    volumes: ["data:/data"]
volumes: {data: }
"""
    serai.root.mkdir()
    (serai.root / "compose.yaml").write_text(text)
    serai("up")
    client = dockerd.client()
    seen = {
        name: client.inspect_container(each)["State"] for name, each in containers(client, "serai.machine").items()
    }

    assert seen["init"]["ExitCode"] == 0
    assert seen["init"]["FinishedAt"] < seen["db"]["StartedAt"] < seen["web"]["StartedAt"]
    assert seen["db"]["Health"]["Status"] == "healthy"
    assert "nothing to do" in serai("plan").stdout
    serai("destroy", "-y")
    assert dockerd.leftovers() == {"containers": [], "networks": [], "volumes": []}


def test_a_job_that_fails_holds_back_who_waits_for_it(dockerd: Any, serai: Any) -> None:
    text = """\
services:
  web: {image: "small:1", command: sleep 600, depends_on: {init: {condition: service_completed_successfully}}}
  init: {image: "small:1", command: "sh -c 'echo no space; exit 3'"}
"""
    serai.root.mkdir()
    (serai.root / "compose.yaml").write_text(text)

    said = serai("up", code=1).stderr

    assert "init: its command ended with exit code 3" in said
    assert "no space" in said
    assert [
        each["State"] for each in dockerd.client().containers(all=True, filters={"label": "serai.machine=web"})
    ] != ["running"]
    serai("destroy", "-y")
