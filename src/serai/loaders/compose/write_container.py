"""A machine's `container:` in Compose's words."""

from __future__ import annotations

import shlex
from typing import Any

from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.container_parts import Build, Files, GpuRequest, Health, Volume, VolumeType
from serai.spec.hook import Event, Hook, On, OnError
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SAME = (
    "cap_add",
    "cap_drop",
    "cgroup_parent",
    "cpu_shares",
    "cpus",
    "cpuset",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "expose",
    "extra_hosts",
    "group_add",
    "init",
    "labels",
    "oom_score_adj",
    "privileged",
    "read_only",
    "restart",
    "runtime",
    "security_opt",
    "stdin_open",
    "stop_signal",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "user",
    "uts",
    "working_dir",
)
"""Keys that Compose has by the same name."""
OTHER = {
    "cmd": "command",
    "env": "environment",
    "cgroupns": "cgroup",
    "log": "logging",
    "name": "container_name",
    "pids": "pids_limit",
    "pull": "pull_policy",
    "userns": "userns_mode",
    "links": "links",
}
SIZES = {
    "memory": "mem_limit",
    "memory_reservation": "mem_reservation",
    "memory_swap": "memswap_limit",
    "shm_size": "shm_size",
}
OF_MACHINE = ("network_mode", "ipc", "pid")
ELSEWHERE = (
    "build",
    "env_file",
    "files",
    "gpus",
    "health",
    "job",
    "network_aliases",
    "stop_timeout",
    "volumes",
    "volumes_from",
)
"""Keys that are written in another way."""
MOMENTS = {Event.AFTER_START: "post_start", Event.BEFORE_STOP: "pre_stop"}


class Loss:
    """What Compose cannot say, as errors."""

    def __init__(self) -> None:
        self.errors: list[SeraiError] = []
        self._name = ""

    def named(self, name: str) -> None:
        """The machine that the next keys are of."""
        self._name = name

    def add(self, name: str, reason: str, hint: str = "") -> None:
        self.errors.append(SeraiError(Code.UNSUPPORTED, f"{name}: {reason}", hint=hint))

    def key(self, key: str, why: str = "") -> None:
        """A key of the machine."""
        self.add(
            self._name, f"{key}: a Compose file cannot say it" + (f", {why}" if why else ""), "serai config NAME"
        )


def container_keys(
    machine: Machine, container: Container, loss: Loss, volumes: dict[str, Any], configs: dict[str, Any]
) -> dict[str, Any]:
    """All of it. Volumes and files also get their entries at the top level."""
    given = stated(container)
    service: dict[str, Any] = {}
    for key, value in given.items():
        if key in SAME or key in OTHER:
            service[OTHER.get(key, key)] = value
        elif key in SIZES:
            service[SIZES[key]] = f"{value}b"
        elif key in OF_MACHINE:
            service[key] = value.replace("machine:", "service:", 1) if value.startswith("machine:") else value
        elif key not in ELSEWHERE:
            loss.key(f"container.{key}")
    if container.build is not None:
        service["build"] = _build(container.build)
    if container.stop_timeout is not None:
        service["stop_grace_period"] = seconds(container.stop_timeout)
    if container.env_file:
        service["env_file"] = [{"path": path, "format": "raw"} for path in container.env_file]
    if container.health is not None:
        service["healthcheck"] = _health(container.health)
    if container.gpus is not None:
        service["gpus"] = _gpus(container.gpus)
    if container.volumes or machine.synced_folders:
        service["volumes"] = [_mount(each, volumes) for each in container.volumes] + _folders(machine)
    if container.volumes_from:
        service["volumes_from"] = container.volumes_from
    if container.files:
        service["configs"] = [
            _file(machine.name, at, each, configs) for at, each in enumerate(container.files, start=1)
        ]
    return service | _hooks(machine, loss)


def seconds(value: float) -> str:
    """A duration; below a second in milliseconds."""
    return f"{value:g}s" if value >= 1 or not value else f"{round(value * 1000, 3):g}ms"


def _build(build: Build) -> dict[str, Any]:
    found = stated(build)
    if build.git is not None:
        found["context"] = found.pop("git")
    return found


def _health(health: Health) -> dict[str, Any]:
    return {
        key: seconds(value) if key in ("interval", "timeout", "start_period") else value
        for key, value in stated(health).items()
    }


def _gpus(gpus: GpuRequest) -> list[dict[str, Any]]:
    found = stated(gpus)
    if found.get("count") == -1:
        found["count"] = "all"
    if "ids" in found:
        found["device_ids"] = found.pop("ids")
    found.setdefault("capabilities", ["gpu"])
    return [found]


def _mount(volume: Volume, volumes: dict[str, Any]) -> dict[str, Any]:
    """The long form; a named volume also stands at the top level."""
    found: dict[str, Any] = {"type": str(volume.kind), "target": volume.target}
    if volume.kind is VolumeType.BIND:
        found["source"] = volume.source
        bind = {"propagation": str(volume.propagation)} if volume.propagation else {}
        found["bind"] = bind if volume.create else {**bind, "create_host_path": False}
    elif volume.kind is VolumeType.TMPFS and volume.size is not None:
        found["tmpfs"] = {"size": f"{volume.size}b"}
    elif volume.name is not None:
        found["source"] = volume.name
        volumes[volume.name] = _top(volume)
    if volume.nocopy:
        found["volume"] = {"nocopy": True}
    if volume.read_only:
        found["read_only"] = True
    return {key: value for key, value in found.items() if value != {}}


def _top(volume: Volume) -> dict[str, Any] | None:
    if volume.external:
        return {"external": True, "name": volume.name}
    found: dict[str, Any] = {}
    if volume.driver is not None:
        found["driver"] = volume.driver
    if volume.options:
        found["driver_opts"] = volume.options
    return found or None


def _folders(machine: Machine) -> list[dict[str, Any]]:
    """Synced folders, which are binds of a container."""
    found = []
    for folder in machine.synced_folders:
        source = folder.source if folder.source.startswith(("/", ".", "~")) else f"./{folder.source}"
        bind: dict[str, Any] = {"type": "bind", "target": folder.target, "source": source}
        found.append({**bind, "read_only": True} if folder.readonly else bind)
    return found


def _file(machine: str, number: int, file: Files, configs: dict[str, Any]) -> dict[str, Any]:
    name = f"{machine}-{number}"
    configs[name] = {"file": file.source} if file.source is not None else {"content": file.content or ""}
    found: dict[str, Any] = {"source": name, "target": file.target}
    given = stated(file)
    if "mode" in given:
        found["mode"] = file.mode
    found |= {key: str(given[key]) for key in ("uid", "gid") if key in given}
    return found


def _hooks(machine: Machine, loss: Loss) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for event, hooks in machine.hooks.items():
        if event not in MOMENTS or not all(_sayable(hook) for hook in hooks):
            loss.key(f"hooks.{event}")
            continue
        found[MOMENTS[event]] = [{"command": _words(hook.run or "")} for hook in hooks]
    return found


def _sayable(hook: Hook) -> bool:
    """Compose knows a command in the container, which must succeed."""
    return hook.on is On.GUEST and bool(hook.run) and hook.on_error is not OnError.CONTINUE and not _more(hook)


def _more(hook: Hook) -> bool:
    return bool(stated(hook).keys() - {"run", "on", "on_error"})


def _words(run: str) -> list[str]:
    """The words of a plain command; anything else is for a shell."""
    try:
        words = shlex.split(run)
    except ValueError:
        words = []
    return words if words and shlex.join(words) == run else ["sh", "-c", run]
