"""The guest agent, through libvirt: whether it answers, and commands that need no network.

Source: libvirt-qemu.h, virDomainQemuAgentCommand; QEMU, qga/qapi-schema.json.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import msgspec

from serai.providers.contract import Scope
from serai.providers.libvirt import ledger
from serai.providers.libvirt.binding import library, library_qemu
from serai.providers.libvirt.connect import asking, opened
from serai.providers.libvirt.define import lookup
from serai.util.errors import Code, SeraiError

PING_BUDGET = 3
"""Seconds: an agent that runs answers at once."""


class Ended(msgspec.Struct, frozen=True):
    """What a command in the guest left."""

    code: int
    stdout: str
    stderr: str


def command(domain: Any, name: str, budget: int = 10, **arguments: Any) -> Any:
    """One command of the agent; what it returns. Raises what libvirt does when no agent answers."""
    words: dict[str, Any] = {"execute": name}
    if arguments:
        words["arguments"] = arguments
    text = library_qemu().qemuAgentCommand(domain, json.dumps(words), budget, 0)
    return json.loads(text)["return"]


def answers(domain: Any) -> bool:
    """Whether an agent runs in the guest."""
    libvirt = library()
    try:
        command(domain, "guest-ping", PING_BUDGET)
    except libvirt.libvirtError:
        return False
    return True


def shell(scope: Scope, name: str, line: str, budget: float) -> tuple[int, str, str]:
    """A line of the guest's shell: exit code, stdout, stderr. Raises Code.FAILED when the machine is off."""
    state = ledger.made(scope, name)
    domain = lookup(opened(state.uri), state.uuid)
    if domain is None or not domain.isActive():
        raise SeraiError(Code.FAILED, f"{name} is off: there is nobody to ask", hint=f"serai up {name}")
    ended = execute(domain, ["/bin/sh", "-c", line], budget)
    return ended.code, ended.stdout, ended.stderr


def execute(domain: Any, argv: Sequence[str], budget: float = 60.0) -> Ended:
    """Run a program in the guest as root, without a network. Raises Code.TIMEOUT, or libvirt's own error."""
    from serai.providers.libvirt.events import paced

    name = domain.name()
    with asking(f"{name}: the guest agent does not answer", hint="is qemu-guest-agent running in the guest?"):
        pid = command(domain, "guest-exec", path=argv[0], arg=list(argv[1:]), **{"capture-output": True})["pid"]
        for _ in paced(budget):
            status = command(domain, "guest-exec-status", pid=pid)
            if status["exited"]:
                return Ended(
                    code=int(status.get("exitcode", 128 + status.get("signal", 0))),
                    stdout=_text(status.get("out-data", "")),
                    stderr=_text(status.get("err-data", "")),
                )
    raise SeraiError(Code.TIMEOUT, f"{name}: {argv[0]} did not end within {budget:g} s")


def _text(data: str) -> str:
    return base64.b64decode(data).decode(errors="replace")
