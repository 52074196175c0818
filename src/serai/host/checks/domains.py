"""Checks of what libvirt's domains ask of the host: memory, pinned processors, near devices, machine types."""

from __future__ import annotations

import re

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.domains import PLACE
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.util.cpuset import numbers, ranges
from serai.util.units import human_size

TABLE = Table()
ISOLATED = "/sys/devices/system/cpu/isolated"
QEMU = "qemu-system-x86_64"
OLD_QEMU = (6, 2)
"""What Ubuntu 22.04 has; libvirt drops what is older step by step."""


@TABLE.row(
    "mem.guests",
    "all domains together fit into memory",
    reads=f"{PLACE}/*.xml, /proc/meminfo",
    worst=Outcome.WARN,
    why="Domains that are started together take all they were given; what does not fit is swapped or killed.",
    next="give domains less memory, or do not start all of them",
    when_not="Domains that never run at the same time.",
    source="libvirt, formatdomain: memory",
    guide=("MEM-2",),
)
def guests(facts: Facts) -> Finding:
    domains = facts.domains.all
    if not domains:
        return not_applicable(PLACE, "no domain is defined")
    total, asked = facts.memory.info["MemTotal"], sum(each.memory for each in domains)
    value = f"{len(domains)} domains: {human_size(asked)} of {human_size(total)}"
    return warn(PLACE, "more than there is", value) if asked > total else passed(PLACE, value)


@TABLE.row(
    "cpu.pins",
    "pinned domains are on processors that are kept for them",
    reads=f"{PLACE}/*.xml, {ISOLATED}",
    worst=Outcome.WARN,
    why="A guest that is pinned beside the host's own work waits for it; isolated ones stand idle meanwhile.",
    next="virsh vcpupin DOMAIN VCPU CPUS --config, with CPUs that are isolated; or isolate those",
    source="libvirt, formatdomain: vcpupin; Linux, kernel-parameters.txt: isolcpus",
    guide=("CPU-2",),
)
def pins(facts: Facts) -> Finding:
    apart = facts.read(ISOLATED)
    pinned = [each for each in facts.domains.all if each.pins]
    if not apart.text or not pinned:
        return not_applicable(apart, "no processor is isolated, or no domain is pinned")
    kept = set(numbers(apart.text))
    for each in pinned:
        if outside := tuple(sorted(each.pins - kept)):
            said = each.reading(f"pinned to {ranges(tuple(sorted(each.pins)))}, isolated {apart.text}")
            return warn(said, f"{each.name}: CPU {ranges(outside)} has other work, too")
    return passed(apart, f"{apart.text}: {', '.join(each.name for each in pinned)}")


@TABLE.row(
    "numa.guest-devices",
    "domains are on the node of the devices that they are given",
    reads=f"{PLACE}/*.xml, /sys/bus/pci/devices/*/numa_node",
    worst=Outcome.WARN,
    why="Each transfer of a far device crosses the link between the nodes.",
    next="pin the domain to the device's node: cpu.pin and numa.host_nodes",
    source="Linux, Documentation/ABI/testing/sysfs-bus-pci: numa_node",
    guide=("GPU-3",),
)
def guest_devices(facts: Facts) -> Finding:
    if len(facts.memory.nodes) < 2:
        return not_applicable("/sys/devices/system/node", "there is one node")
    bound = [(each, _nodes(facts, each.pins) | each.nodes) for each in facts.domains.all if each.devices]
    bound = [(each, nodes) for each, nodes in bound if nodes]
    if not bound:
        return not_applicable(PLACE, "no domain that is bound to a node is given a device")
    for each, nodes in bound:
        for address in each.devices:
            device = facts.pci.devices.get(address)
            if device and device.node >= 0 and device.node not in nodes:
                said = each.reading(f"{address} on node {device.node}, bound to {ranges(tuple(nodes))}")
                return warn(said, f"{each.name} reaches its device across nodes")
    return passed(PLACE, ", ".join(each.name for each, _ in bound))


def _nodes(facts: Facts, cpus: frozenset[int]) -> frozenset[int]:
    """The nodes of these processors."""
    found = set()
    for node in facts.memory.nodes if cpus else ():
        text = facts.read(f"/sys/devices/system/node/node{node}/cpulist").text
        if text and cpus & set(numbers(text)):
            found.add(node)
    return frozenset(found)


@TABLE.row(
    "qemu.version",
    "QEMU is of this time",
    reads=f"{QEMU} --version",
    worst=Outcome.NOTE,
    why="libvirt supports QEMU for some years only; older ones lack what serai asks of a live machine.",
    next="a newer release of the distribution, or its backports",
    numbers="6.2 is of December 2021",
    source="libvirt, platforms; QEMU, release notes",
)
def version(facts: Facts) -> Finding:
    if not facts.source.program(QEMU):
        return not_applicable("/usr/bin", f"there is no {QEMU}")
    seen = facts.source.run(QEMU, "--version")
    found = re.search(r"version (\d+)\.(\d+)[\w.]*", seen.text)
    if found is None:
        raise Unknown("it tells no version", seen.path)
    old = (int(found[1]), int(found[2])) < OLD_QEMU
    return note(seen, "libvirt drops it, or has done so", found[0]) if old else passed(seen, found[0])


@TABLE.row(
    "qemu.machines",
    "domains have machine types that QEMU keeps",
    reads=f"{PLACE}/*.xml, {QEMU} -machine help",
    worst=Outcome.FAIL,
    why="QEMU deprecates a machine type after three years and removes it after six: the domain starts no more.",
    next="virsh edit DOMAIN: a newer type, with the guest off; Windows may ask for its activation again",
    source="QEMU, docs/about/deprecated.rst: versioned machine types",
)
def machines(facts: Facts) -> Finding:
    ours = [each for each in facts.domains.all if each.machine]
    if not ours or not facts.source.program(QEMU):
        return not_applicable(PLACE, "no domain is defined, or there is no QEMU")
    seen = facts.source.run(QEMU, "-machine", "help")
    known = {line.split()[0]: line for line in seen.lines[1:] if line.split()}
    mine = [each for each in ours if not each.emulator or each.emulator.endswith(("x86_64", "qemu-kvm"))]
    for each in mine:
        if each.machine not in known:
            return fail(each.reading(each.machine), f"{each.name}: this QEMU has no such machine type")
    for each in mine:
        if "deprecated" in known[each.machine]:
            return warn(each.reading(each.machine), f"{each.name}: a coming QEMU has it no more")
    return passed(PLACE, ", ".join(sorted({each.machine for each in mine})) or "none of this architecture")


@TABLE.row(
    "qemu.variables",
    "firmware and its variables are of one size",
    reads=f"{PLACE}/*.xml: os/loader, os/nvram",
    worst=Outcome.FAIL,
    why="Builds of OVMF have 2 or 4 MiB; variables of the other size do not fit, and the domain does not start.",
    next="virsh edit DOMAIN: loader and template of the same build, or firmware='efi' alone",
    source="OVMF, README: OVMF_VARS and FD_SIZE_IN_KB",
)
def variables(facts: Facts) -> Finding:
    stated = [each for each in facts.domains.all if each.loader and each.template]
    if not stated:
        return not_applicable(PLACE, "no domain states both")
    for each in stated:
        loader, template = (path.rpartition("/")[2] for path in (each.loader, each.template))
        if ("_4M" in loader) != ("_4M" in template):
            return fail(each.reading(f"{loader} with {template}"), f"{each.name}: the sizes differ")
    return passed(PLACE, f"{len(stated)} domains")
