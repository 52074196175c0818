"""What docker-compose itself makes of a file, and what serai does, in one form that can be compared.

Its output is read here by rules of its own, not by serai's reader: sizes, durations, ports, mounts.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import yaml

from serai.spec.container import Container
from serai.spec.machine import Machine, Project

UNITS = {"b": 1, "k": 1024, "kb": 1024, "m": 1024**2, "mb": 1024**2, "g": 1024**3, "gb": 1024**3}
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
CONDITIONS = {
    "started": "service_started",
    "ready": "service_healthy",
    "succeeded": "service_completed_successfully",
}
PLAIN = ("user", "working_dir", "privileged", "read_only", "tty", "stdin_open", "init", "domainname",
         "stop_signal",
         "cap_add", "cap_drop", "security_opt", "dns", "dns_opt", "dns_search", "tmpfs", "restart", "cpu_shares",
         "cpuset", "oom_score_adj", "cgroup_parent", "ipc", "pid", "runtime")  # fmt: skip


def config(folder: Path, environ: dict[str, str]) -> dict[str, Any]:
    """`docker-compose config` of a directory."""
    result = subprocess.run(
        ["docker-compose", "config"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": "/root", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = yaml.safe_load(result.stdout)
    return undoubled(found)


def undoubled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: undoubled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [undoubled(item) for item in value]
    return value.replace("$$", "$") if isinstance(value, str) else value


def size(text: Any) -> int:
    match = re.fullmatch(r"([0-9.]+)([a-z]*)", str(text).lower())
    assert match
    return int(float(match[1]) * UNITS[match[2] or "b"])


def seconds(text: str) -> float:
    return sum(float(count) * SECONDS[unit] for count, unit in re.findall(r"([0-9.]+)(ms|s|m|h)", text))


def words(value: Any) -> list[str]:
    return shlex.split(value) if isinstance(value, str) else [str(item) for item in value or []]


def said(form: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {key: value for key, value in form.items() if value not in (None, "", [], {}, False)}


# docker-compose's


def theirs(service: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """One service of its output."""
    form: dict[str, Any] = {key: service.get(key) for key in PLAIN}
    form["restart"] = "" if form["restart"] == "no" else form["restart"]
    deploy = service.get("deploy") or {}
    limits = (deploy.get("resources") or {}).get("limits") or {}
    reserved = (deploy.get("resources") or {}).get("reservations") or {}
    policy = deploy.get("restart_policy")
    if policy:
        form["restart"] = f"{policy['condition']}:{policy['max_attempts']}"
    quota = service["cpu_quota"] / service["cpu_period"] if "cpu_quota" in service else None
    build = service.get("build") or {}
    form |= {
        "image": service.get("image"),
        "platform": service.get("platform"),
        "pull": service.get("pull_policy"),
        "count": deploy.get("replicas") or service.get("scale") or 1,
        "command": words(service.get("command")),
        "entrypoint": words(service["entrypoint"]) if service.get("entrypoint") is not None else "image",
        "environment": {k: str(v) for k, v in (service.get("environment") or {}).items() if v is not None},
        "labels": service.get("labels"),
        "hostname": service.get("hostname"),
        "name": service.get("container_name"),
        "expose": [str(port) for port in service.get("expose") or []],
        "group_add": [str(group) for group in service.get("group_add") or []],
        "sysctls": service.get("sysctls"),
        "userns": service.get("userns_mode"),
        "stop_timeout": seconds(service["stop_grace_period"]) if "stop_grace_period" in service else None,
        "cpus": service.get("cpus") or limits.get("cpus") or quota,
        "memory": size(service.get("mem_limit") or limits.get("memory") or 0),
        "memory_reservation": size(service.get("mem_reservation") or reserved.get("memory") or 0),
        "memory_swap": size(service.get("memswap_limit") or 0),
        "shm_size": size(service.get("shm_size") or 0),
        "pids": service.get("pids_limit"),
        "ulimits": {key: _ulimit(value) for key, value in (service.get("ulimits") or {}).items()},
        "logging": service.get("logging"),
        "health": _health(service.get("healthcheck") or {}),
        "extra_hosts": _hosts(service.get("extra_hosts") or {}),
        "links": [link if ":" in link else f"{link}:{link}" for link in service.get("links") or []],
        "volumes_from": [each.removeprefix("service:") for each in service.get("volumes_from") or []],
        "after": {
            **dict.fromkeys(_implied(service), "service_started"),
            **{name: each["condition"] for name, each in (service.get("depends_on") or {}).items()},
        },
        "ports": sorted(_port(each) for each in service.get("ports") or []),
        "mounts": dict(_mount(each, model) for each in service.get("volumes") or []),
        "networks": _networks(service),
        "network_mode": service.get("network_mode"),
        "build": build,
        "files": sorted(_secret(each, model) for each in service.get("secrets") or []),
    }
    return said(form)


def _implied(service: dict[str, Any]) -> list[str]:
    """What is started first without being said. Source: Compose specification, `links`, `network_mode`."""
    words = [service.get(key) or "" for key in ("network_mode", "ipc", "pid")]
    words += service.get("volumes_from") or []
    named = [word.removeprefix("service:").split(":")[0] for word in words if word.startswith("service:")]
    return named + [link.split(":")[0] for link in service.get("links") or []]


def _ulimit(value: Any) -> tuple[int, int]:
    return (value["soft"], value["hard"]) if isinstance(value, dict) else (value, value)


def _health(check: dict[str, Any]) -> dict[str, Any]:
    test = check.get("test")
    if test == ["NONE"]:
        return {"disable": True}
    found: dict[str, Any] = {"test": ["CMD-SHELL", test] if isinstance(test, str) else test}
    found |= {key: seconds(check[key]) for key in ("interval", "timeout", "start_period") if key in check}
    return said({**found, "retries": check.get("retries")})


def _hosts(hosts: Any) -> dict[str, str]:
    return dict(hosts if isinstance(hosts, dict) else (each.split(":", 1) for each in hosts))


def _port(port: Any) -> tuple[str, str, int, str]:
    if isinstance(port, str):
        match = re.fullmatch(r"(.*):([0-9]*):([0-9]+)/(tcp|udp)", port)
        assert match
        return match[1], match[2], int(match[3]), match[4]
    return "", str(port.get("published") or ""), port["target"], port.get("protocol", "tcp")


def _mount(mount: Any, model: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if isinstance(mount, str):
        parts = mount.split(":")
        source, target = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
        mount = {
            "type": "bind" if source.startswith("/") else "volume",
            "source": source,
            "target": target,
            "read_only": len(parts) > 2 and parts[2] == "ro",
        }
    found = {key: mount.get(key) for key in ("type", "source", "read_only")}
    found["propagation"] = (mount.get("bind") or {}).get("propagation")
    found["nocopy"] = (mount.get("volume") or {}).get("nocopy")
    found["size"] = (mount.get("tmpfs") or {}).get("size")
    top = (model.get("volumes") or {}).get(mount.get("source")) or {}
    found["external"] = top.get("external")
    found["options"] = top.get("driver_opts")
    if "name" in top:
        found["source"] = top["name"]
    return mount["target"], said(found)


def _networks(service: dict[str, Any]) -> dict[str, Any]:
    if service.get("network_mode"):
        return {}
    found = service.get("networks") or {"default": None}
    return {
        name: said({key: (each or {}).get(key) for key in ("aliases", "ipv4_address")})
        for name, each in found.items()
    }


def _secret(secret: dict[str, Any], model: dict[str, Any]) -> tuple[str, str, int, str]:
    target = secret.get("target") or secret["source"]
    target = target if target.startswith("/") else f"/run/secrets/{target}"
    return target, model["secrets"][secret["source"]]["file"], secret.get("mode", 0o444), secret.get("uid", "0")


# serai's


def ours(machine: Machine, count: int, folder: Path) -> dict[str, Any]:
    """A machine in the same form. Of several each has the service's name, which docker-compose gives by itself."""
    container = machine.container or Container()
    form: dict[str, Any] = {key: getattr(container, key) for key in PLAIN}
    form["restart"] = "" if container.restart == "no" else container.restart
    form |= {key: _of_service(form[key]) for key in ("ipc", "pid")}
    build = container.build
    health = container.health
    form |= {
        "image": machine.image,
        "platform": machine.arch and f"linux/{machine.arch}",
        "pull": "" if container.pull == "missing" else str(container.pull),
        "count": count,
        "command": container.cmd,
        "entrypoint": "image" if container.entrypoint is None else container.entrypoint,
        "environment": container.env,
        "labels": container.labels,
        "hostname": machine.hostname,
        "name": container.name,
        "expose": container.expose,
        "group_add": container.group_add,
        "sysctls": container.sysctls,
        "userns": container.userns,
        "stop_timeout": container.stop_timeout,
        "cpus": container.cpus,
        "memory": container.memory or 0,
        "memory_reservation": container.memory_reservation or 0,
        "memory_swap": container.memory_swap or 0,
        "shm_size": container.shm_size or 0,
        "pids": container.pids,
        "ulimits": {name: (limit.soft, limit.hard) for name, limit in container.ulimits.items()},
        "logging": container.log and {"driver": container.log.driver, "options": container.log.options},
        "health": said({key: getattr(health, key) for key in health.__struct_fields__}) if health else {},
        "extra_hosts": container.extra_hosts,
        "links": container.links,
        "volumes_from": container.volumes_from,
        "after": {re.sub(r"-\d+$", "", name): CONDITIONS[how] for name, how in machine.after.items()},
        "ports": sorted(_forward(nic.forwarded_port) for nic in machine.networks if nic.forwarded_port),
        "mounts": {each.target: _volume(each, folder) for each in container.volumes},
        "networks": {
            nic.private.network: said(
                {
                    "aliases": [name for name in nic.private.aliases if count == 1 or machine.name[:-2] != name],
                    "ipv4_address": nic.private.address,
                }
            )
            for nic in machine.networks
            if nic.private
        },
        "network_mode": _of_service(container.network_mode),
        "build": _build(build, folder) if build else {},
        "files": sorted(
            (each.target, str(folder / (each.source or "")), int(each.mode, 8), str(each.uid))
            for each in container.files
        ),
    }
    return said(form)


