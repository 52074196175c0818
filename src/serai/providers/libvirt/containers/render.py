"""A container's domain XML: pure. Source: libvirt, drvlxc and formatdomain."""

from __future__ import annotations

from xml.etree import ElementTree

from serai.providers.first_process import command
from serai.providers.libvirt import edits
from serai.providers.libvirt.containers.site import Site
from serai.providers.libvirt.record import NAMESPACE
from serai.providers.libvirt.render.element import Element, add, add_kib, text_of
from serai.providers.libvirt.site import Link, LinkKind
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.machine import Machine
from serai.spec.memory import Memory

INIT = "/sbin/init"
PERIOD = 100_000
"""Microseconds of one CFS period. Source: Documentation/scheduler/sched-bwc.rst."""
TMPFS = 64 << 20
"""Bytes of a file system in memory that states none: libvirt wants a number."""


def domain(machine: Machine, site: Site) -> str:
    """The XML to define. Raises SeraiError for an edit that fits nowhere."""
    root = ElementTree.Element("domain", {"type": "lxc"})
    box = machine.container or Container()
    add(root, "name", site.name)
    add(root, "uuid", site.uuid)
    if machine.providers.libvirt.title:
        add(root, "title", machine.providers.libvirt.title)
    if site.metadata:
        add(add(root, "metadata"), f"{{{NAMESPACE}}}machine", site.metadata)
    _limits(root, machine, box, site)
    _process(root, box, site)
    _ids(root, site)
    _rights(root, box, site)
    for event, act in (("on_poweroff", "destroy"), ("on_reboot", "restart"), ("on_crash", "destroy")):
        add(root, event, act)
    _devices(root, box, site)
    edits.apply(root, machine.providers.libvirt.xml, machine.name)
    return text_of(root)


def _limits(root: Element, machine: Machine, box: Container, site: Site) -> None:
    stated = box.memory if box.memory is not None else machine.memory.size
    if box.memory is None and machine.memory.size == Memory().size:
        stated = site.memory
    add_kib(root, "memory", stated)
    if box.memory_reservation is not None or box.memory_swap is not None:
        tune = add(root, "memtune")
        if box.memory_reservation is not None:
            add_kib(tune, "soft_limit", box.memory_reservation)
        if box.memory_swap is not None:
            add_kib(tune, "swap_hard_limit", box.memory_swap)
    add(root, "vcpu", 1, cpuset=box.cpuset)
    cpus = box.cpus if box.cpus is not None else machine.cpu.total
    limited = box.cpus is not None or machine.cpu != type(machine.cpu)()
    if limited or box.cpu_shares is not None:
        tune = add(root, "cputune")
        if box.cpu_shares is not None:
            add(tune, "shares", box.cpu_shares)
        if limited:
            add(tune, "period", PERIOD)
            add(tune, "quota", int(cpus * PERIOD))


def _process(root: Element, box: Container, site: Site) -> None:
    os = add(root, "os")
    add(os, "type", "exe", arch=site.arch)
    first, *rest = command(box, site.process) or [INIT]
    add(os, "init", first)
    for word in rest:
        add(os, "initarg", word)
    for line in (*site.process.env, *site.environment, *(f"{key}={value}" for key, value in box.env.items())):
        name, _, value = line.partition("=")
        add(os, "initenv", value, name=name)
    if where := box.working_dir or site.process.working_dir:
        add(os, "initdir", where)
    uid, _, gid = (box.user or site.process.user).partition(":")
    if uid:
        add(os, "inituser", uid)
        add(os, "initgroup", gid or uid)


def _ids(root: Element, site: Site) -> None:
    """The user namespace. Source: formatdomain, idmap."""
    if not site.idmap:
        return
    parent = add(root, "idmap")
    for kind, word in (("u", "uid"), ("g", "gid")):
        for line in site.idmap:
            of, inside, host, size = line.split()
            if of == kind:
                add(parent, word, start=inside, target=host, count=size)


def _rights(root: Element, box: Container, site: Site) -> None:
    features = add(root, "features")
    if not site.links:
        add(features, "privnet")
    dropped, added = {_cap(word) for word in box.cap_drop}, {_cap(word) for word in box.cap_add}
    if box.privileged:
        add(features, "capabilities", policy="allow")
    elif dropped or added:
        policy = "deny" if "all" in dropped else "allow" if "all" in added else "default"
        parent = add(features, "capabilities", policy=policy)
        for name in sorted((dropped | added) - {"all"}):
            add(parent, name, state="on" if name in added else "off")


def _cap(word: str) -> str:
    return word.lower().removeprefix("cap_")


def _devices(root: Element, box: Container, site: Site) -> None:
    parent = add(root, "devices")
    _mount(parent, site.root, "/", readonly=box.read_only)
    for bind in site.binds:
        _mount(parent, bind.source, bind.target, readonly=bind.readonly)
    for volume in box.volumes:
        if volume.kind is VolumeType.TMPFS:
            _memory(parent, volume.target, volume.size or TMPFS)
    for entry in box.tmpfs:
        _memory(parent, entry, TMPFS)
    if box.shm_size:
        _memory(parent, "/dev/shm", box.shm_size)
    for number, link in enumerate(site.links):
        _interface(parent, site, number, link)
    add(add(parent, "console", type="pty"), "target", type="lxc", port=0)
    for node in site.nodes:
        host = add(parent, "hostdev", mode="capabilities", type="storage" if node.block else "misc")
        add(add(host, "source"), "block" if node.block else "char", node.path)


def _mount(parent: Element, source: str, target: str, *, readonly: bool) -> None:
    system = add(parent, "filesystem", type="mount", accessmode="passthrough")
    add(system, "source", dir=source)
    add(system, "target", dir=target)
    if readonly:
        add(system, "readonly")


def _memory(parent: Element, target: str, size: int) -> None:
    system = add(parent, "filesystem", type="ram", accessmode="passthrough")
    add(system, "source", usage=size >> 10, units="KiB")
    add(system, "target", dir=target)


def _interface(parent: Element, site: Site, number: int, link: Link) -> None:
    kind = "bridge" if link.kind is LinkKind.OVS else str(link.kind)
    card = add(parent, "interface", type=kind)
    add(card, "mac", address=link.mac.lower())
    if link.kind is LinkKind.NETWORK:
        add(card, "source", network=link.source, portgroup=link.portgroup or None)
    elif link.kind in (LinkKind.BRIDGE, LinkKind.OVS):
        add(card, "source", bridge=link.source)
    else:
        add(card, "source", dev=link.source, mode=link.mode)
    if link.kind is LinkKind.OVS:
        add(card, "virtualport", type="openvswitch")
    add(card, "guest", dev=f"eth{number}")
    if address := site.addresses.get(number):
        ip, _, prefix = address.partition("/")
        add(card, "ip", family="ipv4", address=ip, prefix=prefix)
        if number == 0 and site.gateway:
            add(card, "route", family="ipv4", address="0.0.0.0", prefix=0, gateway=site.gateway)
