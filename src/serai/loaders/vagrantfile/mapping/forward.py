"""Forwarded ports, and those two that Vagrant always adds: its own way in (VAG-8)."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import Entry
from serai.loaders.vagrantfile.mapping.draft import Draft, Options, number, truth

SSH_PORTS = (22, 2222)
"""What Vagrant forwards for itself, with auto_correct: serai finds a free port."""
ADDED = ("winrm", "winrm-ssl")
ONLY_HERE = "bound to 127.0.0.1; host_ip: 0.0.0.0 opens it to the network"
REASONS = {"adapter": "ports are forwarded by the uplink", "type": "it says the same as the kind of network"}


def forwarded(draft: Draft, entry: Entry) -> None:
    """One entry."""
    options = Options.of(draft, "forwarded_port", entry)
    guest, host = number(options.take("guest")), number(options.take("host"))
    identity = str(options.take("id") or entry.id or "")
    if identity in ADDED and not entry.where.line:
        return
    if truth(options.take("disabled")):
        why = "serai needs its way in" if identity == "ssh" else "the file disables it"
        draft.dropped(f"forwarded_port {host}:{guest}", entry.where, why)
        return
    if identity == "ssh":
        _ssh(draft, options, guest, host)
        return
    port: dict[str, Any] = {"host": host, "guest": guest}
    if host is None or guest is None:
        port = {key: value for key, value in port.items() if value is not None}
    protocol = str(options.take("protocol") or "tcp").lower()
    if protocol != "tcp":
        port["protocol"] = protocol
    because = _addresses(options, port)
    if truth(options.take("auto_correct")):
        port["auto_correct"] = True
    if identity and identity != _made(entry, protocol, host):
        port["id"] = identity
    draft.append(("networks",), {"forwarded_port": port}, "", entry.where)
    options.done(f"networks[{len(draft.data['networks']) - 1}].forwarded_port", REASONS, because)


def _made(entry: Entry, protocol: str, host: int | None) -> str:
    """The id that Vagrant gives a port that states none."""
    return f"{entry.options.get('host_ip') or ''}{protocol}{'' if host is None else host}"


def _addresses(options: Options, port: dict[str, Any]) -> str:
    """Vagrant opens a port on every address of the host unless it is told not to; serai opens none by itself."""
    host_ip = str(options.take("host_ip") or "")
    if truth(options.take("gateway_ports")) and not host_ip:
        host_ip = "0.0.0.0"
    if guest_ip := options.take("guest_ip"):
        port["guest_ip"] = str(guest_ip)
    if host_ip in ("*", "0.0.0.0"):
        port["host_ip"] = "0.0.0.0"
    elif host_ip not in ("", "localhost", "127.0.0.1"):
        port["host_ip"] = host_ip
    return "" if host_ip else ONLY_HERE


def _ssh(draft: Draft, options: Options, guest: int | None, host: int | None) -> None:
    """`id: "ssh"` replaces Vagrant's own: its ports are serai's."""
    fixed = not truth(options.take("auto_correct"))
    options.quiet("host_ip", "protocol", "guest_ip")
    if (guest, host) == SSH_PORTS and (not fixed or not options.where.line):
        options.refuse_rest(REASONS)
        return
    if guest is not None and guest != SSH_PORTS[0]:
        draft.put(("ssh", "guest_port"), guest, "forwarded_port.guest (ssh)", options.where)
    if host is not None and fixed:
        draft.put(("ssh", "host_port"), host, "forwarded_port.host (ssh)", options.where)
    elif host is not None:
        draft.dropped(
            "forwarded_port.host (ssh)",
            options.where,
            "with auto_correct any free port will do, and serai takes one",
        )
    options.refuse_rest(REASONS)
