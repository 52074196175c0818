"""What this QEMU binary can do: asked over QMP, never guessed from its version; kept in the cache by binary."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from serai.util import paths
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic

BINARIES = {"amd64": "qemu-system-x86_64", "arm64": "qemu-system-aarch64"}
PACKAGES = {"amd64": "qemu-system-x86", "arm64": "qemu-system-arm"}
FORMAT = 3
"""Of the cached file; raise it when Features changes."""


class MachineType(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of `query-machines`."""

    name: str
    alias: str = ""
    cpu_max: int = 1
    hotplug: bool = False
    deprecated: bool = False


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """What rendering and the live changes need to know of a binary."""

    binary: str
    version: str
    """For people only."""
    machines: dict[str, MachineType]
    devices: frozenset[str]
    objects: frozenset[str]
    netdevs: frozenset[str]
    stream_options: frozenset[str]
    """Options of `-netdev stream`: `reconnect` (8.0), `reconnect-ms` (9.2)."""
    aio: frozenset[str]
    """`threads`, `native`, `io_uring`: what the file driver was built with."""
    cpus: frozenset[str]
    blk_properties: frozenset[str] = frozenset()
    """Of virtio-blk-pci: `iothread-vq-mapping` (9.0)."""
    spice: bool = False
    sandbox: bool
    ninep: bool
    migrate_file: bool
    """`migrate` knows files by itself; older ones write to a descriptor that they are handed."""
    accels: frozenset[str]

    def machine(self, kind: str) -> MachineType | None:
        """The machine type by its name or its alias (`q35`)."""
        if kind in self.machines:
            return self.machines[kind]
        return next((each for each in self.machines.values() if each.alias == kind), None)


def binary_for(arch: str, configured: str | None = None) -> str:
    """The emulator's path. Raises Code.MISSING with the package to install."""
    from serai.util.process import which

    return which(configured or BINARIES[arch], PACKAGES[arch])


def features(binary: str) -> Features:
    """What the binary can do; from the cache unless the file has changed."""
    status = os.stat(binary)  # noqa: PTH116 - asked once a machine
    return _kept(binary, status.st_mtime_ns, status.st_size, paths.home())


@cache
def _kept(binary: str, modified: int, size: int, home: Path) -> Features:
    """From its file in the cache, made when it is not there; read once, however many machines there are."""
    stamp = f"{FORMAT} {os.path.realpath(binary)} {modified} {size}"
    file = home / "cache" / f"qemu-{sha256(stamp.encode()).hexdigest()[:16]}.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Features)
    except (FileNotFoundError, msgspec.DecodeError):
        found = ask(binary)
    private_dir(file.parent)
    write_atomic(
        file, msgspec.json.format(msgspec.json.encode(found, order="deterministic"), indent=1), sync=False
    )
    return found


QUESTIONS = (
    "qmp_capabilities",
    "query-qmp-schema",
    "query-machines",
    "query-command-line-options",
    "query-version",
    "query-cpu-definitions",
    "qom-list-types",
    "device-list-properties",
)
ARGUMENTS = {"device-list-properties": {"typename": "virtio-blk-pci"}}


def ask(binary: str) -> Features:
    """Start the binary with an empty machine, ask, and let it quit: about 0.15 s."""
    from serai.util.bound import NOT_RUN, bound

    questions = [
        {"execute": name, "id": name, **({"arguments": ARGUMENTS[name]} if name in ARGUMENTS else {})}
        for name in QUESTIONS
    ]
    commands = "".join(f"{msgspec.json.encode(each).decode()}\n" for each in questions)
    argv = [binary, "-M", "none", "-nodefaults", "-no-user-config", "-display", "none", "-S", "-qmp", "stdio"]
    commands += '{"execute":"quit"}\n'
    done = subprocess.run(bound(*argv), input=commands, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == NOT_RUN:
        raise SeraiError(Code.MISSING, done.stderr.strip())
    answers: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        message = msgspec.json.decode(line)
        if "return" in message and "id" in message:
            answers[message["id"]] = message["return"]
    if missing := [name for name in QUESTIONS if name not in answers]:
        raise SeraiError(
            Code.FAILED,
            f"{binary} did not answer {missing[0]}",
            hint="serai needs QEMU 7.2 or newer",
            details=done.stderr.splitlines()[-5:],
        )
    return _read(binary, answers)


def _read(binary: str, answers: dict[str, Any]) -> Features:
    types = {entry["name"]: entry for entry in answers["query-qmp-schema"]}
    options = {entry["option"] for entry in answers["query-command-line-options"]}
    names = frozenset(entry["name"] for entry in answers["qom-list-types"])
    stream = _variant(types, "netdev_add", "stream")
    file_aio = _variant(types, "blockdev-add", "file").get("aio", "")
    migrate = _members(types, types["migrate"]["arg-type"])
    return Features(
        binary=binary,
        version="{major}.{minor}.{micro}".format(**answers["query-version"]["qemu"]),
        machines={entry["name"]: _machine(entry) for entry in answers["query-machines"]},
        devices=names,
        objects=frozenset(_enum(types, _members(types, types["object-add"]["arg-type"])["qom-type"])),
        netdevs=frozenset(case["case"] for case in types[types["netdev_add"]["arg-type"]]["variants"]),
        stream_options=frozenset(stream),
        aio=frozenset(_enum(types, file_aio)),
        cpus=frozenset(entry["name"] for entry in answers["query-cpu-definitions"]),
        blk_properties=frozenset(entry["name"] for entry in answers["device-list-properties"]),
        spice="spice" in options,
        sandbox="sandbox" in options,
        ninep="fsdev" in options and "virtio-9p-pci" in names,
        migrate_file="channels" in migrate and "file" in _migrate_transports(types, migrate["channels"]),
        accels=frozenset(name.removesuffix("-accel") for name in names if name.endswith("-accel")),
    )


def _machine(entry: dict[str, Any]) -> MachineType:
    return MachineType(
        name=entry["name"],
        alias=entry.get("alias", ""),
        cpu_max=entry.get("cpu-max", 1),
        hotplug=entry.get("hotpluggable-cpus", False),
        deprecated=entry.get("deprecated", False),
    )


def _members(types: dict[str, Any], name: str) -> dict[str, str]:
    return {member["name"]: member["type"] for member in types.get(name, {}).get("members", ())}


def _variant(types: dict[str, Any], command: str, case: str) -> dict[str, str]:
    """The members of one variant of a command's argument."""
    for variant in types[types[command]["arg-type"]].get("variants", ()):
        if variant["case"] == case:
            return _members(types, variant["type"])
    return {}


def _enum(types: dict[str, Any], name: str) -> list[str]:
    return list(types.get(name, {}).get("values", ()))


def _migrate_transports(types: dict[str, Any], channels: str) -> list[str]:
    """`file`, `socket`, … of migrate's `channels` (an array of channels with an address each)."""
    channel = types.get(types.get(channels, {}).get("element-type", ""), {})
    address = types.get(_members(types, channel.get("name", "")).get("addr", ""), {})
    return [variant["case"] for variant in address.get("variants", ())]
