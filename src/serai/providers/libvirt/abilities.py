"""What this provider can do with a project's libvirt, what it cannot and why, and what it refuses in a spec."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

from serai.providers import own_files
from serai.providers.contract import Capabilities, Feature, Scope
from serai.providers.libvirt import engine, pools
from serai.providers.libvirt.connect import is_lxc, is_remote, is_session, is_test, opened, uri_of, uris_of
from serai.providers.libvirt.site import Able
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError, did_you_mean

NO_SESSION_NETWORK = (
    "the daemon of a session has no networks: take uri: qemu:///system, or the provider qemu, whose networks "
    "need no root"
)

NO_TEMPLATES = "a managed save holds the memory of one machine, and starts no other; provider: qemu"
NO_FORKS = "libvirt's QEMU keeps its memory from other processes; provider: qemu"
NO_LAYERS = "machines on it are pretended, and make nothing"


def capabilities(scope: Scope) -> Capabilities:
    """What works at the project's URI. Without libvirt nothing does, and the reason says what to install."""
    uri = min(uris_of(scope), key=lambda each: (is_lxc(each), each))
    if is_lxc(uri):
        from serai.providers.libvirt.containers.check import capabilities as of_containers

        return of_containers(uri)
    try:
        conn = opened(uri)
        arch = engine.host_arch(uri)
        if is_test(uri):
            able = engine.able_for(conn, Machine(), engine.TEST, arch)
            missing = {Feature.WARM: NO_TEMPLATES, Feature.FORK: NO_FORKS, Feature.LAYERS: NO_LAYERS}
            notes: tuple[str, ...] = ("libvirt's test driver runs nothing: machines on it are only pretended",)
        else:
            accel = engine.accel_for(uri, arch)
            able = engine.able_for(conn, Machine(), engine.KVM if accel.name == "kvm" else engine.TCG, arch)
            missing = _missing(uri, able)
            notes = tuple(note for note in (accel.note, _forward_policy(uri)) if note)
    except SeraiError as error:
        return Capabilities(frozenset(), {feature: str(error) for feature in Feature})
    return Capabilities(frozenset(Feature) - missing.keys(), missing, notes)


def _missing(uri: str, able: Able) -> dict[Feature, str]:
    missing = {Feature.WARM: NO_TEMPLATES, Feature.FORK: NO_FORKS}
    if is_session(uri):
        missing[Feature.PRIVATE_NETWORK] = NO_SESSION_NETWORK
    if shutil.which("virsh") is None:
        missing[Feature.CONSOLE] = "virsh attaches to it, and is not installed: apt install libvirt-clients"
    needs = {
        Feature.UEFI: ("os/firmware=efi", "no UEFI firmware is described on its host: apt install ovmf"),
        Feature.TPM: ("devices/tpm=yes", "its host has no swtpm: apt install swtpm swtpm-tools"),
        Feature.VIRTIOFS: ("devices/filesystem/driverType=virtiofs", "no virtiofs: use type: 9p or rsync"),
    }
    for feature, (enum, reason) in needs.items():
        if not able.can(enum):
            missing[feature] = f"{uri}: {reason}"
    return missing


def _forward_policy(uri: str) -> str:
    if is_remote(uri) or is_session(uri):
        return ""
    from serai.providers.libvirt.firewall import forward_policy

    return forward_policy()


def check(scope: Scope, machine: Machine) -> list[SeraiError]:
    """Every refusal of libvirt's in the spec."""
    from serai.providers.host_facts import read_host_facts
    from serai.providers.libvirt import check as rules

    uri = uri_of(machine)
    if is_lxc(uri):
        from serai.providers.libvirt.containers.check import check as containers

        return containers(scope, machine, uri)
    try:
        conn = opened(uri)
        arch = engine.arch_of(machine)
        kind = engine.kind_for(conn, machine, arch)
        able = engine.able_for(conn, machine, kind, arch)
    except SeraiError as error:
        return [error]
    privileged = not is_session(uri)
    host = None
    if not is_remote(uri) and kind != engine.TEST:
        name, note = ("kvm", "") if kind == engine.KVM else ("tcg", engine.accel_for(uri, arch).note)
        host = read_host_facts(machine, accel=name, accel_note=note, privileged=privileged)
    problems = rules.check(machine, able, kind=kind, arch=arch, privileged=privileged, host=host)
    if machine.fork is not None:
        problems.append(SeraiError(Code.UNSUPPORTED, f"{machine.name}: fork: {NO_FORKS}", hint="provider: qemu"))
    if machine.warm:
        problems.append(
            SeraiError(Code.UNSUPPORTED, f"{machine.name}: warm: {NO_TEMPLATES}", hint="provider: qemu")
        )
    own = [] if is_remote(uri) or kind == engine.TEST else own_files.missing(machine, scope.root)
    return [*problems, *_unknown_networks(conn, machine), *_unknown_pools(conn, scope, machine), *own]


def _unknown_networks(conn: Any, machine: Machine) -> Iterator[SeraiError]:
    """Networks of libvirt's that the spec names, and that are not there."""
    named = {}
    for number, nic in enumerate(machine.networks):
        for kind, card in (("public", nic.public), ("uplink", nic.uplink)):
            if card and card.network_name:
                named[f"networks[{number}].{kind}.network_name"] = card.network_name
    if not named:
        return
    there = {network.name() for network in conn.listAllNetworks()}
    for key, name in named.items():
        if name not in there:
            hint = did_you_mean(name, sorted(there)) or f"there are {', '.join(sorted(there)) or 'none'}"
            why = f"{machine.name}: {key}: libvirt has no network {name!r}"
            yield SeraiError(Code.MISSING, why, hint=hint)


def _unknown_pools(conn: Any, scope: Scope, machine: Machine) -> Iterator[SeraiError]:
    """Storage pools that neither libvirt has nor the project describes; `default` is made where it is missing."""
    stated = {"providers.libvirt.pool": machine.providers.libvirt.pool} | {
        f"disks.{name}.pool": disk.pool for name, disk in machine.disks.items() if disk.pool
    }
    stated = {key: name for key, name in stated.items() if name != pools.DEFAULT and name not in scope.pools}
    if not stated:
        return
    there = sorted(pool.name() for pool in conn.listAllStoragePools())
    for key, name in stated.items():
        if name not in there:
            why = f"{machine.name}: {key}: libvirt has no storage pool {name!r}"
            yield SeraiError(Code.MISSING, why, hint=pools.others(name, there))
