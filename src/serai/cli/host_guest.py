"""The guest that `serai host check --guest` means: of the project, a domain of libvirt's, or by ssh."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.guest.transport import Transport
    from serai.host.reach.contract import Reach
    from serai.host.reach.remote import Remote
    from serai.host.reach.wire import Lost

_ADDRESS = re.compile(r"\bipv[46]\s+(\S+?)/\d+")
SOURCES = ("lease", "agent", "arp")
"""Whom libvirt asks for a guest's address."""


def guest_of(name: str, host: Reach) -> Remote:
    """The way into it; closed when the command ends. Raises SeraiError: Code.NETWORK, Code.FAILED."""
    into = None if "@" in name or ":" in name else _of_project(name)
    if into is not None:
        found = _by_transport(into, name)
    else:
        from serai.host.reach import ssh

        found = ssh.reach(_address(host, name) or name, root=False)
    click.get_current_context().call_on_close(found.close)
    return found


def _of_project(name: str) -> Transport | None:
    """None: there is no project here, or it has no such machine."""
    from serai.loaders import find
    from serai.run.reach import way
    from serai.run.workspace import open_workspace

    options = click.get_current_context().obj
    if not getattr(options, "file", None):
        try:
            find()
        except SeraiError:
            return None
    workspace = open_workspace(options)
    if name not in workspace.project.machines:
        return None
    workspace.settled(workspace.observe())
    return way(workspace, name)


def _by_transport(into: Transport, name: str) -> Remote:
    from serai.guest.pipe import PipeTransport
    from serai.host.reach.remote import start

    def explain(lost: Lost) -> SeraiError:
        said = lost.said.strip().rpartition("\n")[2]
        return SeraiError(
            Code.NETWORK, f"{name}: {lost.why}{f' ({said})' if said else ''}", hint=f"serai ssh {name}"
        )

    assert isinstance(into, PipeTransport)  # all ways in are
    return start(name, into.words("exec /bin/sh"), explain)


def _address(host: Reach, name: str) -> str:
    """Of a domain that libvirt runs on the host; empty: it knows none."""
    if not host.live or not host.program("virsh"):
        return ""
    for source in SOURCES:
        done = host.run(["virsh", "-q", "domifaddr", name, "--source", source], timeout=20)
        if done.ok and (found := _ADDRESS.search(done.stdout)):
            return found[1]
    return ""
