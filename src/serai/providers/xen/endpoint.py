"""The ways to a machine: SSH to its address, through another host's dom0; its console, and why it ended."""

from __future__ import annotations

import time
from ipaddress import IPv6Address
from pathlib import Path
from shlex import quote

from serai.providers.contract import Console, Scope, SshEndpoint
from serai.providers.login import key_of
from serai.providers.xen import lifecycle, place
from serai.providers.xen.dom0 import Dom0
from serai.providers.xen.look import Seen
from serai.providers.xen.observe import observe
from serai.providers.xen.record import Record
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic

JUMP_SECONDS = 60
"""How long ssh waits for the guest's banner: it cannot tell the way to dom0 from a guest that boots."""
LOOK_AGAIN = 3.0
"""Seconds between two looks at a dom0 while somebody waits for the machine."""
LAST = 1 << 16
"""Bytes of a console's log that are fetched."""

_looked: dict[tuple[str, str], float] = {}


def endpoint(scope: Scope, name: str) -> SshEndpoint:
    """Raises Code.FAILED when it does not run, or has no address yet."""
    there = lifecycle.found(scope, name)
    domain = there[1].domain_of(there[2]) if there else None
    if there is None or there[2].applied is None or domain is None or domain.ended:
        if there is not None and there[1].error is not None:
            raise there[1].error
        word = "does not exist" if there is None else "is off"
        raise SeraiError(Code.FAILED, f"{name} {word}: there is no way in", hint=f"serai up {name}")
    host, seen, record = there
    machine = there[2].applied
    known = str(lifecycle.local_directory(scope, name) / "known_hosts").replace("%", "%%")
    private_dir(lifecycle.local_directory(scope, name))
    return SshEndpoint(
        host=address_of(seen, record),
        port=machine.ssh.guest_port,
        user=record.user,
        key=key_of(machine, scope),
        options={
            **host.proxy(),
            "ConnectTimeout": str(JUMP_SECONDS),
            "UserKnownHostsFile": f'"{known}"',
            **machine.ssh.options,
        },
        forward_agent=machine.ssh.forward_agent,
        password=machine.ssh.password or "",
    )


def address_of(seen: Seen, record: Record) -> str:
    """Of a private network, on which dom0 has an address; stated; seen on its bridge; else the one that IPv6 makes
    of its MAC, which needs nobody. Raises Code.FAILED where none is known."""
    machine = record.applied
    assert machine is not None
    if record.bridges and (own := next(iter(record.addresses.values()), "")):
        return own.partition("/")[0]
    stated = [nic.public.address for nic in machine.networks if nic.public and nic.public.address]
    if stated:
        return stated[0].partition("/")[0]
    for mac in record.macs:
        if mac in seen.addresses:
            return seen.addresses[mac]
    if record.uplink and record.macs:
        return f"{link_local(record.macs[0])}%{record.uplink}"
    raise SeraiError(
        Code.FAILED,
        f"{record.name}: it has no address yet: nobody has seen it ask for one",
        hint="a private network gives it one; or state networks: [{public: {bridge: …, address: …}}]",
    )


def link_local(mac: str) -> str:
    """The address that a card gives itself by IPv6. Source: RFC 4291, appendix A, modified EUI-64."""
    parts = [int(part, 16) for part in mac.split(":")]
    parts[0] ^= 2
    whole = bytes([0xFE, 0x80, *[0] * 6, *parts[:3], 0xFF, 0xFE, *parts[3:]])
    return str(IPv6Address(whole))


def console(scope: Scope, name: str) -> Console:
    """The program that attaches to it, and the log; one on another host is fetched now."""
    host, _, record = lifecycle.made(scope, name)
    file = f"{place.directory(scope, name)}/{place.CONSOLE}"
    return Console(
        socket=Path(),
        log=fetched(host, scope, record) if host.host else Path(file),
        argv=host.terminal(attached(scope, record)),
        leave="Ctrl-]",
    )


def attached(scope: Scope, record: Record) -> str:
    """Two readers of a console have half of it each: ours stands aside for a person, and comes back.

    Also where the person's terminal goes away, which is told to all that runs on it: ours begins there.
    """
    command = f"xl console {lifecycle.console_type(record)}{quote(record.domain)}"
    return f"trap '' HUP; {lifecycle.silence(scope, record.name)}; {command}; {lifecycle.listen(scope, record)} :"


def fetched(host: Dom0, scope: Scope, record: Record) -> Path:
    """The end of the console's log, here."""
    copy = lifecycle.local_directory(scope, record.name) / place.CONSOLE
    file = quote(f"{place.directory(scope, record.name)}/{place.CONSOLE}")
    said = host.run(f"tail -c {LAST} {file} 2>/dev/null; true").stdout
    private_dir(copy.parent)
    write_atomic(copy, said, sync=False)
    return copy


def failure(scope: Scope, name: str) -> str:
    """Why it does not run any more, in words; empty when it runs. Asked often, dom0 is looked at now and then."""
    key, now = (scope.project_id, name), time.monotonic()
    if now - _looked.get(key, -LOOK_AGAIN) < LOOK_AGAIN:
        return ""
    _looked[key] = now
    there = lifecycle.found(scope, name)
    if there is None:
        return "there is no such machine"
    host, seen, record = there
    if host.host:
        fetched(host, scope, record)
    domain = seen.domain_of(record)
    if seen.error is not None:
        return ""  # an engine that does not answer says nothing of the guest
    if domain is not None and not domain.ended:
        return ""
    known = observe(scope, [name]).get(name)
    if known is not None and known.problem:
        return known.problem
    return "it is off" if record.stopped else "the guest powered off"
