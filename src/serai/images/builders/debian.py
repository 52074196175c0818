"""Debian from the package mirror: mmdebstrap, cloud-init, bootable by BIOS and UEFI; login `debian`.

First boot is kept quick: one data source (NoCloud), one network renderer (systemd-networkd), an ed25519 host
key only, no maintenance timers, a small initramfs. Needs root, or user namespaces (mmdebstrap's unshare mode).
The kernel is the one for clouds, which starts sooner and has no 9p: linux-image-{arch} brings that.
Manual pages, documentation and translations are left out, also for packages that are installed later
(/etc/dpkg/dpkg.cfg.d/99mmdebstrap in the guest).
"""

from __future__ import annotations

import os
import shlex
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from serai.images.builders import disk, ext4
from serai.images.made import Made
from serai.util.errors import Code, SeraiError
from serai.util.process import run
from serai.util.units import GIB

Progress = Callable[[str], None]

SUITES = {"12": "bookworm", "13": "trixie"}
DISK_SIZE = 4 * GIB
UUID = "7e1ac0de-0000-4000-8000-646562696e00"
HOST_PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "debugfs": "e2fsprogs",
    "sfdisk": "fdisk",
    "mformat": "mtools",
    "grub-mkimage": "grub-common",
    "qemu-img": "qemu-utils",
    "tar": "tar",
}
GRUB_FILES = {
    "amd64": {"/usr/lib/grub/i386-pc": "grub-pc-bin", "/usr/lib/grub/x86_64-efi": "grub-efi-amd64-bin"},
    "arm64": {"/usr/lib/grub/arm64-efi": "grub-efi-arm64-bin"},
}
PACKAGES = (
    *("linux-image-cloud-{arch}", "initramfs-tools", "zstd", "systemd-sysv", "systemd-resolved", "libpam-systemd"),
    *("dbus", "udev", "cloud-init", "cloud-guest-utils", "openssh-server", "sudo", "rsync", "e2fsprogs", "fdisk"),
    *("iproute2", "iputils-ping", "netbase", "ca-certificates", "apt", "procps", "less", "kmod"),
)
_EXCLUDED = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*")
_MASKED = (
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer"),
    *("e2scrub_reap.service", "systemd-pstore.service", "cloud-init-hotplugd.socket", "cloud-config.service"),
)
_BOOT_MODULES = (
    "virtio_pci",
    "virtio_blk",
    "virtio_scsi",
    "virtio_net",
    "sd_mod",
    "ahci",
    "nvme",
    "xen_blkfront",
    "ext4",
    "crc32c",
)
_CONSOLE = {"amd64": "ttyS0", "arm64": "ttyAMA0"}

_KERNEL_ARGUMENTS = "loglevel=4 systemd.show_status=true memhp_default_state=online"
_ROOT_OPTIONS = "defaults,noatime,noinit_itable,errors=remount-ro,x-systemd.growfs"

_CLOUD_CONFIG = """\
# What serai's builder sets; the seed's user-data has the last word.
datasource_list: [NoCloud, None]
system_info:
  network:
    renderers: [networkd]
ssh_genkeytypes: [ed25519]
ssh_pwauth: false
disable_root: true
apt:
  preserve_sources_list: true
# Each stage of cloud-init loads Python anew. There is none between `init` and `final`: cloud-config.service is
# masked, and its modules are in these two. The root grows by systemd-repart and x-systemd.growfs.
cloud_init_modules:
  [bootcmd, write-files, disk_setup, mounts, set_hostname, update_hostname, update_etc_hosts, ca-certs,
   users-groups, ssh, set-passwords, timezone]
cloud_config_modules: []
cloud_final_modules:
  [ntp, runcmd, package-update-upgrade-install, write-files-deferred, scripts-vendor, scripts-per-once,
   scripts-per-boot, scripts-per-instance, scripts-user, keys-to-console, final-message, power-state-change]
no_ssh_fingerprints: true
ssh: {emit_keys_to_console: false}
"""
_GROW_ROOT = "[Partition]\nType=root\n"
"""/etc/repart.d: the one partition of that type takes what is free. Source: repart.d(5)."""
_PLUGGED_CPU = 'SUBSYSTEM=="cpu", ACTION=="add", TEST=="online", ATTR{online}=="0", ATTR{online}="1"\n'
"""udev rule: a CPU that is plugged in comes up offline. Memory: memhp_default_state."""
_WAIT_ONLINE = """\
[Service]
ExecStart=
ExecStart=/lib/systemd/systemd-networkd-wait-online --any --timeout=30
"""