def _of_service(text: str | None) -> str | None:
    return text and text.replace("machine:", "service:", 1)


def _forward(port: Any) -> tuple[str, str, int, str]:
    host = "" if port.auto_correct else str(port.host)
    return "" if port.host_ip == "0.0.0.0" else port.host_ip, host, port.guest, str(port.protocol)


def _volume(volume: Any, folder: Path) -> dict[str, Any]:
    kind = str(volume.kind)
    source = os.path.normpath(folder / volume.source) if volume.source else volume.name
    found = {"type": kind, "source": source, "read_only": volume.read_only, "nocopy": volume.nocopy}
    found |= {"propagation": volume.propagation and str(volume.propagation), "size": volume.size}
    return said({**found, "external": volume.external, "options": volume.options})


def _build(build: Any, folder: Path) -> dict[str, Any]:
    found = {
        key: getattr(build, key) for key in ("args", "cache_from", "dockerfile", "labels", "network", "target")
    }
    found["context"] = build.git or os.path.normpath(folder / build.context)
    return said(found)


def services(project: Project, folder: Path) -> dict[str, dict[str, Any]]:
    """All machines, those of a replicated service once."""
    found: dict[str, dict[str, Any]] = {}
    names = list(project.machines)
    for name, machine in project.machines.items():
        base = re.sub(r"-\d+$", "", name)
        count = sum(1 for other in names if re.fullmatch(rf"{re.escape(base)}-\d+", other)) or 1
        form = ours(machine, count, folder)
        assert found.setdefault(base, form) == form
    return found
