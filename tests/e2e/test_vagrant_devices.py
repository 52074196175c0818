"""What Vagrantfiles ask for more seldom, in real guests: IPv6, a range for DHCP, a floppy.

And the project's folder on a host without virtiofsd. VAG-6, VAG-13.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from libvirt_shop import virsh
from person import Serai
from serai.providers.qemu.companions import VIRTIOFSD

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(600)]

DEVICES = """\
Vagrant.configure("2") do |config|
  config.vm.box = "tiny-generic"
  config.vm.network "private_network", type: "dhcp", libvirt__network_address: "{lan}.0",
    libvirt__dhcp_start: "{lan}.100", libvirt__dhcp_stop: "{lan}.109"
  config.vm.network "private_network", ip: "{six}::c4"
  config.vm.synced_folder ".", "/vagrant"
  config.vm.provider :libvirt do |domain|
    domain.driver = "qemu"
    domain.cpu_mode = "custom"
    domain.cpu_model = "qemu64"
    domain.memory = 256
    domain.storage :file, device: :floppy, path: "floppy.img"
  end
end
"""
FOLDERS = """\
Vagrant.configure("2") do |config|
  config.vm.box = "tiny-generic"
  config.vm.provider("virtualbox") {{ |box| box.memory = 256 }}
end
"""
TOLD = """#!/bin/sh
[ "$1" = bound ] && echo "ip=$ip" && ip addr add $ip/$mask dev eth1
true
"""
COVERED = 'for each in {servers}; do [ ! -e "$each" ] || mount --bind "$0" "$each"; done; exec "$@"'
MARK = "on a floppy"


@pytest.fixture
def root() -> Iterator[Path]:
    """A project's directory where QEMU may read, when libvirt runs it as a user of its own."""
    path = Path(f"/var/tmp/serai-v{os.getpid()}")
    path.mkdir(mode=0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def without(root: Path, home_with_images: Path, need: Callable[..., None]) -> Iterator[Callable[[Path], Serai]]:
    """serai where each virtiofsd of the host is covered by a file: `/dev/null` is no program at all."""
    need("unshare", "mount", "ssh", "rsync", root=True)
    if subprocess.run(["unshare", "--mount", "true"], check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("only where root may make a mount namespace")
    script = COVERED.format(servers=" ".join(path for name in VIRTIOFSD if (path := shutil.which(name))))
    made: list[Serai] = []

    def serai(cover: Path) -> Serai:
        made.append(Serai(root, ["unshare", "--mount", "sh", "-c", script, str(cover)]))
        return made[-1]

    yield serai
    for each in made:
        each("destroy", "-y", "--force", code=None)


def test_ipv6_a_range_of_dhcp_and_a_floppy_are_there_in_the_guest(
    without: Callable[[Path], Serai], libvirtd: str
) -> None:
    serai = without(Path("/dev/null"))
    lan = f"10.{60 + os.getpid() % 100}.{os.getpid() % 250}"
    six = f"fd00:{os.getpid() % 0xFFFF:x}"
    (serai.root / "Vagrantfile").write_text(DEVICES.format(lan=lan, six=six))
    (serai.root / "floppy.img").write_bytes(MARK.encode().ljust(1440 << 10, b"\0"))
    (serai.root / "told").write_text(TOLD)
    serai("box", "add", "tiny-generic", "--image", "tiny:generic")
    assert "copied: the host has no virtiofsd" in serai("config", "--from", "Vagrantfile").stderr

    serai("up", "--provider", "libvirt", timeout=500)

    def inside(script: str) -> str:
        return serai("ssh", "-c", script).stdout.strip()

    (domain,) = (name for name in virsh("list", "--name").split() if name.startswith(f"{serai.root.name}_"))
    assert "device='floppy'" in virsh("dumpxml", domain)
    assert inside(f"sudo modprobe floppy; sudo head -c {len(MARK)} /dev/fd0") == MARK

    networks = [virsh("net-dumpxml", name) for name in virsh("net-list", "--name").split()]
    assert any(f"<range start='{lan}.100' end='{lan}.109'/>" in xml for xml in networks)
    ask = "chmod +x /vagrant/told; ip addr flush dev eth1; udhcpc -fqn -t 10 -i eth1 -s /vagrant/told"
    told = inside(f"sudo sh -c '{ask}'")
    assert re.search(rf"^ip={lan}\.10[0-9]$", told, re.MULTILINE)
    assert f"inet {lan}.10" in inside("ip addr show eth1")

    assert f"inet6 {six}::c4/64" in inside("ip addr show eth2")
    assert "1 packets received" in inside(f"sudo ping -c 1 -W 20 {six}::1")


def test_the_project_s_folder_is_shared_by_9p_where_virtiofsd_cannot_run(
    without: Callable[[Path], Serai], tmp_path: Path, need: Callable[..., None]
) -> None:
    need("qemu-system-x86_64")
    broken = tmp_path / "virtiofsd"
    broken.touch()
    serai = without(broken)
    (serai.root / "Vagrantfile").write_text(FOLDERS.format())
    serai("box", "add", "tiny-generic", "--image", "tiny:generic")

    said = serai("up", "--provider", "qemu", timeout=500).stderr

    assert "/vagrant by 9p in place of virtiofs" in said and "virtiofsd is not there" in said
    serai("ssh", "-c", "sudo sh -c 'echo of the guest > /vagrant/from-guest'")
    assert (serai.root / "from-guest").read_text() == "of the guest\n"
    (serai.root / "later").write_text("seen at once\n")
    assert serai("ssh", "-c", "cat /vagrant/later").stdout == "seen at once\n"
