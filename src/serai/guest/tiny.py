"""The part of a seed that the `tiny` image's own init reads: plain lines, no YAML, for a busybox shell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from shlex import quote

from serai.providers.contract import Materials
from serai.spec.guest import GuestFile
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def files(machine: Machine, materials: Materials, *, instance_id: str, hostname: str) -> dict[str, str]:
    """Name below `/tiny/` -> text. `network` is the caller's.

    hostname, instance-id; authorized_keys (of root); hosts: lines for /etc/hosts; users: `NAME sudo|- SHELL|-`;
    keys/NAME: their authorized_keys; setup: a script that is run once per instance.
    Raises Code.UNSUPPORTED for packages and a time zone: the image has neither.
    """
    for key, value in (("packages", machine.guest.packages), ("timezone", machine.guest.timezone)):
        if value:
            raise SeraiError(
                Code.UNSUPPORTED,
                f"{machine.name}: guest.{key} needs a distribution, and the image tiny has none",
                hint="use another image, for example debian:12",
            )
    users = [(user.name, user.sudo, user.shell, user.authorized_keys) for user in machine.guest.users]
    if materials.user != "root" and materials.user not in [name for name, *_ in users]:
        users.insert(0, (materials.user, True, None, list(materials.public_keys)))
    named = {
        "hostname": f"{hostname}\n",
        "instance-id": f"{instance_id}\n",
        "authorized_keys": _lines(materials.public_keys),
        "hosts": host_lines(materials.hosts, hostname),
        "users": _lines(f"{name} {'sudo' if sudo else '-'} {shell or '-'}" for name, sudo, shell, _ in users),
        "setup": setup(machine),
    }
    for name, _, _, keys in users:
        own = list(materials.public_keys) if name == materials.user else []
        named[f"keys/{name}"] = _lines(dict.fromkeys([*own, *keys]))
    return named


def setup(machine: Machine) -> str:
    """A sh script: further groups, then guest.files, then guest.commands; it ends at the first failure."""
    lines = ["#!/bin/sh", "set -e"]
    for user in machine.guest.users:
        for group in user.groups:
            lines.append(f"grep -q ^{group}: /etc/group || addgroup {quote(group)}")
            lines.append(f"addgroup {quote(user.name)} {quote(group)}")
    for file in machine.guest.files:
        lines += place(file)
    return _lines([*lines, *machine.guest.commands])


def host_lines(hosts: Mapping[str, str], own: str) -> str:
    """Lines of /etc/hosts for the project's other machines; addresses without their prefix length."""
    return _lines(
        f"{address.partition('/')[0]} {name}" for name, address in hosts.items() if address and name != own
    )


def place(file: GuestFile) -> list[str]:
    """Shell lines that write one file with its mode and owner; its directory is made when it is not there."""
    path = quote(file.path)
    lines = [
        f'mkdir -p "$(dirname {path})"',
        f"printf %s {quote(file.content)} >{path}",
        f"chmod {quote(file.mode)} {path}",
    ]
    if file.owner:
        lines.append(f"chown {quote(file.owner)} {path}")
    return lines


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
