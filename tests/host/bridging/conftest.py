"""A host that is reached by SSH over one cable, and the client at its other end, which is its gateway too."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from private_host import PrivateHost

SSHD = """
Port 22
HostKey {place}/host
AuthorizedKeysFile {place}/client.pub
UsePAM no
StrictModes no
PidFile none
"""


class Site:
    """`host` has 10.9.0.2 on eth0; `client` is 10.9.0.1."""

    def __init__(self, place: Path) -> None:
        self.place = place
        for name in ("a", "b"):
            (place / name).mkdir()
        self.host = PrivateHost(place / "a")
        self.client = PrivateHost(place / "b")
        for key in ("host", "client"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / key], check=True)
        (place / "sshd_config").write_text(SSHD.format(place=place))

    def plug(self) -> None:
        """The cable, both ends up, and the host's addresses."""
        ends = ["eth0", "type", "veth", "peer", "name", "peer0", "netns", str(self.client.pid)]
        subprocess.run(["nsenter", "-t", str(self.host.pid), "-n", "ip", "link", "add", *ends], check=True)
        self.client.run("sh", "-c", "ip addr add 10.9.0.1/24 dev peer0; ip link set peer0 up")

    def address(self) -> None:
        """By hand, as no tool would."""
        for line in (
            "addr add 10.9.0.2/24 dev eth0",
            "addr add 10.9.0.3/24 dev eth0",
            "addr add fd09::2/64 dev eth0 nodad",
            "link set eth0 up",
            "route add default via 10.9.0.1",
            "route add 10.77.0.0/16 via 10.9.0.1 metric 7",
        ):
            self.host.run("ip", *line.split())

    def listen(self) -> None:
        self.host.run("sed", "-i", "s/^root:[^:]*:/root:*:/", "/etc/shadow")
        self.host.run("/usr/sbin/sshd", "-f", str(self.place / "sshd_config"))

    def ssh(self, *words: str, terminal: bool = False) -> list[str]:
        """The client's command line."""
        options = ["-F", "none", "-i", str(self.place / "client"), "-o", "StrictHostKeyChecking=no"]
        options += ["-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes"]
        return ["ssh", *(["-tt"] if terminal else []), *options, "root@10.9.0.2", " ".join(words)]

    def links(self) -> str:
        """What the kernel has of links, but their numbers, and how far IPv6 is with looking for twins."""
        shown = self.host.run("sh", "-c", "ip -o addr; ip -o -4 route; ip -o -6 route; ip -o -br link")
        shown = re.sub(r" (tentative|nodad)\b", "", shown)
        return "\n".join(sorted(line.partition(": ")[2] or line for line in shown.splitlines()))

    def end(self) -> None:
        self.host.end()
        self.client.end()


@pytest.fixture
def site(tmp_path: Path, need) -> Iterator[Site]:
    need("sshd", "ssh", "ip", "ss", "unshare", root=True)
    made = Site(tmp_path)
    try:
        made.plug()
        yield made
    finally:
        made.end()
