"""tiny, really built from the package mirror and really booted."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.images.resolve import ensure
from serai.providers.contract import Image
from serai.util.process import run

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SEED = {
    "meta-data": "instance-id: one\n",
    "user-data": "#cloud-config\n",
    "tiny/hostname": "web\n",
    "tiny/instance-id": "one\n",
    "tiny/authorized_keys": "PUBLIC_KEY\n",
    "tiny/hosts": "10.40.0.11 db\n",
    "tiny/users": "ann sudo -\nbob - -\n",
    "tiny/keys/bob": "PUBLIC_KEY\n",
    "tiny/network": "52:54:00:00:00:02 static 10.40.0.10/24 mtu 1400 ipv6 fd00:40::10/64\n",
    "tiny/setup": "echo made >> /root/setup\naddgroup staff\naddgroup ann staff\n",
}


@pytest.fixture(scope="module")
def tiny(image_cache: Path) -> Image:
    return ensure("tiny", root=image_cache, arch="amd64", progress=lambda _phrase: None)


def test_it_is_small(tiny: Image):
    assert tiny.disk and tiny.kernel and tiny.initrd
    assert tiny.initrd.stat().st_size < 10 << 20
    assert tiny.disk.stat().st_size < 40 << 20
    assert tiny.virtual_size == 2 << 30


def test_it_reads_its_seed_and_lets_in_by_key(tiny: Image, boot):
    second = (
        "-netdev",
        "hubport,id=p,hubid=0",
        "-device",
        "virtio-net-pci,netdev=p,mac=52:54:00:00:00:02,romfile=",
    )
    guest = boot(tiny, SEED, extra=second, budget=90)
    assert guest.ssh("hostname").stdout == "web\n"
    assert "10.40.0.11 db" in guest.ssh("cat /etc/hosts").stdout
    assert guest.ssh("id -un; sudo id -u", user="ann").stdout == "ann\n0\n"
    assert guest.ssh("id -u", user="bob").stdout == "1001\n"
    assert guest.ssh("sudo id", user="bob").returncode != 0
    assert "staff" in guest.ssh("id -Gn ann").stdout
    shown = guest.ssh("ip address show eth1").stdout
    assert "inet 10.40.0.10/24" in shown and "inet6 fd00:40::10/64" in shown and "mtu 1400" in shown
    assert guest.ssh("rsync --version").returncode == 0
    for stage in ("tiny: kernel is up", "tiny: network up 10.0.2.15", "tiny: ssh ready"):
        assert stage in guest.console()


def test_files_survive_a_reboot_the_disk_grows_and_setup_runs_once(tiny: Image, boot):
    first = boot(tiny, SEED, budget=90)
    key = first.ssh("dropbearkey -y -f /etc/dropbear/dropbear_ed25519_host_key | grep ^ssh").stdout
    assert first.ssh("echo kept > /root/file").returncode == 0
    assert first.power_button(30) < 20
    second = boot(tiny, SEED, budget=90)
    assert second.ssh("cat /root/file").stdout == "kept\n"
    assert second.ssh("cat /root/setup").stdout == "made\n"
    assert second.ssh("dropbearkey -y -f /etc/dropbear/dropbear_ed25519_host_key | grep ^ssh").stdout == key
    assert int(second.ssh("df -m / | tail -1 | awk '{print $2}'").stdout) > 5000
    assert second.ssh("poweroff").returncode in (0, 255)
    assert second.process.wait(20) == 0


def test_it_runs_from_memory_without_a_disk_and_without_a_seed_of_its_own(tiny: Image, boot):
    guest = boot(tiny, {"meta-data": "x\n", "tiny/authorized_keys": "PUBLIC_KEY\n"}, disk=False, budget=90)
    assert guest.ssh("hostname; grep -c ' / rootfs' /proc/mounts").stdout == "tiny\n1\n"


def test_its_file_system_is_clean(tiny: Image, tmp_path: Path):
    assert tiny.disk
    raw = tmp_path / "disk.raw"
    run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", tiny.disk, raw])
    run(["/usr/sbin/e2fsck", "-fn", raw])
