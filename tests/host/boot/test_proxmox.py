"""Both ways in which Proxmox boots get the words; which one counts is told by the firmware."""

from __future__ import annotations

from host_trees import built
from serai.host.boot.proxmox import Proxmox


def test_under_uefi_the_next_kernel_is_that_of_systemd_boot(tmp_path):
    reach = built("proxmox-systemd-boot", tmp_path)

    assert Proxmox().kept(reach).path == "/etc/kernel/cmdline"


def test_under_a_bios_it_is_that_of_grub(tmp_path):
    reach = built("proxmox-systemd-boot", tmp_path)
    (tmp_path / "sys/firmware/efi/fw_platform_size").unlink()
    (tmp_path / "sys/firmware/efi").rmdir()

    assert Proxmox().kept(reach).path == "/etc/default/grub"
    assert Proxmox().coming(reach) == []