def build_debian12(target: Path, arch: str, progress: Progress) -> Made:
    """Debian 12, bookworm. Raises SeraiError: host programs that are missing, the mirror, no rights."""
    return build(target, "12", arch, progress)


def build_debian13(target: Path, arch: str, progress: Progress) -> Made:
    """Debian 13, trixie."""
    return build(target, "13", arch, progress)


def build(target: Path, version: str, arch: str, progress: Progress) -> Made:
    """Make `disk.qcow2` in `target`."""
    _check_host(arch)
    with tempfile.TemporaryDirectory(dir=target, prefix="work.") as name:
        work = Path(name)
        tar = work / "root.tar"
        progress("installing packages from the mirror")
        _bootstrap(tar, work, SUITES[version], arch)
        progress("writing the root file system")
        root = work / "root.ext4"
        versions = _root_file_system(tar, root, work)
        progress("making the disk bootable")
        raw = work / "disk.raw"
        disk.assemble(raw, root, work, arch=arch, size=DISK_SIZE, root_uuid=UUID)
        root.unlink()
        run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, target / "disk.qcow2"])
    firmware = ("bios", "uefi") if arch == "amd64" else ("uefi",)
    return Made(
        disk=target / "disk.qcow2",
        virtual_size=DISK_SIZE,
        user="debian",
        firmware=firmware,
        console=_CONSOLE[arch],
        versions=versions,
    )


def _check_host(arch: str) -> None:
    """One error that names every package that is missing."""
    sbin = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = {package for program, package in HOST_PROGRAMS.items() if not shutil.which(program, path=sbin)}
    missing |= {package for folder, package in GRUB_FILES[arch].items() if not Path(folder).is_dir()}
    if missing:
        raise SeraiError(
            Code.MISSING,
            f"building Debian needs {', '.join(sorted(missing))}",
            hint=f"sudo apt-get install {' '.join(sorted(missing))}",
        )
    host = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine)
    if arch != host:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"Debian for {arch} is not built on {host}: its programs would have to run here",
            hint="pull the official image: serai image pull debian:12 --arch " + arch,
        )


def _bootstrap(tar: Path, work: Path, suite: str, arch: str) -> None:
    early, late = _early_files(work), _late_files(work, arch)
    packages = ",".join(package.format(arch=arch) for package in PACKAGES)
    enable = "systemctl enable --quiet systemd-networkd systemd-resolved ssh"
    clean = "rm -rf etc/ssh/ssh_host_*_key* var/lib/cloud/instances etc/hostname var/log/*.log var/cache/ldconfig"
    argv = ["mmdebstrap", "--quiet", "--variant=minbase", f"--mode={'root' if os.geteuid() == 0 else 'unshare'}"]
    argv += [f"--architectures={arch}", f"--include={packages}", '--aptopt=Acquire::Languages "none"']
    argv += [f"--dpkgopt=path-exclude={pattern}" for pattern in _EXCLUDED]
    argv += ["--dpkgopt=path-include=/usr/share/doc/*/copyright"]
    argv += [f"--essential-hook=copy-in {shlex.quote(str(early / name))} /" for name in ("etc", "usr")]
    argv += [f"--customize-hook=copy-in {shlex.quote(str(late / name))} /" for name in ("etc", "boot")]
    argv += [
        f'--customize-hook=chroot "$1" {enable}',
        f'--customize-hook=cd "$1" && {clean} && : > etc/machine-id',
    ]
    run([*argv, suite, tar, "-"], input=_sources(suite), timeout=1800)


