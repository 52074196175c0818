"""The guest agent, through libvirt: whether it answers, and commands that need no network.

`python -m serai.providers.libvirt.agent URI UUID USER WORDS…` runs words in the guest.
Source: libvirt-qemu.h, virDomainQemuAgentCommand; QEMU, qga/qapi-schema.json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from serai.guest.agent import Call, Refused
from serai.guest.agent import shell as by_agent
from serai.guest.agent_program import serve
from serai.providers.contract import Scope
from serai.providers.libvirt import ledger
from serai.providers.libvirt.binding import LOST, library, library_qemu
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.define import lookup
from serai.util.errors import Code, SeraiError

PING_BUDGET = 3
"""Seconds: an agent that runs answers at once."""


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


@contextmanager
def turn(uri: str, uuid: str) -> Iterator[Call]:
    """libvirt itself lets one after the other talk to the agent. Raises Code.NETWORK when it does not answer."""
    domain = lookup(opened(uri), uuid)
    if domain is None or not domain.isActive():
        raise SeraiError(Code.NETWORK, "the machine is off")
    yield partial(_told, domain)


SILENT = ("VIR_ERR_AGENT_UNRESPONSIVE", "VIR_ERR_AGENT_UNSYNCED", "VIR_ERR_OPERATION_TIMEOUT", *LOST)
ANSWER_SECONDS = 60


def _told(domain: Any, name: str, **arguments: Any) -> Any:
    libvirt = library()
    try:
        return command(domain, name, PING_BUDGET if name == "guest-ping" else ANSWER_SECONDS, **arguments)
    except libvirt.libvirtError as error:
        if error.get_error_code() in [getattr(libvirt, code) for code in SILENT] or not domain.isActive():
            why = f"the guest's agent does not answer: {error.get_error_message()}"
            raise SeraiError(Code.NETWORK, why) from error
        raise Refused(Code.FAILED, f"the guest's agent refuses {name}: {error.get_error_message()}") from error


def shell(scope: Scope, name: str, line: str, budget: float) -> tuple[int, str, str]:
    """A line of the guest's shell, as root: exit code, stdout, stderr. Raises Code.FAILED when it is off."""
    state = ledger.made(scope, name)
    domain = lookup(opened(state.uri), state.uuid)
    if domain is None or not domain.isActive():
        raise SeraiError(Code.FAILED, f"{name} is off: there is nobody to ask", hint=f"serai up {name}")
    return by_agent(partial(turn, state.uri, state.uuid), name, line, budget)


def main(words: list[str]) -> int:
    """The exit code of the command, or BROKEN with the cause on stderr."""
    uri, uuid, user, *rest = words
    return serve(partial(turn, uri, uuid), user, rest)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
