"""The block of docker → `image:`, `container:` and forwarded ports (VAG-2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from serai.loaders.vagrantfile.config.model import Plain, text_of
from serai.loaders.vagrantfile.mapping.docker_flags import IDLE, NO_WORD, Flag, build_flags, plain, run_flags
from serai.loaders.vagrantfile.mapping.draft import Draft, listed, number, truth
from serai.loaders.vagrantfile.mapping.forward import ONLY_HERE
from serai.util.errors import Where

SOURCES = ("image", "build_dir", "git_repo")
HOST_VM = "the engine that answers here runs it; for another one, DOCKER_HOST or a context names it"
REASONS = {
    "force_host_vm": HOST_VM,
    "host_vm_build_dir_options": HOST_VM,
    "vagrant_machine": HOST_VM,
    "vagrant_vagrantfile": HOST_VM,
    "has_ssh": "serai gets in by the engine, with or without an SSH server",
    "compose": "serai brings containers up itself, each as a machine",
    "compose_configuration": "serai writes no compose file: networks and volumes are those of the machines",
}
ANY_PORT = 8000
"""Where a free port is looked for, for one below 1024 whose port of the host is not stated."""


class Peers:
    """What the containers of the file are called by docker, for those that link to them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def machine(self, name: str) -> str | None:
        """The machine whose container is called so, or which itself is."""
        return self._names.get(name)


def map_docker(draft: Draft, block: dict[str, Plain], places: Mapping[str, Where], peers: Peers) -> None:
    """All of a block. The file's own words for `docker run` come last: they count over the others."""
    for key in sorted(block, key=lambda key: (key == "create_args", key == "build_args")):
        value, where = block[key], places.get(key, Where(""))
        label = f"docker.{key}"
        if key in REASONS:
            draft.dropped(label, where, REASONS[key])
        elif key in TEXTS:
            draft.put(("container", *TEXTS[key]), text_of(value), label, where)
        elif key in MAKERS:
            draft.attempt(label, where, MAKERS[key], draft, value, label, where)
        elif key == "link":
            for each in listed(value):
                _link(draft, text_of(each), label, where, peers)
        else:
            draft.dropped(label, where, "Vagrant's docker has no such key")


TEXTS = {
    "build_dir": ("build", "context"),
    "git_repo": ("build", "git"),
    "dockerfile": ("build", "dockerfile"),
    "auth_server": ("login", "server"),
    "username": ("login", "username"),
    "password": ("login", "password"),
    "email": ("login", "email"),
}


def _image(draft: Draft, value: Plain, label: str, where: Where) -> None:
    draft.put(("image",), text_of(value), label, where)


def _cmd(draft: Draft, value: Plain, label: str, where: Where) -> None:
    draft.put(("container", "cmd"), [text_of(word) for word in listed(value)], label, where)


def _env(draft: Draft, value: Plain, label: str, where: Where) -> None:
    env = {str(name): text_of(text) for name, text in dict(value).items()}
    draft.put(("container", "env"), env, label, where)


def _expose(draft: Draft, value: Plain, label: str, where: Where) -> None:
    draft.put(("container", "expose"), [text_of(port) for port in listed(value)], label, where)


def _name(draft: Draft, value: Plain, label: str, where: Where) -> None:
    draft.put(("container", "name"), text_of(value), label, where)


def _privileged(draft: Draft, value: Plain, label: str, where: Where) -> None:
    if truth(value):
        draft.put(("container", "privileged"), True, label, where)
    else:
        draft.dropped(label, where, "it is not that anyway")


def _pull(draft: Draft, value: Plain, label: str, where: Where) -> None:
    draft.put(("container", "pull"), "always" if truth(value) else "missing", label, where)


def _remains(draft: Draft, value: Plain, label: str, where: Where) -> None:
    if truth(value):
        draft.dropped(label, where, "serai watches that it stays anyway")
    else:
        draft.put(("container", "job"), True, label, where, "it may end: it is ready when it has ended with 0")


def _stop_timeout(draft: Draft, value: Plain, label: str, where: Where) -> None:
    if (seconds := number(value)) is None:
        draft.dropped(label, where, f"{value!r} is no number of seconds")
    else:
        draft.put(("container", "stop_timeout"), seconds, label, where)


def _volumes(draft: Draft, value: Plain, label: str, where: Where) -> None:
    for text in listed(value):
        add(draft, "volumes", volume(text_of(text)))
    draft.told(label, where, "container.volumes")


def volume(text: str) -> str:
    """As serai reads it: a source with a slash in it is a path, below the project unless it begins with one."""
    source, colon, rest = text.partition(":")
    if colon and "/" in source and not source.startswith(("/", ".", "~")):
        return f"./{source}:{rest}"
    return f"./:{rest}" if source == "." else text


def add(draft: Draft, key: str, entry: Any) -> None:
    """An entry of one of `container:`'s lists."""
    entries = draft.data.setdefault("container", {}).setdefault(key, [])
    if entry not in entries:
        entries.append(entry)


def _link(draft: Draft, text: str, label: str, where: Where, peers: Peers) -> None:
    name, _, alias = text.partition(":")
    machine = peers.machine(name)
    if machine is None:
        draft.dropped(label, where, f"no machine of the file is the container {name}")
        return
    add(draft, "links", f"{machine}:{alias or name}")
    draft.data.setdefault("after", {}).setdefault(machine, "started")
    draft.told(label, where, "container.links", f"{machine} is started first")


