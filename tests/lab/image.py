"""The disk of the lab's host: Debian 12 with its full kernel, booted by its own GRUB; made once, kept by content.

serai is not in it: a second, small disk brings the sources of this checkout and the libraries that they need.
"""

from __future__ import annotations

import inspect
import os
import shutil
import sys
import tempfile
import tomllib
from hashlib import sha256
from pathlib import Path

import msgspec

from serai.images.builders import debian, disk, ext4
from serai.util.process import run
from serai.util.units import GIB, MIB

ROOT = Path(__file__).parents[2]
SIZE = 6 * GIB
UUID = "7e1ac0de-0000-4000-8000-6c6162000001"
APP_UUID = "7e1ac0de-0000-4000-8000-6c6162000002"
STORE_UUID = "7e1ac0de-0000-4000-8000-6c6162000003"
PACKAGES = (
    *("linux-image-amd64", "initramfs-tools", "zstd", "systemd-sysv", "systemd-resolved", "dbus", "udev", "kmod"),
    *("grub-pc", "openssh-server", "python3", "iproute2", "iputils-ping", "nftables", "procps", "pciutils"),
    *("qemu-system-x86", "qemu-utils", "ipxe-qemu", "e2fsprogs", "ca-certificates"),
    *("libvirt-clients", "virt-what", "cpu-checker", "tuned", "lxc"),
    *("network-manager", "netplan.io"),
)
"""The last lines: what serai is compared with (benchmarks/peers.py); tools that make a network, idle."""
LATER = ("nfs-kernel-server", "systemd-boot")
"""Packages that a test installs, by apt, from a directory of the host's own: there is no network."""
QUICK = "mitigations=off no_timer_check audit=0 apparmor=0 selinux=0 nowatchdog rcupdate.rcu_expedited=1"
"""What the kernel is told besides. no_timer_check: an emulated processor on a busy machine may miss the ticks that
the kernel counts at first."""
STORE = "var/lib/lab"
"""Where they lie, with all that they need."""
_MASKED = (
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer"),
    *("logrotate.timer", "systemd-tmpfiles-clean.timer", "e2scrub_reap.service", "systemd-pstore.service"),
    *("systemd-networkd-wait-online.service", "getty@tty1.service", "systemd-random-seed.service"),
    *("lxc.service", "lxc-net.service", "lxc-monitord.service"),
    *("systemd-logind.service", "systemd-repart.service", "systemd-firstboot.service", "systemd-sysusers.service"),
    *("systemd-binfmt.service", "systemd-journal-flush.service", "systemd-machine-id-commit.service"),
    *("systemd-update-utmp.service", "systemd-update-utmp-runlevel.service", "proc-sys-fs-binfmt_misc.automount"),
    *("systemd-ask-password-console.path", "systemd-ask-password-wall.path", "dev-mqueue.mount"),
    *("sys-kernel-debug.mount", "sys-kernel-tracing.mount", "sys-kernel-config.mount"),
    *("sys-fs-fuse-connections.mount", "modprobe@configfs.service", "modprobe@dm_mod.service"),
    *("modprobe@drm.service", "modprobe@efi_pstore.service", "modprobe@fuse.service", "modprobe@loop.service"),
)
"""An emulated processor takes most of its time to begin programs: what the lab has no use for does not begin."""
_IDLE = (
    *(f"usr/share/initramfs-tools/hooks/{name}" for name in ("dmsetup", "fsck", "keymap", "resume", "thermal")),
    *(
        f"etc/grub.d/{name}"
        for name in ("05_debian_theme", "20_linux_xen", "30_os-prober", "40_custom", "41_custom")
    ),
)
"""Parts of `update-initramfs` and of `update-grub` that add nothing here; not executable is passed over."""
_FILES = {
    "etc/hostname": "lab\n",
    "etc/hosts": "127.0.0.1 localhost lab\n",
    "etc/fstab": f"UUID={UUID} / ext4 defaults,noatime 0 1\nUUID={APP_UUID} /opt/serai ext4 ro,nofail 0 0\n",
    "etc/systemd/network/80-lan.network": (
        "[Match]\nType=ether\nName=enp0s28\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n"
    ),
    "etc/systemd/journald.conf.d/lab.conf": "[Journal]\nStorage=volatile\n",
    "etc/ssh/sshd_config.d/lab.conf": "UsePAM no\nUseDNS no\nPrintLastLog no\n",
    "etc/default/grub": (
        'GRUB_DEFAULT=0\nGRUB_TIMEOUT=0\nGRUB_DISTRIBUTOR=Debian\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\n'
        f'GRUB_CMDLINE_LINUX="console=ttyS0 {QUICK} panic=5"\nGRUB_TERMINAL=serial\n'
        "GRUB_DISABLE_SUBMENU=y\nGRUB_DISABLE_RECOVERY=true\n"
    ),
    "usr/local/bin/serai": '#!/bin/sh\nPYTHONPATH=/opt/serai/src:/opt/serai/lib exec python3 -m serai "$@"\n',
}
_EARLY = {
    "etc/initramfs-tools/conf.d/lab": "MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\nRESUME=none\n",
    "usr/share/initramfs-tools/modules.d/lab": "virtio_pci\nvirtio_blk\next4\ncrc32c\n",
    "etc/kernel-img.conf": "do_symlinks = yes\nlink_in_boot = no\n",
}
INIT = """\
#!/bin/sh
# The first process of a machine that only answers: devices and drivers, one script, its output, off.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp
mount -t tmpfs tmpfs /tmp
/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add
udevadm settle --timeout=60
modprobe qemu_fw_cfg
mount -o ro UUID=@ /opt/serai
stty -F /dev/ttyS1 raw -echo
sh /sys/firmware/qemu_fw_cfg/by_name/opt/lab/raw >/dev/ttyS1 2>&1
sync
echo o >/proc/sysrq-trigger
sleep 60
""".replace("@", APP_UUID)
FINISH = "mount -o remount,rw / && update-initramfs -u && update-grub && mount -o remount,ro / && echo LAB-MADE\n"
"""What has to be made on the machine itself: grub-probe looks at the disk that it runs from."""


