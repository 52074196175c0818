"""The `HostConfig`: what the container may do and take, its ports. Source: moby, api/swagger.yaml."""

from __future__ import annotations

from typing import Any

from serai.providers.docker.render.mounts import mounts, tmpfs
from serai.providers.docker.render.site import Site
from serai.spec.container import Container
from serai.spec.container_parts import GpuRequest
from serai.spec.machine import Machine
from serai.spec.memory import Memory

NANO_CPUS = 1_000_000_000
MACHINE = "machine:"


def host_config(machine: Machine, container: Container, site: Site) -> dict[str, Any]:
    """All of it, without keys that say nothing."""
    found = {
        "NetworkMode": network_mode(container, site),
        "PortBindings": _bindings(site),
        "RestartPolicy": restart_policy(container.restart),
        "Mounts": mounts(machine, container, site),
        "Tmpfs": tmpfs(container),
        "VolumesFrom": [_volumes_from(each, site) for each in container.volumes_from],
        **limits(machine, container),
        **_rights(container),
        **_namespaces(container, site),
        **_names(container, site),
        "Links": _links(site),
        "LogConfig": {"Type": container.log.driver, "Config": container.log.options} if container.log else None,
        "Init": container.init,
        "ShmSize": container.shm_size,
        "Devices": [_device(each) for each in container.devices],
        "DeviceCgroupRules": container.device_cgroup_rules,
        "DeviceRequests": [_gpus(container.gpus)] if container.gpus else [],
        "Runtime": container.runtime,
        "CgroupParent": container.cgroup_parent,
    }
    return {key: value for key, value in found.items() if value not in (None, False, [], {}, "")}


def network_mode(container: Container, site: Site) -> str:
    """`bridge`, a network, `none`, `host`, `container:NAME`."""
    if container.network_mode:
        return _namespace(container.network_mode, site)
    return site.links[0].network if site.links else "none"


def _namespace(text: str, site: Site) -> str:
    """`machine:db` is the container of that machine; the rest is the engine's own word."""
    name = text.removeprefix(MACHINE)
    return f"container:{site.peers.get(name, name)}" if text.startswith(MACHINE) else text


def limits(machine: Machine, container: Container) -> dict[str, Any]:
    """What it may take, as create and update name it; only what the file states limits it."""
    cpus = container.cpus or machine.cpu.count
    size = container.memory
    if size is None and machine.memory.size != Memory().size:
        size = machine.memory.size
    found: dict[str, Any] = {
        "NanoCpus": round(cpus * NANO_CPUS) if cpus else None,
        "CpuShares": container.cpu_shares,
        "CpusetCpus": container.cpuset,
        "Memory": size,
        "MemoryReservation": container.memory_reservation,
        "MemorySwap": container.memory_swap,
        "PidsLimit": container.pids,
    }
    return {key: value for key, value in found.items() if value is not None}


def restart_policy(text: str) -> dict[str, Any] | None:
    """`on-failure:3` as the engine has it; `no` is its default."""
    name, _, times = text.partition(":")
    if name == "no":
        return None
    return {"Name": name, "MaximumRetryCount": int(times)} if times else {"Name": name}


def _bindings(site: Site) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for forward in site.forwards:
        binding = {"HostIp": forward.host_ip, "HostPort": str(forward.host)}
        found.setdefault(f"{forward.guest}/{forward.protocol}", []).append(binding)
    return found


def _rights(container: Container) -> dict[str, Any]:
    return {
        "Privileged": container.privileged,
        "CapAdd": container.cap_add,
        "CapDrop": container.cap_drop,
        "SecurityOpt": container.security_opt,
        "ReadonlyRootfs": container.read_only,
        "Sysctls": container.sysctls,
        "OomScoreAdj": container.oom_score_adj,
        "GroupAdd": container.group_add,
        "Ulimits": [
            {"Name": name, "Soft": limit.soft, "Hard": limit.hard} for name, limit in container.ulimits.items()
        ],
    }


def _namespaces(container: Container, site: Site) -> dict[str, Any]:
    return {
        "IpcMode": _namespace(container.ipc, site) if container.ipc else None,
        "PidMode": _namespace(container.pid, site) if container.pid else None,
        "UTSMode": container.uts,
        "UsernsMode": container.userns,
        "CgroupnsMode": container.cgroupns,
    }


def _names(container: Container, site: Site) -> dict[str, Any]:
    hosts = {**site.foreign, **container.extra_hosts}
    return {
        "Dns": container.dns,
        "DnsSearch": container.dns_search,
        "DnsOptions": container.dns_opt,
        "ExtraHosts": [f"{name}:{address}" for name, address in hosts.items()],
    }


def _links(site: Site) -> list[str]:
    """On the engine's own bridge; on other networks links are of the endpoint."""
    return list(site.links[0].links) if site.links and site.links[0].network == "bridge" else []


def _volumes_from(text: str, site: Site) -> str:
    name, _, mode = text.partition(":")
    return f"{site.peers.get(name, name)}:{mode}" if mode else site.peers.get(name, name)


def _device(text: str) -> dict[str, str]:
    """`/dev/a`, `/dev/a:/dev/b`, `/dev/a:/dev/b:rw`, `/dev/a:rw`."""
    parts = text.split(":")
    rights = "rwm"
    if len(parts) > 1 and set(parts[-1]) <= set("rwm"):
        rights = parts.pop()
    inside = parts[1] if len(parts) > 1 else parts[0]
    return {"PathOnHost": parts[0], "PathInContainer": inside, "CgroupPermissions": rights}


def _gpus(wanted: GpuRequest) -> dict[str, Any]:
    """All of them, where neither a number nor ids are stated."""
    found: dict[str, Any] = {"Capabilities": [wanted.capabilities or ["gpu"]]}
    if wanted.ids:
        found["DeviceIDs"] = wanted.ids
    else:
        found["Count"] = -1 if wanted.count is None else wanted.count
    if wanted.driver:
        found["Driver"] = wanted.driver
    if wanted.options:
        found["Options"] = wanted.options
    return found
