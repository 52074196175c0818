"""The disk of the lab's Xen host: Debian 12 as dom0, with hypervisor and kernel; made once, kept by content.

Its memory is kept, too, as it was when the toolstack was ready: a host that goes on from there answers in seconds.
"""

from __future__ import annotations

import gzip
import inspect
import re
import shutil
from hashlib import sha256
from pathlib import Path

import msgspec

from lab.image import _MASKED, _write
from serai.images.builders import debian, ext4
from serai.util.process import run
from serai.util.units import GIB

SIZE = 8 * GIB
UUID = "7e1ac0de-0000-4000-8000-78656e000001"
PACKAGES = (
    *("linux-image-amd64", "initramfs-tools", "zstd", "systemd-sysv", "dbus", "udev", "kmod", "procps"),
    *("xen-hypervisor-4.17-amd64", "xen-utils-4.17", "xenstore-utils", "qemu-system-xen", "ovmf", "python3"),
    *("openssh-server", "bridge-utils", "ifupdown", "iproute2", "iputils-ping", "isc-dhcp-client"),
    *("dnsmasq-base", "nftables", "iptables"),
    *("qemu-utils", "e2fsprogs", "lvm2", "libvirt-daemon-system", "libvirt-clients", "libvirt-daemon-driver-xen"),
)
ADDRESS = "10.0.2.100"
"""Not .15, which QEMU's DHCP gives to a guest on the bridge."""
MODULES = ("xen-netback", "xen-blkback", "xen-gntdev", "xen-gntalloc", "xen-evtchn", "loop", "bridge")
_FILES = {
    "etc/hostname": "dom0\n",
    "etc/hosts": "127.0.0.1 localhost dom0\n",
    "etc/fstab": f"UUID={UUID} / ext4 defaults,noatime 0 1\n",
    "etc/modules-load.d/xen.conf": "".join(f"{name}\n" for name in MODULES),
    "etc/network/interfaces": (
        "auto lo\niface lo inet loopback\n\nauto xenbr0\niface xenbr0 inet static\n"
        f"  address {ADDRESS}/24\n  gateway 10.0.2.2\n  bridge_ports eth0\n  bridge_stp off\n  bridge_fd 0\n"
    ),
    "etc/resolv.conf": "nameserver 10.0.2.3\n",
    "etc/systemd/journald.conf.d/lab.conf": "[Journal]\nStorage=volatile\n",
    "etc/ssh/sshd_config.d/lab.conf": "UseDNS no\n",
}
_EARLY = {
    "etc/initramfs-tools/conf.d/lab": "MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\nRESUME=none\n",
    "usr/share/initramfs-tools/modules.d/lab": "virtio_pci\nvirtio_blk\next4\ncrc32c\n",
    "etc/kernel-img.conf": "do_symlinks = yes\nlink_in_boot = no\n",
}
CPU_MAP = "usr/share/libvirt/cpu_map/x86_qemu64.xml"
"""Xen hides SEP on AMD, and TCG has no VME: libvirt finds no model that fits, and ends (seen with 9.0)."""


class Dom0Image(msgspec.Struct, frozen=True):
    """What a Xen host is started from; nothing writes to it."""

    disk: Path
    """qcow2, without a partition table."""
    xen: Path
    kernel: Path
    initrd: Path
    key: Path
    """Lets in as root."""
    memory: Path
    """QEMU's state of a host that is ready; not there before it was booted once."""


def files_of(place: Path) -> Dom0Image:
    names = ("disk.qcow2", "xen.elf", "vmlinuz", "initrd.img", "key", "ready.state")
    return Dom0Image(*(place / name for name in names))


def digest() -> str:
    """Changes with all that goes into the image."""
    sources = [inspect.getsource(each) for each in (make_root, _settle, ext4)]
    return sha256(repr([PACKAGES, _FILES, _EARLY, SIZE, sources]).encode()).hexdigest()[:12]


def make_root(work: Path) -> None:
    """In `work`: disk.qcow2, xen.elf, vmlinuz, initrd.img, key."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", work / "key"])
    tree, early = work / "root", work / "early"
    _write(early, _EARLY)
    argv = ["mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", f"--include={','.join(PACKAGES)}"]
    argv += ["--format=directory", '--aptopt=Acquire::Languages "none"']
    argv += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "info", "locale")]
    argv += [f"--essential-hook=copy-in {early}/{name} /" for name in ("etc", "usr")]
    argv += ['--customize-hook=chroot "$1" systemctl enable --quiet ssh xen xenconsoled libvirtd || true']
    run([*argv, "bookworm", tree, "-"], input=debian._sources("bookworm"), timeout=1800)
    _settle(tree, (work / "key.pub").read_text())
    for name in ("vmlinuz", "initrd.img"):
        shutil.copy(tree / (tree / name).readlink(), work / name)
    (work / "xen.elf").write_bytes(gzip.decompress((tree / "boot/xen-4.17-amd64.gz").read_bytes()))
    ext4.make(work / "root.ext4", tree, size=SIZE, label="dom0", uuid=UUID, journal_mib=16)
    shutil.rmtree(tree)
    shutil.rmtree(early)
    run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", work / "root.ext4", work / "disk.qcow2"])
    (work / "root.ext4").unlink()


def _settle(tree: Path, public_key: str) -> None:
    _write(tree, _FILES | {"root/.ssh/authorized_keys": public_key})
    (tree / "root/.ssh").chmod(0o700)
    for unit in (*_MASKED, "apparmor.service", "xendomains.service", "libvirt-guests.service"):
        (tree / "etc/systemd/system" / unit).unlink(missing_ok=True)
        (tree / "etc/systemd/system" / unit).symlink_to("/dev/null")
    for name in ("autostart/default.xml",):
        (tree / "etc/libvirt/qemu/networks" / name).unlink(missing_ok=True)
    model = tree / CPU_MAP
    model.write_text(re.sub(r"\s*<feature name='sep'[^>]*/>", "", model.read_text()))
    (tree / "etc/machine-id").write_text("78656e00000000000000000000000001\n")