def _sources(suite: str) -> str:
    """deb lines: from the host's own mirror when the host is a Debian, else Debian's."""
    uri, security = "http://deb.debian.org/debian", "http://deb.debian.org/debian-security"
    form = "$(ORIGIN)|$(LABEL)|$(REPO_URI)"
    told = run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"], check=False)
    for line in told.stdout.splitlines():
        origin, label, address = [*line.split("|"), "", ""][:3]
        if origin == "Debian" and label == "Debian":
            uri = address.rstrip("/")
        elif origin == "Debian" and label == "Debian-Security":
            security = address.rstrip("/")
    lines = [f"deb {uri} {suite} main", f"deb {uri} {suite}-updates main", f"deb {security} {suite}-security main"]
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _early_files(work: Path) -> Path:
    """Before the kernel's package runs update-initramfs."""
    root = work / "early"
    _write(root / "etc/initramfs-tools/conf.d/serai", "MODULES=list\nCOMPRESS=zstd\nRESUME=none\n")
    _write(root / "usr/share/initramfs-tools/modules.d/serai", "\n".join(_BOOT_MODULES) + "\n")
    _write(root / "etc/kernel-img.conf", "do_symlinks = yes\nlink_in_boot = no\n")
    return root


def _late_files(work: Path, arch: str) -> Path:
    root = work / "late"
    _write(root / "etc/cloud/cloud.cfg.d/99_serai.cfg", _CLOUD_CONFIG)
    _write(root / "etc/fstab", f"UUID={UUID} / ext4 {_ROOT_OPTIONS} 0 1\n")
    _write(root / "etc/repart.d/50-root.conf", _GROW_ROOT)
    _write(root / "etc/udev/rules.d/60-plugged-cpu.rules", _PLUGGED_CPU)
    _write(root / "etc/systemd/system/systemd-networkd-wait-online.service.d/serai.conf", _WAIT_ONLINE)
    _write(root / "etc/systemd/journald.conf.d/serai.conf", "[Journal]\nSystemMaxUse=64M\n")
    for unit in _MASKED:
        (root / "etc/systemd/system" / unit).symlink_to("/dev/null")
    console = f"console=tty0 console={_CONSOLE[arch]},115200"
    _write(
        root / "boot/grub/grub.cfg",
        "# Written by serai. /vmlinuz and /initrd.img follow the newest kernel (linux-base).\n"
        "set timeout=0\n"
        "menuentry 'Debian' {\n"  # pygrub reads no title without quotes
        f"    search --no-floppy --fs-uuid --set=root {UUID}\n"
        f"    linux /vmlinuz root=UUID={UUID} ro {console} {_KERNEL_ARGUMENTS}\n"
        "    initrd /initrd.img\n"
        "}\n",
    )
    return root


def _root_file_system(tar: Path, image: Path, work: Path) -> dict[str, str]:
    """ext4 from the tar; gives the packages in it. Without root, owners are set from the tar afterwards."""
    tree = work / "root"
    tree.mkdir()
    root = os.geteuid() == 0
    own = ["--numeric-owner", "--same-owner"] if root else ["--no-same-owner", "--exclude=./dev/*"]
    run(["tar", "-xpf", tar, "-C", tree, *own])
    owners: dict[str, tuple[int, int]] = {}
    if not root:
        with tarfile.open(tar) as archive:
            owners = {member.name.removeprefix("."): (member.uid, member.gid) for member in archive}
    tar.unlink()
    ext4.make(image, tree, size=disk.root_size(DISK_SIZE), label="root", uuid=UUID, owners=owners, journal_mib=16)
    versions = _packages((tree / "var/lib/dpkg/status").read_text())
    shutil.rmtree(tree)
    return versions


def _packages(status: str) -> dict[str, str]:
    found = {}
    for block in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != " ")
        if "Package" in fields:
            found[fields["Package"]] = fields.get("Version", "")
    return found
