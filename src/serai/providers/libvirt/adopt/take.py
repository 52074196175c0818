"""Domains that virt-manager, virt-install or virsh made: listed, and taken over as they are.

Nothing is changed in a domain but its metadata, which says whose it is from now on. Its disks stay its owner's:
destroying the machine leaves them where they are.
"""

from __future__ import annotations

import platform
import time
from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers.contract import Scope
from serai.providers.libvirt import define, ledger, observe
from serai.providers.libvirt.adopt.read import Read, read
from serai.providers.libvirt.adopt.xml import value
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking, opened, uri_of
from serai.providers.libvirt.record import Phase, Record
from serai.spec.machine import Machine
from serai.spec.raw import Raw
from serai.util.errors import Code, SeraiError, did_you_mean


def foreign(uri: str | None) -> list[tuple[str, str]]:
    """Names of the domains that are none of serai's, and the URI that they are at."""
    uri = uri or uri_of()
    conn = opened(uri)
    with asking(f"libvirt at {uri} does not tell its domains"):
        return sorted((each.name(), uri) for each in conn.listAllDomains() if observe.from_metadata(each) is None)


def domain_of(uuid: str, uri: str | None) -> str:
    """The name of the domain with that UUID; empty when there is none."""
    libvirt = library()
    conn = opened(uri or uri_of())
    try:
        return str(conn.lookupByUUIDString(uuid).name())
    except libvirt.libvirtError as error:
        if is_gone(error) or error.get_error_code() == libvirt.VIR_ERR_INVALID_ARG:
            return ""
        raise


def take(
    scope: Scope, domain_name: str, name: str, uri: str | None, described: Machine | None = None
) -> tuple[Machine, tuple[str, ...]]:
    """Make the domain the project's machine `name`; the machine, and what the spec has no key for.

    `described` is what a file says of it already: that is what later changes are compared with.
    Raises Code.INPUT when there is no such domain, Code.REFUSED when it is a machine of serai's already.
    """
    libvirt = library()
    uri = uri or uri_of()
    conn = opened(uri)
    domain = _lookup(conn, uri, domain_name)
    owner = observe.from_metadata(domain)
    if owner is not None and owner.project_id != scope.project_id:
        raise SeraiError(
            Code.REFUSED,
            f"{domain_name} is machine {owner.name} of project {owner.project}, in {owner.project_root}",
            hint=f"serai adopt {owner.project}",
        )
    text = resolved(conn, domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    found = read(text, name=name, host_arch=platform.machine())
    raw = found.machine.providers.libvirt
    stated = uri if uri != uri_of() else None
    raw = msgspec.structs.replace(raw, uri=stated, autostart=bool(domain.autostart()))
    machine = described or msgspec.structs.replace(found.machine, keep=True, providers=Raw(libvirt=raw))
    _record(conn, scope, domain, machine, uri, found)
    return machine, found.kept


def _lookup(conn: Any, uri: str, name: str) -> Any:
    libvirt = library()
    try:
        return conn.lookupByName(name)
    except libvirt.libvirtError as error:
        if not is_gone(error):
            raise
        names = sorted(each.name() for each in conn.listAllDomains())
        hint = did_you_mean(name, names) or f"there are {', '.join(names) or 'none'}"
        raise SeraiError(Code.INPUT, f"libvirt at {uri} has no domain {name!r}", hint=hint) from error


def resolved(conn: Any, text: str) -> str:
    """With the files of volumes that the domain names by their pool: the spec knows files."""
    root = ElementTree.fromstring(text)
    for disk in root.iterfind("devices/disk[@type='volume']"):
        source = disk.find("source")
        if source is None:
            continue
        pool = conn.storagePoolLookupByName(source.get("pool"))
        volume = pool.storageVolLookupByName(source.get("volume"))
        block = ElementTree.fromstring(volume.XMLDesc(0)).get("type") == "block"
        disk.set("type", "block" if block else "file")
        source.attrib = {"dev" if block else "file": volume.path()}
    return ElementTree.tostring(root, encoding="unicode")


def _record(conn: Any, scope: Scope, domain: Any, machine: Machine, uri: str, found: Read) -> None:
    alive = bool(domain.isActive())
    state = Record(
        name=machine.name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        uri=uri,
        domain=domain.name(),
        uuid=domain.UUIDString(),
        phase=Phase.MADE,
        applied=machine,
        macs=tuple(link.mac for link in found.site.links),
        uplink=_uplink(found),
        user=machine.user or "root",
        console_log=value(ElementTree.fromstring(domain.XMLDesc(0)), "devices/serial/log@file"),
        started_at=time.time() if alive else 0.0,
        life=max(domain.ID(), 0),
        stopped=not alive,
    )
    ledger.save(scope, state)
    define.keep(conn, scope, state)


def _uplink(found: Read) -> str:
    nics = found.machine.networks
    return next((nic.uplink.network_name or "" for nic in nics if nic.uplink), "")
