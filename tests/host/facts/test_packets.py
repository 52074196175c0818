"""How large packets of guests' networks are: by their ports, else by what their engine was told."""

from __future__ import annotations

import pytest

from bridging_trees import facts
from serai.host.facts.packets import sizes, stated, tuning_of

ROUTE = "Iface Destination Gateway Flags RefCnt Use Metric Mask\nbr0 00000000 0101A8C0 3 0 0 0 00000000"


def bridge(name, mtu="1500", **ports):
    files = {f"sys/class/net/{name}/bridge": None, f"sys/class/net/{name}/mtu": mtu}
    for port, size in ports.items():
        files |= {f"sys/class/net/{port}/mtu": size, f"sys/class/net/{port}/master": f"-> ../{name}"}
    return files


def test_the_largest_port_counts_and_the_way_out_does_not(tmp_path):
    files = {"proc/net/route": ROUTE, **bridge("br0", eth0="1500"), **bridge("virbr0", "1400", a="1400", b="1500")}

    assert sizes(facts(tmp_path, files)) == {"virbr0": 1500}


def test_a_bridge_of_nobody_that_has_no_ports_leads_nowhere(tmp_path):
    assert sizes(facts(tmp_path, {**bridge("br7"), **bridge("docker0", "1400")})) == {"docker0": 1400}


@pytest.mark.parametrize(
    ("name", "files", "size"),
    [
        ("docker0", {"etc/docker/daemon.json": '{"mtu": 1400}'}, 1400),
        ("docker0", {"proc/9/comm": "dockerd", "proc/9/cmdline": "dockerd\0--mtu\x001390\0"}, 1390),
        ("docker0", {"proc/9/comm": "dockerd", "proc/9/cmdline": "dockerd\0--mtu=1380\0"}, 1380),
        ("docker0", {"etc/docker/daemon.json": '{"mtu": "much"}'}, 0),
        ("podman0", {"etc/containers/networks/podman.json": '{"options": {"mtu": "1410"}}'}, 1410),
        ("podman0", {}, 0),
        ("lxcbr0", {"etc/lxc/default.conf": "lxc.net.0.link = lxcbr0\nlxc.net.0.mtu = 1420\n"}, 1420),
        ("lxcbr0", {"etc/lxc/default.conf": "lxc.net.0.link = virbr0\nlxc.net.0.mtu = 1420\n"}, 0),
    ],
)
def test_what_an_engine_was_told_is_what_new_ports_get(tmp_path, name, files, size):
    assert stated(facts(tmp_path, files), name) == size


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("docker0", "serai host tune docker-mtu=1400"),
        ("br-0123456789ab", "serai host tune docker-mtu=1400"),
        ("podman0", "serai host tune podman-mtu=1400"),
        ("lxcbr0", "serai host tune lxc-mtu=1400"),
        ("virbr3", "serai host tune libvirt-mtu=1400"),
        ("shop0", "mtu: 1400 of its network in serai.yaml"),
    ],
)
def test_each_bridge_has_the_tuning_of_its_engine(name, command):
    assert tuning_of(name, 1400) == command
