"""Containers of libvirt's own driver: made, joined, entered, provisioned, limited, and gone (VAG-3)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from libvirt_containers import LibvirtHost
from project_host import small_root

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(240)]
DRIVER = (Path("/usr/lib/libvirt/libvirt_lxc"), Path("/usr/libexec/libvirt_lxc"))
SHOP = """
project: shop
networks: {{back: {{subnet: 10.81.0.0/24, mtu: 1400}}}}
defaults:
  provider: libvirt
  halt_timeout: 2s
  networks: [{{private: back}}]
  providers: {{libvirt: {{uri: "lxc:///"}}}}
  container: {{rootfs: {root}, keep_alive: true, env: {{MODE: test}}}}
machines:
  web:
    aliases: [www]
    memory: 64MiB
    cpus: 1
    container: {{files: [{{target: /etc/shop.conf, content: colour=red}}]}}
    synced_folders: [{{source: site, target: /srv/site, type: 9p, create: true}}]
    provision: [{{shell: "mkdir -p /tmp/www && hostname > /tmp/www/index.html && httpd -h /tmp/www", run: always}}]
  db: {{}}
"""
ENDS = """
project: shop
defaults:
  provider: libvirt
  providers: {{libvirt: {{uri: "lxc:///"}}}}
  container: {{rootfs: {root}}}
  networks: [{{uplink: {{type: none}}}}]
machines:
  ends: {{container: {{cmd: [/bin/sh, -c, exit 3]}}}}
  none: {{container: {{cmd: [/bin/no-such]}}}}
"""


@pytest.fixture
def shop(tmp_path: Path, need) -> Iterator[LibvirtHost]:
    need("libvirtd", "virsh", "dnsmasq", "busybox", "unshare", "nsenter", root=True)
    if not any(path.exists() for path in DRIVER):
        pytest.skip("needs libvirt-daemon-driver-lxc")
    host = LibvirtHost(tmp_path)
    yield host
    host.end()


def limit(host: LibvirtHost) -> int:
    """Bytes that the kernel holds the container `web` to."""
    number = host.run("virsh", "-q", "-c", "lxc:///", "domid", "shop_web").strip()
    place = f"**/machine/lxc-{number}-shopweb.libvirt-lxc"
    files = ("memory.limit_in_bytes", "memory.max")
    (limit,) = (each for name in files for each in Path("/sys/fs/cgroup").glob(f"{place}/{name}"))
    return int(limit.read_text())


def test_two_containers_are_joined_entered_paused_and_gone_without_a_trace(shop, tmp_path):
    shop.file(SHOP.format(root=small_root(tmp_path / "root")))
    shop("up")
    (shop.project / "site" / "page").write_text("live")

    said = shop("exec", "web", "--", "hostname; id -u; echo $HOME; cat /etc/shop.conf /srv/site/page")
    assert said == "web\n0\n/root\ncolour=redlive"
    assert "MODE=test" in shop("exec", "web", "--", "tr '\\0' '\\n' < /proc/1/environ; exit 7", code=7)
    said = shop(
        "exec", "db", "--", "ping -c 1 -W 5 www; cat /sys/class/net/eth1/mtu; ip route; wget -qO- http://web/"
    )
    assert "1 packets received" in said
    assert said.splitlines()[-1] == "web"
    assert "\n1400\ndefault via 192.168.122.1" in said
    assert "Operation not permitted" in shop("exec", "web", "--", "busybox mknod /tmp/null c 1 3", code=1)
    assert limit(shop) == 64 << 20

    shop("suspend", "web")
    assert [line.split()[1] for line in shop("status").splitlines()] == ["paused", "ready"]
    shop("resume", "web")
    assert "provider libvirt cannot do snapshot" in shop("snapshot", "save", "one", "web", code=4)
    shop.file((shop.project / "serai.yaml").read_text().replace("64MiB", "96MiB"))
    assert "restart" in shop("plan", code=2)
    shop("halt")
    shop("up", "web")
    assert limit(shop) == 96 << 20

    shop("destroy", "-y")
    assert shop.run("virsh", "-q", "-c", "lxc:///", "list", "--all").strip() == ""
    assert shop.run("virsh", "-q", "net-list", "--all", "--name").split() == ["default"]
    assert "vnet" not in shop.run("ip", "-br", "link")
    assert not list((tmp_path / "home").rglob("rootfs"))


def test_a_first_process_that_ends_or_is_not_there_is_named(shop, tmp_path):
    shop.file(ENDS.format(root=small_root(tmp_path / "root")))

    said = shop("up", code=1)

    assert "ends: it cannot become ready" in said
    assert "its first process ended" in said
    assert "/bin/no-such" in said
    assert "failed" in shop("status", "ends")
    shop("destroy", "-y")


MAPPED = """
project: shop
machines:
  web:
    provider: libvirt
    providers: {{libvirt: {{uri: "lxc:///"}}}}
    halt_timeout: 1s
    networks: [{{uplink: {{type: none}}}}]
    container:
      rootfs: {root}
      keep_alive: true
      idmap: [{{host: 300000, size: 65536}}]
      files: [{{target: /etc/shop.conf, content: colour=red, mode: "0400"}}]
"""


@pytest.fixture
def open_shop(need) -> Iterator[LibvirtHost]:
    """As `shop`, where others can come through to the files of a container."""
    need("libvirtd", "virsh", "dnsmasq", "busybox", "unshare", "nsenter", root=True)
    if not any(path.exists() for path in DRIVER):
        pytest.skip("needs libvirt-daemon-driver-lxc")
    place = Path(tempfile.mkdtemp(prefix="serai-mapped-", dir="/tmp"))
    place.chmod(0o755)
    host = LibvirtHost(place)
    yield host
    host.end()
    shutil.rmtree(place, ignore_errors=True)


def test_root_inside_is_nobody_on_the_host(open_shop):
    open_shop.file(MAPPED.format(root=small_root(open_shop.within / "root")))
    open_shop("up")

    said = open_shop(
        "exec", "web", "--", "id -u; cat /proc/1/uid_map /etc/shop.conf; echo mine >/root/mine"
    ).split()
    assert said == ["0", "0", "300000", "65536", "colour=red"]
    (mine,) = (open_shop.within / "home").rglob("rootfs/root/mine")
    assert (mine.stat().st_uid, mine.stat().st_gid) == (300000, 300000)
    assert "Operation not permitted" in open_shop("exec", "web", "--", "busybox mknod /root/null c 1 3", code=1)
    open_shop("halt")
    open_shop("up")
    assert open_shop("exec", "web", "--", "cat /root/mine") == "mine\n"
    open_shop("destroy", "-y")
    assert not list((open_shop.within / "home").rglob("rootfs"))
