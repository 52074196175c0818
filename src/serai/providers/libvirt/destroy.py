"""Removing a machine: the domain with all that libvirt keeps of it, volumes, addresses, networks, pools, files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from serai.providers.contract import Progress, Scope
from serai.providers.identity import machine_uuid
from serai.providers.libvirt import bases, events, forwards, ledger, networks, pools, volumes
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking, log_is_ours, opened, uris_of
from serai.providers.libvirt.console import engine_log
from serai.providers.libvirt.define import lookup
from serai.providers.libvirt.record import Phase, Record
from serai.util.errors import SeraiError
from serai.util.files import empty_trash, remove_tree, unless_full
from serai.util.locks import lock

SWTPM_LOGS = "/var/log/swtpm/libvirt/qemu"


def destroy(scope: Scope, name: str, progress: Progress) -> None:
    """Stop it at once and remove all that was made for it. Not there: finishes what a killed run left."""
    directory = ledger.directory_of(scope, name)
    try:
        state = ledger.load(scope, name)
    except SeraiError:
        state = None  # an unreadable file must not keep a machine from being destroyed: the domain has a copy
    if state is None:
        state = from_domain(scope, name)
    if state is not None:
        if state.phase is not Phase.DESTROYING:
            state.phase = Phase.DESTROYING
            with unless_full():
                ledger.save(scope, state)
        _remove(opened(state.uri), scope, state, progress)
    if directory.exists():
        remove_tree(directory)
    if state is not None:
        tidy(opened(state.uri), scope)
    if directory.parent.exists():
        empty_trash(directory.parent)


def from_domain(scope: Scope, name: str) -> Record | None:
    """The record that the domain carries, when the file is lost; None when there is no domain either."""
    from serai.providers.libvirt.observe import from_metadata

    for uri in sorted(uris_of(scope)):
        domain = lookup(opened(uri), machine_uuid(scope.project_id, name))
        if domain is not None:
            return from_metadata(domain)
    return None


def _remove(conn: Any, scope: Scope, state: Record, progress: Progress) -> None:
    forwards.end(scope, state.name)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # As slow as QEMU's end: at the same time, and on that thread's connection.
        forgotten = beside.submit(lambda: _forget_addresses(opened(state.uri), state))
        _end(conn, state)
        forgotten.result()
    with asking(f"{state.name}: its disks cannot be removed"):
        for volume in reversed(state.volumes):
            progress(f"removing {volume.name}")
            volumes.delete(conn, volume)
    _release_image(conn, state)
    _remove_log(conn, state)


def tidy(conn: Any, scope: Scope) -> None:
    """Remove the project's networks and pools that none of its machines needs any more, whoever left them.

    What is needed is said by the records: a machine that is being made has one before it has a domain.
    """
    with lock(ledger.directory_of(scope, ".tidy.lock"), what="the project's networks and pools"):
        needed = [record for name in ledger.names(scope) if (record := _readable(scope, name))]
        kept = {networks.own_name(scope, name) for record in needed for name in networks_of(record)}
        prefix = networks.own_name(scope, "")
        names = [each.name() for each in conn.listAllNetworks() if each.name().startswith(prefix)]
        networks.release(conn, [*(name for name in names if name not in kept), networks.UPLINK])
        kept = {volume.pool for record in needed for volume in record.volumes}
        kept |= {
            pools.own_name(scope, record.applied.providers.libvirt.pool) for record in needed if record.applied
        }
        prefix = pools.own_name(scope, "")
        names = [each.name() for each in conn.listAllStoragePools() if each.name().startswith(prefix)]
        pools.release(conn, {name for name in names if name not in kept})


def _readable(scope: Scope, name: str) -> Record | None:
    try:
        return ledger.load(scope, name)
    except SeraiError:
        return None


def networks_of(state: Record) -> set[str]:
    """The project's networks that a machine has a card on."""
    cards = state.applied.networks if state.applied else []
    return {card.private.network for card in cards if card.private}


def _end(conn: Any, state: Record) -> None:
    """Cut its power and undefine it, with saved memory, snapshots, firmware variables and the TPM's state.

    Source: libvirt-domain.h, virDomainUndefineFlagsValues; the TPM's since 8.9, checkpoints since 5.6.
    """
    libvirt = library()
    domain = lookup(conn, state.uuid)
    if domain is None:
        return
    with asking(f"{state.name} cannot be removed"):
        try:
            if domain.isActive():
                domain.destroy()
                events.wait_for(conn, state.uuid, lambda each: None if each.isActive() else True, 30.0)
        except libvirt.libvirtError as error:
            if is_gone(error):
                return  # it was transient
            if domain.isActive():
                raise
        _undefine(domain)


def _undefine(domain: Any) -> None:
    libvirt = library()
    names = ("MANAGED_SAVE", "SNAPSHOTS_METADATA", "CHECKPOINTS_METADATA", "NVRAM", "TPM")
    flags = [getattr(libvirt, f"VIR_DOMAIN_UNDEFINE_{name}", 0) for name in names]
    while True:
        try:
            domain.undefineFlags(sum(flags))
            return
        except libvirt.libvirtError as error:
            if is_gone(error):
                return
            if "unsupported flags" not in str(error) or not flags:
                raise
            flags.pop()  # an older daemon than our library, or a driver of containers, which knows none


def _forget_addresses(conn: Any, state: Record) -> None:
    names = {state.uplink, *(f"serai-{state.project_id}-{name}" for name in state.networks)}
    for name in sorted(names - {""}):
        network = networks.find(conn, name)
        if network is not None:
            networks.forget(network, state.macs, state.addresses.values())


def _release_image(conn: Any, state: Record) -> None:
    """Take its image out of the pools that it may be in, if nobody else stands on it."""
    if state.image is None:
        return
    own = state.applied.providers.libvirt.pool if state.applied else pools.DEFAULT
    names = {volume.pool for volume in state.volumes} | {own, f"serai-{state.project_id}-{own}", pools.DEFAULT}
    for name in sorted(names):
        pool = pools.find(conn, name)
        if pool is not None and pool.isActive():
            bases.release(conn, pool, state.image)


def logs_of(state: Record) -> list[Path]:
    """Files on this host, by pattern: of the console, the emulator, and the programs beside it."""
    found = [Path(state.console_log)]
    if engine := engine_log(state):
        found += [engine, engine.with_name(f"{state.domain}-fs*-virtiofsd.log")]
        found.append(Path(SWTPM_LOGS) / f"{state.domain}-swtpm.log")
    return found


def _remove_log(conn: Any, state: Record) -> None:
    """The console's log, wherever it is."""
    if not state.console_log:
        return
    if log_is_ours(state.uri):
        for log in logs_of(state):
            for part in log.parent.glob(f"{log.name}*"):
                part.unlink(missing_ok=True)  # virtlogd rotates: NAME.0, NAME.1
        return
    for pool in conn.listAllStoragePools():
        if pool.isActive() and pools.target_of(pool) == str(Path(state.console_log).parent):
            pools.refresh(pool)
            for volume in pool.listAllVolumes():
                if volume.name().startswith(Path(state.console_log).name):
                    volume.delete(0)
