"""Whether the host's firewall drops what guests on libvirt's networks send, as docker makes it do."""

from __future__ import annotations

import shutil

from serai.util.errors import SeraiError
from serai.util.process import run

NOTE = (
    "the host drops what it forwards (iptables policy FORWARD is DROP, as docker sets it): guests on libvirt's "
    "NAT networks may not reach the world; iptables -I DOCKER-USER -j ACCEPT lets them"
)


def forward_policy() -> str:
    """A note when the policy is DROP and nothing lets libvirt's networks through; empty when all is well.

    Only root can look. With docker's own chain DOCKER-USER accepting, traffic passes before docker's rules.
    """
    program = shutil.which("iptables", path="/usr/sbin:/sbin:/usr/bin")
    if program is None:
        return ""
    try:
        result = run([program, "-w", "2", "-S"], timeout=10, check=False)
    except SeraiError:
        return ""
    return judge(result.stdout) if result.ok else ""


def judge(rules: str) -> str:
    """From what `iptables -S` prints. libvirt's chain of accepting rules must be jumped to before the policy."""
    lines = [line.strip() for line in rules.splitlines()]
    if "-P FORWARD DROP" not in lines:
        return ""
    through = any(line.startswith("-A FORWARD") and "LIBVIRT_FW" in line for line in lines)
    opened = any(line.startswith("-A DOCKER-USER") and line.endswith("-j ACCEPT") for line in lines)
    return "" if through or opened else NOTE