FETCH = (
    f'mkdir -p "$1/{STORE}/partial"',
    f'APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq -y -o Dir::Cache::archives="$1/{STORE}" --download-only '
    f"install {' '.join(LATER)}",
)


class LabImage(msgspec.Struct, frozen=True):
    """What a lab host is started from; nothing writes to it."""

    disk: Path
    """qcow2."""
    kernel: Path
    initrd: Path
    key: Path
    """Lets in as root."""
    libraries: Path
    """What serai imports, for Debian 12's Python."""


def files_of(place: Path) -> LabImage:
    return LabImage(
        place / "disk.qcow2", place / "vmlinuz", place / "initrd.img", place / "key", place / "libraries"
    )


def digest() -> str:
    """Changes with all that goes into the image."""
    parts = [PACKAGES, FETCH, _MASKED, _IDLE, _FILES, _EARLY, INIT, FINISH, SIZE, UUID, _requirements()]
    sources = [inspect.getsource(each) for each in (make_root, _settle, _index, _libraries, disk, ext4)]
    return sha256(repr([parts, sources]).encode()).hexdigest()[:12]


def _requirements() -> list[str]:
    found: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return found


def make_root(work: Path) -> None:
    """All but what the machine itself must finish, in `work`: disk.raw, vmlinuz, initrd.img, key, libraries/."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", work / "key"])
    tree, early = work / "root", work / "early"
    _write(early, _EARLY)
    argv = ["mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", f"--include={','.join(PACKAGES)}"]
    argv += ["--format=directory", '--aptopt=Acquire::Languages "none"']
    argv += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "info", "locale")]
    argv += [f"--essential-hook=copy-in {early}/{name} /" for name in ("etc", "usr")]
    argv += ['--customize-hook=chroot "$1" systemctl enable --quiet systemd-networkd systemd-resolved ssh']
    argv += ['--customize-hook=chroot "$1" systemctl disable --quiet tuned NetworkManager']
    argv += [f"--customize-hook={line}" for line in FETCH]
    run([*argv, "bookworm", tree, "-"], input=debian._sources("bookworm"), timeout=1800)
    _settle(tree, (work / "key.pub").read_text())
    for name in ("vmlinuz", "initrd.img"):
        shutil.copy(tree / (tree / name).readlink(), work / name)
    ext4.make(work / "root.ext4", tree, size=disk.root_size(SIZE), label="root", uuid=UUID, journal_mib=16)
    shutil.rmtree(tree)
    disk.assemble(work / "disk.raw", work / "root.ext4", work, arch="amd64", size=SIZE, root_uuid=UUID)
    (work / "root.ext4").unlink()
    _libraries(work / "libraries")


def _settle(tree: Path, public_key: str) -> None:
    _write(tree, _FILES | {"root/.ssh/authorized_keys": public_key, "usr/local/sbin/lab-init": INIT})
    for name in ("usr/local/bin/serai", "usr/local/sbin/lab-init"):
        (tree / name).chmod(0o755)
    (tree / "root/.ssh").chmod(0o700)
    (tree / "opt/serai").mkdir(parents=True)
    for form in ("i386-pc", "x86_64-efi"):  # as grub-install does
        shutil.copytree(disk.GRUB / form, tree / "boot/grub" / form)
    for unit in _MASKED:
        (tree / "etc/systemd/system" / unit).unlink(missing_ok=True)
        (tree / "etc/systemd/system" / unit).symlink_to("/dev/null")
    for name in _IDLE:
        (tree / name).chmod(0o644)
    _write(tree, {"etc/apt/sources.list": f"deb [trusted=yes] file:/{STORE} ./\n"})
    _write(tree, {f"{STORE}/Packages": "\n".join(map(_index, sorted((tree / STORE).glob("*.deb"))))})
    (tree / "etc/machine-id").write_text("6c616200000000000000000000000001\n")


def _index(package: Path) -> str:
    """What apt wants to know of a package. Source: deb-packages(5), Debian's repository format."""
    told = run(["dpkg-deb", "--field", package]).stdout
    data = package.read_bytes()
    return f"{told}Filename: ./{package.name}\nSize: {len(data)}\nSHA256: {sha256(data).hexdigest()}\n"


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _libraries(target: Path) -> None:
    """Wheels for CPython 3.11, whatever Python runs the tests."""
    wanted = ["--python-version=3.11", "--implementation=cp", "--abi=cp311", "--only-binary=:all:"]
    platforms = [f"--platform=manylinux{age}_x86_64" for age in ("2014", "_2_17", "_2_28")]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    run([*pip, *wanted, *platforms, "--target", target, *_requirements()])


def finished(work: Path) -> None:
    """The disk as it is kept."""
    run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", work / "disk.raw", work / "disk.qcow2"])
    (work / "disk.raw").unlink()


def app_disk(image: LabImage, target: Path) -> None:
    """serai's sources, as they are now, and the libraries."""
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name)
        shutil.copytree(ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(image.libraries, tree / "lib")
        run([sys.executable, "-m", "compileall", "-q", tree], check=False)
        size = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file())
        ext4.make(target, tree, size=size * 2 + 32 * MIB, label="serai", uuid=APP_UUID)
    os.sync()
