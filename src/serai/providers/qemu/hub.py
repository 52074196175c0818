"""Private networks without root: one small QEMU process a network, whose hub joins the machines' sockets.

The process has no machine at all (`-M none`): it only moves frames between unix sockets in a private directory.
Each interface has a socket of its own there; the DHCP server is one more port (see dhcp.py). The process starts
with the first machine of the network and ends with the last; when it died, the next start brings it back, and
machines whose QEMU can reconnect do so.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from serai.providers.identity import machine_uuid
from serai.providers.qemu.features import Features
from serai.providers.qemu.launch import QMP, connect, end_process, spawn
from serai.providers.qemu.qmp import Qmp, QmpError
from serai.providers.qemu.record import hold_life, is_alive, load
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, remove_tree
from serai.util.locks import lock

HUB = 0
BIND_BUDGET = 10.0
"""Seconds until a port's socket must be there: it takes a millisecond on an idle host."""
BIND_STEP = 1
"""Milliseconds between two looks at that."""


def port_name(machine: str, nic: int) -> str:
    """A short name for the socket of one interface: AF_UNIX names end at 107 bytes."""
    return f"p{sha256(f'{machine}/{nic}'.encode()).hexdigest()[:12]}"


def port_socket(network: str, machine: str, nic: int) -> str:
    """The socket's path, relative to the machine's directory."""
    return f"../../networks/{network}/{port_name(machine, nic)}.sock"


def hub_uuid(project_id: str, network: str) -> str:
    return machine_uuid(project_id, f"network/{network}")


def argv(features: Features, title: str, uuid: str) -> list[str]:
    """A QEMU that only switches."""
    words = [features.binary, "-name", title, "-uuid", uuid, "-M", "none", "-nodefaults", "-no-user-config"]
    if features.sandbox:
        words += ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"]
    words += ["-msg", "timestamp=on", "-pidfile", "qemu.pid", "-display", "none"]
    return [*words, "-chardev", f"socket,id=qmp,path={QMP},server=on,wait=off", "-qmp", "chardev:qmp"]


def attach(home: Path, project_id: str, network: str, ports: Iterable[str], features: Features) -> bool:
    """Make the network carry these interfaces. True: its hub had to be started. Can be called again."""
    if "stream" not in features.netdevs or "hubport" not in features.netdevs:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"network {network}: this QEMU ({features.version}) has no netdev of type stream",
            hint="install QEMU 7.2 or newer",
        )
    directory = private_dir(home / "networks" / network)
    with lock(directory / "lock", what=f"network {network}", note=f"serai, pid {os.getpid()}"):
        started = not is_alive(directory)
        if started:
            client = _start(directory, project_id, network, features)
        else:
            client = connect(directory, f"network {network}")
        with client:
            names = list(ports)
            for port in names:
                _add_port(client, port)
            for port in names:
                _wait_bound(directory / f"{port}.sock", network)
    return started


@contextmanager
def opened(home: Path, network: str) -> Iterator[Qmp]:
    """The monitor of a living hub, for nobody else meanwhile."""
    directory = home / "networks" / network
    who = f"network {network}"
    with lock(directory / "lock", what=who, note=f"serai, pid {os.getpid()}"), connect(directory, who) as client:
        yield client


def _start(directory: Path, project_id: str, network: str, features: Features) -> Qmp:
    life = hold_life(directory)
    try:
        for left in directory.glob("p*.sock"):
            left.unlink(missing_ok=True)
        uuid = hub_uuid(project_id, network)
        words = argv(features, f"network/{network}", uuid)
        client = spawn(directory, words, {"qmp": QMP}, life, who=f"network {network}")
    finally:
        os.close(life)
    add_sink(client)
    return client


def add_sink(client: Qmp) -> None:
    """A port that takes every frame and sends it nowhere.

    A hub stops reading from a port while no other can take its frames, and does not begin again when one comes:
    without the sink, the first machine of a network would be deaf for good once it had said a word.
    Source: QEMU, net/hub.c, net_hub_port_can_receive.
    """
    ends = {"local": {"type": "unix", "path": "sink.sock"}, "remote": {"type": "unix", "path": "nowhere.sock"}}
    _add(client, {"type": "dgram", "id": "sink", **ends})
    _add(client, {"type": "hubport", "id": "sink-hub", "hubid": HUB, "netdev": "sink"})


def remove_sink(client: Qmp) -> None:
    """Where a DHCP server takes every frame, the sink would cost a system call a frame more."""
    _remove(client, "sink")


def _add_port(client: Qmp, port: str) -> None:
    address = {"type": "unix", "path": f"{port}.sock"}
    _add(client, {"type": "stream", "id": port, "server": True, "addr": address})
    _add(client, {"type": "hubport", "id": f"{port}-hub", "hubid": HUB, "netdev": port})


def _wait_bound(path: Path, network: str) -> None:
    """QEMU binds the sockets in threads, after it has answered; no event tells when.

    Source: QEMU, net/stream.c, qio_channel_socket_listen_async.
    """
    end = time.monotonic() + BIND_BUDGET
    while not path.exists():
        if time.monotonic() > end:
            raise SeraiError(Code.TIMEOUT, f"network {network}: its hub did not open {path.name} in time")
        select.poll().poll(BIND_STEP)


def _add(client: Qmp, arguments: dict[str, object]) -> None:
    try:
        client.execute("netdev_add", arguments)
    except QmpError as error:
        if "Duplicate ID" not in error.text:
            raise


def release(home: Path, project_id: str, network: str, ports: Iterable[str], without: Path) -> None:
    """Take the interfaces of a machine that has ended off the network; end the hub with its last machine."""
    directory = home / "networks" / network
    if not directory.exists():
        return
    with lock(directory / "lock", what=f"network {network}", note=f"serai, pid {os.getpid()}"):
        if users(home, network, without):
            if is_alive(directory):
                with connect(directory, f"network {network}") as client:
                    for port in ports:
                        _remove(client, port)
                        (directory / f"{port}.sock").unlink(missing_ok=True)
            return
        end_process(directory, hub_uuid(project_id, network), who=f"network {network}")
        remove_tree(directory)


def _remove(client: Qmp, netdev: str) -> None:
    """The netdev and its port of the hub. Not there: does nothing."""
    for name in (f"{netdev}-hub", netdev):
        try:
            client.execute("netdev_del", {"id": name})
        except QmpError as error:
            if "not found" not in error.text.lower():
                raise


def users(home: Path, network: str, without: Path | None = None) -> list[str]:
    """The living machines of the project that have an interface on the network, but one."""
    found = []
    for directory in (home / "machines").glob("[!.]*"):
        if directory == without or not is_alive(directory):
            continue
        record = load(directory)
        used = record.hardware.machine if record and record.hardware else record.applied if record else None
        if used and any(nic.private and nic.private.network == network for nic in used.networks):
            found.append(directory.name)
    return sorted(found)
