"""Into a running container of libvirt's: its first process, its namespaces, its name, its console."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from serai.providers import container_root
from serai.providers.contract import Console, ExecEndpoint, Scope
from serai.providers.libvirt import events, ledger
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.define import lookup
from serai.providers.libvirt.record import Record
from serai.providers.libvirt.site import Link
from serai.spec.container import Container
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

LOGS = Path("/var/log/libvirt/lxc")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DROPPED = ("sys_module", "sys_time", "sys_boot", "mknod", "audit_control", "mac_admin")
"""What libvirt takes from a container's processes. Source: libvirt, src/lxc/lxc_container.c, capabilities."""
EMULATOR = "libvirt_lxc"
"""Source: libvirt, src/lxc/lxc_controller.c."""
BEGIN_BUDGET = 20.0
"""Seconds in which libvirt has set up mounts and interfaces inside; it tells nobody when it has."""
NET = Path("/sys/class/net")
FORWARD_BUDGET = 5.0
POWER = signal.SIGRTMIN + 4
"""systemd powers off. Source: systemd(1), signals."""


def first_process(domain: Any) -> int:
    """Its number on the host: the child of the domain's own process, which is libvirt_lxc; 0: there is none."""
    ident = domain.ID()
    try:
        children = Path(f"/proc/{ident}/task/{ident}/children").read_text().split()
    except OSError:
        return 0
    return int(children[0]) if children else 0


def begun(domain: Any) -> int:
    """Its first process, when that is its own program: before, it is libvirt's, which sets up what is inside.

    0: it has ended already, or does not come within the budget.
    """
    for _ in events.paced(BEGIN_BUDGET):
        pid = first_process(domain)
        try:
            if pid and Path(f"/proc/{pid}/exe").readlink().name != EMULATOR:
                return pid
        except OSError:
            pid = 0
        if not pid and not domain.isActive():
            return 0
    return 0


def bridged(xml: str) -> list[str]:
    """The host's ends of its cards."""
    return [target.get("dev", "") for target in ElementTree.fromstring(xml).iterfind("devices/interface/target")]


def _forwards(name: str) -> None:
    """Until its bridge sends on what comes from it: those of libvirt speak STP, and only listen for 2 seconds.

    Source: linux/if_bridge.h, BR_STATE_FORWARDING.
    """
    state = NET / name / "brport" / "state"
    for _ in events.paced(FORWARD_BUDGET):
        try:
            if state.read_text().strip() == "3":
                return
        except OSError:
            return  # it is on no bridge, or has gone


def settle(domain: Any, hostname: str, cards: Iterable[Link]) -> None:
    """What libvirt leaves out: its host name, and the MTU of its cards. One that has ended already needs none."""
    if not (pid := begun(domain)):
        return
    for name in bridged(domain.XMLDesc(0)):
        _forwards(name)
    enter = [which("nsenter", "util-linux"), "-t", str(pid)]
    run([*enter, "--uts", "hostname", hostname], check=False)
    for number, card in enumerate(cards):
        if card.mtu:
            run([*enter, "--net", which("ip"), "link", "set", f"eth{number}", "mtu", str(card.mtu)], check=False)


def ask_to_end(domain: Any, state: Record) -> None:
    """Its stop signal, else the one that its init takes for an order to power off; SIGTERM for what is no init."""
    if not (pid := first_process(domain)):
        return
    box = (state.applied.container if state.applied else None) or Container()
    if box.stop_signal:
        wanted = _signal(box.stop_signal)
    elif Path(f"/proc/{pid}/comm").read_text().strip() == "systemd":
        wanted = int(POWER)
    else:
        wanted = int(signal.SIGTERM)
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(pid, wanted)


def _signal(name: str) -> int:
    """`SIGQUIT`, `QUIT`, `3`. Raises Code.INPUT."""
    if name.isdecimal():
        return int(name)
    word = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    try:
        return int(signal.Signals[word])
    except KeyError as error:
        raise SeraiError(
            Code.INPUT, f"container.stop_signal: there is no signal {name}", hint="SIGTERM is one"
        ) from error


def endpoint(scope: Scope, name: str) -> ExecEndpoint:
    """The way into all of its namespaces, with the rights that libvirt leaves to its processes.

    Raises Code.FAILED when it is off.
    """
    state = ledger.load(scope, name)
    domain = lookup(opened(state.uri), state.uuid) if state is not None else None
    pid = first_process(domain) if domain is not None and domain.isActive() else 0
    if state is None or not pid:
        word = "does not exist" if state is None else "is off"
        raise SeraiError(Code.FAILED, f"{name} {word}: there is no way in", hint=f"serai up {name}")
    user = (state.applied.user if state.applied else None) or "root"
    uid, gid, home = ("0", "0", "/root") if user == "root" else container_root.login(pid, user, name)
    words = {"PATH": PATH, "HOME": home, "USER": user, "TERM": "xterm", "LANG": "C.UTF-8"}
    argv = [which("env", "coreutils"), "-i", *(f"{key}={value}" for key, value in words.items())]
    box = (state.applied.container if state.applied else None) or Container()
    mapped = bool(box.unprivileged or box.idmap)  # in a user namespace no right reaches the host
    if not box.privileged and not mapped:
        added = {word.lower().removeprefix("cap_") for word in box.cap_add}
        gone = [f"-{word}" for word in DROPPED if word not in added and "all" not in added]
        if gone:
            argv += [which("setpriv", "util-linux"), "--bounding-set", ",".join(gone)]
    argv += [which("nsenter", "util-linux"), "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"]
    argv += ["-U"] if mapped else []
    if uid != "0" or mapped:
        argv += ["-S", uid, "-G", gid]
    return ExecEndpoint(argv=(*argv, "--"), user=user)


def console(scope: Scope, name: str) -> Console:
    """virsh attaches to it. libvirt keeps no log of a container's console; its own log is the engine's."""
    state = ledger.made(scope, name)
    log = LOGS / f"{state.domain}.log"
    return Console(
        socket=Path(),
        log=ledger.directory_of(scope, name) / "console.log",
        engine=log,
        argv=("virsh", "-q", "-c", state.uri, "console", "--force", state.uuid),
    )
