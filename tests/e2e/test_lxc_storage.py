"""Containers of LXC on a host of their own: lxc-net's bridge, ids of a user, btrfs, containers in a container."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from project_host import ProjectHost

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(240)]
MAPPED = """
project: shop
machines:
  web: {provider: lxc, halt_timeout: 1s, container: {template: busybox, unprivileged: true}}
"""
KEPT = """
project: shop
machines:
  web: {provider: lxc, halt_timeout: 1s, container: {template: busybox}, networks: [{uplink: {type: none}}]}
"""
NESTED = """
project: shop
machines:
  outer:
    provider: lxc
    networks: [{{uplink: {{type: none}}}}]
    container:
      rootfs: {root}
      keep_alive: true
      nesting: true
      volumes: ["/usr:/usr:ro", "/etc/alternatives:/etc/alternatives:ro"]
"""
LXC_NET = "/usr/libexec/lxc/lxc-net"
"""What `serai host setup lxc` starts where there is no systemd."""
INNER = """
set -e
mkdir -p /var/lib/lxc /etc/lxc /run /var/cache/lxc
printf 'lxc.net.0.type = empty\\n' >/etc/lxc/default.conf
lxc-create -n inner -t busybox >/dev/null
lxc-start -n inner -d
lxc-attach -n inner -- hostname
lxc-attach -n inner -- readlink /proc/self/ns/pid
readlink /proc/self/ns/pid
lxc-stop -n inner -k
"""


DOCKER = """
mkdir -p /var/lib/docker /run /tmp/small/bin
cp /usr/bin/busybox /tmp/small/bin/busybox
export DOCKER_HOST=unix:///run/docker.sock
dockerd --bridge none --iptables=false --ip6tables=false --storage-driver vfs -H $DOCKER_HOST >/tmp/log 2>&1 &
for try in $(seq 150); do docker info >/dev/null 2>&1 && break; sleep 0.2; done
tar -C /tmp/small -c . | docker import - small:1 >/dev/null
docker run --rm --network none small:1 /bin/busybox echo from the innermost || tail -n 20 /tmp/log
kill $(cat /var/run/docker.pid)
wait
"""


@pytest.fixture
def shop(tmp_path: Path, need) -> Iterator[ProjectHost]:
    need("lxc-create", "busybox", "unshare", "nsenter", root=True)
    host = ProjectHost(tmp_path)
    try:
        yield host
        host("destroy", "-y", "--force")
    finally:
        host.end()


def seen(host: ProjectHost) -> dict[str, object]:
    return json.loads(host("status", "--json"))["machines"]["web"]


def test_lxc_nets_bridge_gives_addresses_and_subuid_gives_ids(shop, need):
    need("dnsmasq")
    shop.run(
        "sh", "-c", ": >/etc/subuid; : >/etc/subgid; printf 'lxc.net.0.type = empty\n' >/etc/lxc/default.conf"
    )
    shop.file(MAPPED)
    refused = shop("up", code=5)
    assert "neither lxcbr0 nor virbr0 is here" in refused
    assert "/etc/subuid gives root no ids to hand on" in refused

    shop.run("sh", "-c", "echo root:100000:65536 | tee /etc/subuid >/etc/subgid")
    shop.run(LXC_NET, "start")
    shop("up")

    assert shop("exec", "web", "--", "id -u; cat /proc/self/uid_map").split() == ["0", "0", "100000", "65536"]
    assert "100000" in shop.run("stat", "-c", "%u", *self_made(shop, "rootfs/etc"))
    address = shop(
        "exec", "web", "--", "udhcpc -n -q -i eth0 2>&1 | grep -o '10[.]0[.]3[.][0-9]*' | head -1"
    ).strip()
    assert address.startswith("10.0.3.")
    assert address in seen(shop)["addresses"]

    shop("destroy", "-y")
    shop.run(LXC_NET, "stop")
    assert "lxcbr0" not in shop.run("ip", "-br", "link")


def self_made(host: ProjectHost, path: str) -> list[str]:
    """A path below the container's own directory."""
    return [host.run("sh", "-c", f"ls -d /var/lib/lxc/serai-*/{path}").strip()]


def test_on_btrfs_a_container_is_a_subvolume_and_its_snapshots_share_blocks(shop, need, monkeypatch):
    monkeypatch.setenv("SERAI_LAYERS", "on")
    need("mkfs.btrfs", "btrfs")
    script = "truncate -s 256M /run/disk && mkfs.btrfs -q /run/disk && mount -o loop /run/disk /var/lib/lxc"
    shop.run("sh", "-c", script)
    shop.file(KEPT)
    shop("up")
    assert "rootfs" in shop.run("btrfs", "subvolume", "list", "/var/lib/lxc")

    shop("exec", "web", "--", "echo old > /root/mark")
    shop("snapshot", "save", "one")
    shop("exec", "web", "--", "echo new > /root/mark")
    shop("snapshot", "restore", "one")
    assert shop("exec", "web", "--", "cat /root/mark") == "old\n"

    # A layer's files are made into a subvolume, too.
    shop("destroy", "-y")
    shop.file(KEPT.replace("networks:", "provision: [{name: one, shell: echo one >>/etc/ran}], networks:"))
    for blocks in ([], ["one"]):
        planned = json.loads(shop("plan", "--json", code=2))["machines"]["web"]
        assert (planned.get("layer") or {}).get("blocks", []) == blocks
        shop("up")
        assert shop("exec", "web", "--", "cat /etc/ran") == "one\n"
        assert "rootfs" in shop.run("btrfs", "subvolume", "list", "/var/lib/lxc")
        shop("destroy", "-y")

    assert shop.run("btrfs", "subvolume", "list", "/var/lib/lxc") == ""
    assert shop.run("ls", "/var/lib/lxc") == ""
    shop.run("umount", "/var/lib/lxc")


@pytest.fixture
def outer(shop: ProjectHost, tmp_path: Path) -> ProjectHost:
    """A container in which others can be run, with the programs of this host."""
    root = tmp_path / "root"
    for name in ("dev", "etc/alternatives", "proc", "root", "run", "sys", "tmp", "usr", "var"):
        (root / name).mkdir(parents=True)
    for name in ("bin", "lib", "lib64", "sbin"):  # of this host, whose programs are bound there
        (root / name).symlink_to(f"usr/{name}")
    (root / "var/run").symlink_to("../run")
    (root / "inner").write_text(INNER)
    (root / "docker").write_text(DOCKER)
    shop.file(NESTED.format(root=root))
    shop("up")
    return shop


def test_docker_runs_in_a_container(outer, need):
    need("dockerd", "docker", "containerd", "runc")

    assert outer("exec", "outer", "--", "sh /docker") == "from the innermost\n"


def test_a_container_runs_in_a_container(outer):
    said = outer("exec", "outer", "--", "sh /inner").split()

    assert said[0] == "inner"
    assert said[1] != said[2]
