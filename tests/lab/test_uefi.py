"""A host of UEFI, started by GRUB and by systemd-boot: the kernel's arguments go where each reads them.

The tests of this file are steps of one host, in this order (GPU-2, MEM-3, MEM-6).
"""

from __future__ import annotations

import pytest

from lab.image import QUICK, UUID
from lab.machine import Host
from lab.topologies import INTEL, OVMF, SPLIT, esp, uefi
from lab.tree import differences, tree

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(1500), pytest.mark.usefixtures("in_order")]

PLACES = ("/etc", "/boot", "/efi/loader/entries", "/var/lib/serai")
PAGE = "hugepages --page-size 1GiB --for 1GiB"
ARGUMENTS = f"root=UUID={UUID} ro console=ttyS0 {QUICK} panic=5 intel_iommu=off"
SYSTEMD_BOOT = f"""
set -e
apt-get -qq update && apt-get -qq -y --no-install-recommends install systemd-boot
mkdir -p /efi && echo "LABEL=SERAI-ESP /efi vfat defaults 0 0" >>/etc/fstab
systemctl daemon-reload && mount /efi
echo "{ARGUMENTS}" >/etc/kernel/cmdline
bootctl --esp-path=/efi --make-entry-directory=yes install
kernel-install add $(uname -r) /boot/vmlinuz-$(uname -r) /boot/initrd.img-$(uname -r)
"""
"""The way of Debian's wiki; the kernel is told to leave its IOMMU off."""


@pytest.fixture(scope="module")
def one(lab_image, lab_app, tmp_path_factory):
    if not OVMF.exists():
        pytest.skip(f"needs {OVMF}")
    place = tmp_path_factory.mktemp("uefi")
    devices = [*SPLIT, *INTEL, *uefi(place), *esp(place)]
    host = Host(lab_image, place / "host", lab_app, devices=devices, memory=4096)
    try:
        host.wait()
        yield host
    finally:
        host.stop()


def told(host):
    return host.run("cat /proc/cmdline").stdout.split()


def groups(host):
    return host.run("ls /sys/kernel/iommu_groups").stdout.split()


def test_under_grub_a_page_of_1_gib_is_there_after_the_next_boot_and_undo_leaves_nothing(one):
    assert one.run("ls /sys/firmware/efi").ok
    one.run("update-grub")  # which has an entry for the firmware's settings here, and not where the image was made
    before = tree(one, *PLACES)

    one.serai(f"host tune {PAGE} -y")
    one.reboot()
    assert {"hugepagesz=1G", "hugepages=1"} <= set(told(one))
    assert one.run("cat /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages").stdout.strip() == "1"

    one.serai("host undo hugepages -y")
    assert differences(before, tree(one, *PLACES)) == []


def test_under_systemd_boot_what_switches_the_iommu_off_is_taken_out_and_undo_puts_it_back(one):
    one.run(SYSTEMD_BOOT, budget=600)
    one.reboot()
    assert one.run("bootctl status 2>/dev/null | grep -m1 Product").stdout.split()[1] == "systemd-boot"
    assert "intel_iommu=off" in told(one)
    assert groups(one) == []
    before = tree(one, *PLACES)

    one.serai("host tune iommu -y")
    one.reboot()
    assert "intel_iommu=off" not in told(one)
    assert groups(one) != []
    assert "intel_iommu=off" not in one.run("cat /etc/kernel/cmdline /efi/loader/entries/*").stdout

    one.serai("host undo iommu -y")
    assert differences(before, tree(one, *PLACES)) == []
