"""How a container is started: the words of systemd-nspawn, and what serai adds to its unit of systemd's. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from serai.providers.control_groups import PERIOD, limits
from serai.providers.nspawn import netns
from serai.providers.nspawn.place import CONSOLE_LOG
from serai.providers.nspawn.site import Site
from serai.spec.container import Container
from serai.spec.machine import Machine

BEGIN = "# What serai states; it is written anew at each start."
SECOND = dict.fromkeys(("cpu", "cpuset", "memory", "pids"), 2)
PROPERTIES = {
    "memory.max": "MemoryMax",
    "memory.swap.max": "MemorySwapMax",
    "memory.low": "MemoryLow",
    "cpu.max": "CPUQuota",
    "cpu.weight": "CPUWeight",
    "cpuset.cpus": "AllowedCPUs",
    "pids.max": "TasksMax",
}
"""Files of control groups of version 2 -> what systemd calls them. Source: systemd.resource-control(5)."""
NODES = (
    *("c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm"),
    *("c 136:* rwm", "c 10:200 rwm", "c 10:229 rwm", "c *:* m", "b *:* m"),
)
"""null, zero, full, random, urandom, tty, console, ptmx, terminals, tun, fuse; and to make any, not to open it."""
RESTARTS = {"always": "always", "unless-stopped": "always", "on-failure": "on-failure"}


def words(site: Site) -> list[str]:
    """The argv of systemd-nspawn, in the control group that it is to live in."""
    found = ["systemd-nspawn", "--quiet", "--keep-unit", "--settings=override", f"--machine={site.name}"]
    if not site.by_systemd:
        found.append("--register=no")  # there is no machined that it could tell
    if site.has_namespace:
        # Not by its own --network-namespace-path: systemd 252 mounts /sys before, and shows the host's.
        return ["nsenter", f"--net={netns.PLACE / site.name}", *found]
    return found


def properties(machine: Machine) -> dict[str, str]:
    """Its limits, as systemd says them."""
    return {PROPERTIES[name]: _said(name, value) for name, value in limits(machine, SECOND).items()}


def _said(name: str, value: str) -> str:
    return f"{int(value.split()[0]) * 100 / PERIOD:g}%" if name == "cpu.max" else value


def drop_in(machine: Machine, site: Site, ip: str) -> str:
    """What is added to systemd-nspawn@.service for it. `ip`: the path of ip(8)."""
    return "".join(f"{line}\n" for line in (BEGIN, *_lines(machine, site, ip)))


def _lines(machine: Machine, site: Site, ip: str) -> Iterator[str]:
    box = machine.container or Container()
    times = box.restart.partition(":")[2]
    if times:
        yield "[Unit]"
        yield "StartLimitIntervalSec=infinity"
        yield f"StartLimitBurst={int(times) + 1}"
    yield "[Service]"
    if site.has_namespace:
        yield f"ExecStartPre=-/bin/sh -c '{ip} netns delete {site.name} 2>/dev/null'"
        yield f"ExecStartPre={ip} -batch {_word(f'{site.directory}/{netns.OUTSIDE}')}"
        yield f"ExecStartPre={ip} -netns {site.name} -batch {_word(f'{site.directory}/{netns.INSIDE}')}"
        yield f"ExecStopPost=-{ip} netns delete {site.name}"
    yield "ExecStart="
    yield f"ExecStart={' '.join(words(site))}"
    yield f"StandardOutput=append:{site.directory}/{CONSOLE_LOG}"
    yield f"StandardError=append:{site.directory}/{CONSOLE_LOG}"
    yield "WatchdogSec=0"
    if box.stop_timeout is not None:
        yield f"TimeoutStopSec={box.stop_timeout:g}"
    if box.restart != "no":
        yield f"Restart={RESTARTS[box.restart.partition(':')[0]]}"
        yield "RestartSec=1"  # until machined has forgotten the one before
    if box.privileged:
        yield "DevicePolicy=auto"
        yield "DeviceAllow="
    else:
        yield "DeviceAllow=/dev/fuse rwm"
        for node in site.nodes:
            yield f"DeviceAllow={node.source} {node.rule.rpartition(' ')[2]}"
    for name, value in properties(machine).items():
        yield f"{name}={value}"


def _word(path: str) -> str:
    return shlex.quote(path)


def device_rules(machine: Machine, site: Site) -> list[str]:
    """What its group of devices of version 1 lets it open, where no systemd says so."""
    if machine.container and machine.container.privileged:
        return ["a"]
    return [*NODES, *(node.rule for node in site.nodes)]