def _ports(draft: Draft, value: Plain, label: str, where: Where) -> None:
    for text in listed(value):
        publish(draft, text_of(text), label, where)


def publish(draft: Draft, text: str, label: str, where: Where) -> None:
    """`8080:80`, `127.0.0.1:8080:80/udp`, `80`, `8000-8002:80-82`."""
    rest, _, protocol = text.partition("/")
    *before, inside = rest.rsplit(":", 2)
    host_ip, outside = (["", *before] if len(before) < 2 else before)[-2:] if before else ("", "")
    guests, hosts = _span(inside), _span(outside) if outside else None
    if guests is None or (outside and (hosts is None or len(hosts) != len(guests))):
        draft.dropped(label, where, f"{text!r} is no port that can be published")
        return
    for at, guest in enumerate(guests):
        port: dict[str, Any] = {"host": hosts[at] if hosts else _free(guest), "guest": guest}
        if protocol in ("udp", "tcp") and protocol != "tcp":
            port["protocol"] = protocol
        if host_ip:
            port["host_ip"] = host_ip.strip("[]")
        if not hosts:
            port["auto_correct"] = True
        why = "" if host_ip else ONLY_HERE
        draft.append(("networks",), {"forwarded_port": port}, label, where, why)


def _free(guest: int) -> int:
    return guest if guest >= 1024 else ANY_PORT + guest


def _span(text: str) -> range | None:
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text.strip())
    if found is None:
        return None
    span = range(int(found[1]), int(found[2] or found[1]) + 1)
    return span if span and span[0] >= 1 and span[-1] <= 65535 else None


def _build_args(draft: Draft, value: Plain, label: str, where: Where) -> None:
    build = draft.data.setdefault("container", {}).setdefault("build", {})
    for flag in build_flags(text_of(word) for word in listed(value)):
        key, _, rest = str(flag.value).partition("=")
        match flag.name:
            case "--build-arg":
                build.setdefault("args", {})[key] = rest
            case "--label":
                build.setdefault("labels", {})[key] = rest
            case "--target" | "--network":
                build[flag.name[2:]] = flag.value
            case "--file":
                build["dockerfile"] = flag.value
            case "--cache-from":
                build.setdefault("cache_from", []).append(flag.value)
            case "--no-cache":
                build["no_cache"] = bool(flag.value)
            case "--platform":
                _platform(draft, str(flag.value), f"{label} --platform", where)
            case "--rm":
                draft.dropped(_named(label, flag), where, IDLE["--force-rm"])
                continue
            case _:
                _left(draft, flag, _named(label, flag), where)
                continue
        if flag.name != "--platform":
            draft.told(f"{label} {flag.name}", where, "container.build")


def _named(label: str, flag: Flag) -> str:
    return f"{label} {flag.name or flag.value}"


def _left(draft: Draft, flag: Flag, label: str, where: Where) -> None:
    """A flag that goes nowhere. One that would make another container of it is refused."""
    if flag.name in IDLE:
        draft.dropped(label, where, IDLE[flag.name])
    else:
        draft.refused(label, where, NO_WORD)


def _create_args(draft: Draft, value: Plain, label: str, where: Where) -> None:
    for flag in run_flags(text_of(word) for word in listed(value)):
        try:
            _created(draft, flag, _named(label, flag), where)
        except ValueError as error:
            draft.refused(_named(label, flag), where, str(error))


def _created(draft: Draft, flag: Flag, label: str, where: Where) -> None:
    text = str(flag.value)
    if flag.name == "--publish":
        publish(draft, text, label, where)
    elif flag.name == "--volume":
        _volumes(draft, text, label, where)
    elif flag.name == "--hostname":
        draft.put(("hostname",), text, label, where)
    elif flag.name == "--name":
        _name(draft, text, label, where)
    elif flag.name == "--platform":
        _platform(draft, text, label, where)
    elif flag.name == "--network" and text.startswith("container:"):
        draft.put(("container", "network_mode"), f"machine:{text.partition(':')[2]}", label, where)
    elif flag.name == "--pull":
        draft.put(("container", "pull"), text, label, where)
    elif (found := plain(flag)) is not None:
        _merged(draft, *found)
        draft.told(label, where, f"container.{found[0]}")
    else:
        _left(draft, flag, label, where)


def _merged(draft: Draft, key: str, value: Any) -> None:
    """Lists grow, maps too."""
    *path, last = key.split(".")
    inner = draft.data.setdefault("container", {})
    for step in path:
        inner = inner.setdefault(step, {})
    if isinstance(value, list) and last not in ("entrypoint", "test"):
        inner.setdefault(last, []).extend(value)
    elif isinstance(value, dict):
        inner.setdefault(last, {}).update(value)
    else:
        inner[last] = value


def _platform(draft: Draft, text: str, label: str, where: Where) -> None:
    arch = text.partition("/")[2].partition("/")[0] or text
    draft.put(("arch",), arch, label, where)


MAKERS: dict[str, Callable[[Draft, Plain, str, Where], None]] = {
    "image": _image,
    "cmd": _cmd,
    "env": _env,
    "expose": _expose,
    "name": _name,
    "ports": _ports,
    "privileged": _privileged,
    "pull": _pull,
    "remains_running": _remains,
    "stop_timeout": _stop_timeout,
    "volumes": _volumes,
    "build_args": _build_args,
    "create_args": _create_args,
}
