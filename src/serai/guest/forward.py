"""Ports of this host that lead into a guest by SSH, and outlive the command that opened them.

One ssh without a command holds them all (-N -L), in a control socket of its own: asked to end by it, and known to
live by it. It ends with the guest. SSH carries TCP alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serai.guest.refusal import failure, refusal
from serai.guest.ssh import SshTransport
from serai.guest.stream import stream
from serai.providers.contract import Forward, SshEndpoint
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.paths import runtime

OPEN_BUDGET = 60.0
"""Seconds: a guest under emulation may need half a minute for the key exchange alone."""
ASK_BUDGET = 10.0


def control_of(home: Path, name: str) -> Path:
    """The control socket of a machine's forwarder; `home` is the project's."""
    return runtime() / f"f-{sha256(f'{home}/{name}'.encode()).hexdigest()[:16]}"


def open_forwards(endpoint: SshEndpoint, name: str, forwards: Sequence[Forward], control: Path) -> None:
    """Listen on the host's ports, and return when all do. One that was open is ended first.

    Raises Code.BUSY when a port is taken, Code.NETWORK when ssh does not get in, Code.UNSUPPORTED for UDP.
    """
    close_forwards(control)
    if not forwards:
        return
    rules = [word for forward in forwards for word in ("-L", rule(forward, endpoint.host, name))]
    private_dir(control.parent)
    own = SshTransport(endpoint, name)
    options = ["-o", "ExitOnForwardFailure=yes", "-o", "ControlMaster=yes", "-o", f"ControlPath={control}"]
    # A ProxyCommand keeps ssh's stderr, whose end is waited for here; not so where the connection is to persist.
    # Source: OpenSSH 9.2, sshconnect.c, ssh_proxy_connect.
    options += ["-o", "ControlPersist=yes"]
    argv = [*own.base(master="no")[:3], *own.options(), *options, "-N", "-f", *rules, *own.place]
    output = stream(argv, timeout=OPEN_BUDGET)
    if output.code == 0:
        return
    said = output.stderr.decode(errors="replace")
    if "forward" in said.lower() or "Address already in use" in said:
        line = next((line for line in said.splitlines() if line.strip()), "it said nothing")
        raise SeraiError(
            Code.BUSY,
            f"{name}: its ports cannot be forwarded: {line.strip()}",
            hint="set auto_correct: true for the next free one, or choose another port",
        )
    raise failure(name, endpoint, refusal(said))


def rule(forward: Forward, guest: str, name: str) -> str:
    """`-L` of ssh(1). The guest connects to its own address, as if the packet had come there."""
    if forward.protocol != "tcp":
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{name}: port {forward.guest}/{forward.protocol} cannot be forwarded: SSH carries TCP alone",
            hint=f"reach it at {guest}, or uplink: user",
        )
    target = forward.guest_ip or guest
    return f"{_bracketed(forward.host_ip)}:{forward.host}:{_bracketed(target)}:{forward.guest}"


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def is_open(control: Path) -> bool:
    """Whether the forwarder lives."""
    return control.exists() and stream(_ask(control, "check"), timeout=ASK_BUDGET).code == 0


def close_forwards(control: Path) -> None:
    """End the forwarder. None there: does nothing."""
    if control.exists():
        stream(_ask(control, "exit"), timeout=ASK_BUDGET)
        control.unlink(missing_ok=True)  # of one that was killed


def _ask(control: Path, request: str) -> list[str]:
    from serai.util.process import which

    return [which("ssh", "openssh-client"), "-F", "none", "-o", f"ControlPath={control}", "-O", request, "serai"]
