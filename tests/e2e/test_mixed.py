"""A virtual machine and containers on one network: found by name both ways, and gone without a trace (VAG-6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from libvirt_shop import virsh
from lxc_host import Traces
from private_docker import private_docker
from serai.plan.shared import Shared, as_seen_by
from serai.spec.network import Network

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(600)]
FILE = """\
project: {project}
networks: {{back: {{subnet: 10.93.0.0/24}}}}
defaults: {{halt_timeout: 2s, networks: [{{private: back}}]}}
machines:
  vm: {{provider: libvirt, image: tiny, memory: 192M, ready: {{within: 8m}}}}
  box: {{provider: lxc, container: {{template: busybox}}}}
  web: {{provider: docker, image: "small:1", container: {{keep_alive: true}}}}
"""


def without(machine: str) -> str:
    return "\n".join(line for line in FILE.splitlines() if not line.startswith(f"  {machine}:"))


def bridge_of(shop) -> str:
    """Of the project's network, which libvirt has made."""
    (name,) = (each for each in virsh("net-list", "--name").split() if each.endswith("-back"))
    info = dict(line.split(":") for line in virsh("net-info", name).splitlines() if ":" in line)
    return info["Bridge"].strip()


def test_a_machine_and_a_container_find_each_other_by_name_on_one_network(libvirt_shop, lxc_bridge, dockerd):
    traces = Traces(libvirt_shop.serai)
    libvirt_shop.serai.file(FILE.format(project=libvirt_shop.project))
    libvirt_shop("up")
    bridge = bridge_of(libvirt_shop)
    ports = sorted(path.name[:4] for path in Path(f"/sys/class/net/{bridge}/brif").iterdir())
    assert ports == ["veth", "veth", "vnet"]

    assert "1 packets received" in libvirt_shop.inside("vm", "ping -c 1 -W 5 box")
    assert "1 packets received" in libvirt_shop("exec", "box", "--", "ping -c 1 -W 5 vm").stdout
    for one, other in (("vm", "web"), ("web", "vm"), ("box", "web"), ("web", "box")):
        assert "1 packets received" in libvirt_shop("exec", one, "--", f"ping -c 1 -W 5 {other}").stdout, one
    libvirt_shop("destroy", "-y", "web")
    libvirt_shop("destroy", "-y", "vm")
    assert Path(f"/sys/class/net/{bridge}").exists(), "the container is on it still"
    libvirt_shop("up", "vm")
    assert "1 packets received" in libvirt_shop("exec", "box", "--", "ping -c 1 -W 5 vm").stdout
    libvirt_shop("destroy", "-y", "vm")
    libvirt_shop("destroy", "-y", "box")
    assert not Path(f"/sys/class/net/{bridge}").exists()
    assert traces.left() == set()


def test_containers_of_two_engines_find_each_other_on_a_bridge_that_goes_with_the_last(boxes, dockerd):
    boxes.file(without("vm").format(project="shop"))
    boxes("up")

    assert "1 packets received" in boxes("exec", "box", "--", "ping -c 1 -W 5 web").stdout
    assert "1 packets received" in boxes("exec", "web", "--", "ping -c 1 -W 5 box").stdout
    boxes("destroy", "-y", "box")
    assert boxes.json("status")["machines"]["web"]["state"] == "ready"
    boxes("destroy", "-y", "web")


def test_a_container_of_docker_joins_a_bridge_that_another_one_made(tmp_path, need):
    need("dockerd", "docker", "unshare", "ip", root=True)
    host = private_docker(tmp_path)
    try:
        for line in (
            "ip link add shop0 type bridge",
            "ip address add 10.93.0.1/24 dev shop0",
            "ip link set shop0 up",
            "ip netns add vm",
            "ip link add tap0 type veth peer name eth0 netns vm",
            "ip link set tap0 master shop0 up",
            "ip -n vm address add 10.93.0.20/24 dev eth0",
            "ip -n vm link set eth0 up",
        ):
            host.run(*line.split())
        seen = as_seen_by("docker", {"back": Network(subnet="10.93.0.0/24")}, {"back": Shared("libvirt", "shop0")})
        join(host, seen["back"])
        options = ("--network", "back", "--ip", "10.93.0.30")
        assert "1 packets received" in host.container("busybox ping -c 1 -W 5 10.93.0.20", *options)
        host.run("docker", "network", "rm", "back")
        assert "10.93.0.1/24" in host.run("ip", "address", "show", "dev", "shop0"), "docker leaves it as it was"
    finally:
        host.end()


def join(host, network):
    stated = {**network.options, "com.docker.network.bridge.name": network.bridge}
    options = [word for key, value in stated.items() for word in ("-o", f"{key}={value}")]
    where = ("--subnet", network.subnet, "--gateway", network.gateway)
    host.run("docker", "network", "create", *where, "--internal", *options, "back")


def test_a_machine_that_has_no_bridge_here_is_refused_before_anything_is_made(libvirt_shop, lxc_bridge):
    libvirt_shop.serai.file(
        FILE.format(project=libvirt_shop.project).replace("provider: libvirt", "provider: qemu")
    )
    said = libvirt_shop("up", code=None)

    assert "vm: networks.back: provider qemu cannot share it with box" in said.stderr
    assert "provider: libvirt" in said.stderr
    assert libvirt_shop.serai.json("status")["machines"]["box"]["state"] == "absent"
