"""Who makes the host's network is told that a port is its own again; who does not run is told nothing."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.bridging.owner import give_back, networkd_has
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

NETWORKD = {
    "sys/class/net/eth0/ifindex": "7",
    "run/systemd/netif/links/7": "# private\nADMIN_STATE=configured\n",
    "proc/312/comm": "systemd-network",
}
"""The kernel keeps 15 bytes of a name."""
NETPLAN = {"etc/netplan/50-cloud.yaml": "network: {}\n"}


class Host(Local):
    def __init__(self, root, fails=""):
        super().__init__(root, self.run)
        self.said, self.fails = [], fails

    def run(self, argv, *, input=None, timeout=60):
        self.said.append(" ".join(argv))
        return Result(argv, int(argv[0] == self.fails), "", "refused\n")

    def program(self, name):
        return f"/usr/sbin/{name}"


@pytest.mark.parametrize(
    ("files", "has"),
    [
        (NETWORKD, True),
        (NETWORKD | {"run/systemd/netif/links/7": "ADMIN_STATE=unmanaged\n"}, False),
        (NETWORKD | {"proc/312/comm": "dhclient"}, False),
        ({}, False),
    ],
    ids=["manages it", "leaves it alone", "does not run", "is not there"],
)
def test_whether_systemd_networkd_has_the_port(tmp_path, files, has):
    write(tmp_path, files)

    assert networkd_has(Local(tmp_path), "eth0") is has


@pytest.mark.parametrize(
    ("files", "given", "told"),
    [
        ({}, {}, []),
        ({}, {"networkd": True}, ["networkctl reload", "networkctl reconfigure eth0"]),
        (NETPLAN, {"networkd": True}, ["netplan generate", "networkctl reload", "networkctl reconfigure eth0"]),
        ({}, {"manager": "NetworkManager"}, ["nmcli connection reload", "nmcli device set eth0 managed yes"]),
    ],
    ids=["nobody", "networkd", "netplan before it", "NetworkManager"],
)
def test_the_port_goes_back_to_whom_it_belongs(tmp_path, files, given, told):
    write(tmp_path, files)
    host = Host(tmp_path)
    give_back(host, "eth0", **given)

    assert host.said == told


def test_a_tool_that_refuses_is_named(tmp_path):
    with pytest.raises(SeraiError, match="networkctl reload ended with exit code 1: refused"):
        give_back(Host(tmp_path, fails="networkctl"), "eth0", networkd=True)
