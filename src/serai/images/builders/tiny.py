"""The `tiny` images: a distribution kernel, busybox and dropbear; SSH answers soon after the kernel is up.

kernel + initrd (the whole small system, runs from memory when there is no disk) + a 2 GiB ext4 disk that holds
the same and what is wanted later (rsync, doas, resize2fs, more modules). tiny_files/ holds what runs inside.
Made from the host's own package mirror; needs no root. `tiny` has the distribution's kernel for clouds, which
starts soonest; `tiny:generic` its usual one, which knows 9p, more file systems and real hardware.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from serai.images.builders import ext4
from serai.images.builders.cpio import Archive
from serai.images.builders.elf import closure
from serai.images.builders.modules import Modules, dependency_file, kernel_image
from serai.images.builders.packages import Packages
from serai.images.made import Made
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which
from serai.util.units import GIB

FILES = Path(__file__).with_name("tiny_files")
HOST_PACKAGES = {"mke2fs": "e2fsprogs", "debugfs": "e2fsprogs", "qemu-img": "qemu-utils", "dpkg-deb": "dpkg"}
"""Program -> Debian package: what the host needs to build it."""

KERNELS = {
    "amd64": ("linux-image-cloud-amd64", "linux-image-virtual", "linux-image-amd64"),
    "arm64": ("linux-image-cloud-arm64", "linux-image-virtual", "linux-image-arm64"),
}
GENERIC_KERNELS = {
    "amd64": ("linux-image-amd64", "linux-image-generic"),
    "arm64": ("linux-image-arm64", "linux-image-generic"),
}
"""In the order of preference, as Debian and Ubuntu call them."""
BOOT_MODULES = ("virtio_pci", "virtio_blk", "virtio_net", "isofs", "virtio_mmio", "crc32c_generic", "ext4")
XEN_MODULES = ("xen_blkfront", "xen_netfront", "ata_piix", "sr_mod")
"""Xen's disks and cards, and the drive in which an HVM guest of Xen has its seed."""
EARLY_MODULES = (
    *(*BOOT_MODULES, *XEN_MODULES, "virtio_rng", "virtio_balloon", "virtio_console", "virtio_mem"),
    *("button", "evdev"),
)
LATE_MODULES = (
    *("overlay", "9p", "9pnet_virtio", "virtiofs", "fuse", "virtio_scsi", "sd_mod", "loop"),
    *("vfat", "nls_ascii", "nls_cp437", "xfs", "bridge", "veth", "tun", "dummy", "8021q", "bonding", "vxlan"),
    *("wireguard", "vmw_vsock_virtio_transport", "nbd", "af_packet"),
    *("nvme", "ahci", "e1000", "e1000e", "8139cp", "tpm_crb", "tpm_tis", "i6300esb", "iTCO_wdt", "floppy"),
    *("nf_tables", "nft_chain_nat", "nft_masq", "nft_ct", "ip_tables", "iptable_nat", "iptable_filter"),
    *("memory_hotplug", "acpi_pad", "pci_hotplug", "acpiphp", "hv_vmbus", "crc32c_intel"),
)
CMDLINE = (
    "quiet nokaslr mitigations=off audit=0 lsm= nowatchdog rcupdate.rcu_expedited=1 "
    "psi=0 init_on_alloc=0 hardened_usercopy=off "  # what is done at each switch, allocation and copy
    "memhp_default_state=online "  # memory that is plugged in is used at once
    "swiotlb=2048"  # 4 MiB: a machine that can grow beyond 4 GiB would set 64 MiB aside for 32-bit devices
)
CONSOLES = {"amd64": "ttyS0", "arm64": "ttyAMA0"}
DISK_SIZE = 2 * GIB
UUID = "7e1ac0de-0000-4000-8000-74696e790001"


Progress = Callable[[str], None]


def build(target: Path, arch: str, progress: Progress) -> Made:
    """`tiny`, with the kernel for clouds. Raises SeraiError (missing programs, mirror, …)."""
    return _build(target, arch, progress, KERNELS[arch])


def build_generic(target: Path, arch: str, progress: Progress) -> Made:
    """`tiny:generic`, with the distribution's usual kernel."""
    return _build(target, arch, progress, GENERIC_KERNELS[arch])


def _build(target: Path, arch: str, progress: Progress, kernels: tuple[str, ...]) -> Made:
    """Make the image's files in the directory `target`."""
    for program, package in HOST_PACKAGES.items():
        which(program, package)
    with _scratch(target) as work:
        packages = Packages(work, arch, progress)
        kernel = packages.first_known(kernels)
        versioned = packages.depends(kernel, r"linux-(image|binary|modules)-[0-9]")
        extras = ["rsync", "e2fsprogs", packages.first_known(("opendoas", "doas")), "libpam-modules"]
        packages.unpack([*versioned, "busybox-static", *packages.with_libraries(["dropbear-bin", *extras])])
        progress("putting the initramfs together")
        system = work / "system"
        _system(system, packages.tree, arch)
        modules = Modules.of(packages.tree)
        _modules(system, modules, EARLY_MODULES)
        (target / "initrd").write_bytes(_initramfs(system).data())
        progress("writing the disk")
        _extras(system, packages.tree)
        _modules(system, modules, (*EARLY_MODULES, *LATE_MODULES))
        _applets(system, arch)
        raw = work / "disk.raw"
        modes = {"/usr/bin/doas": 0o4755} if (system / "usr/bin/doas").exists() else {}
        ext4.make(raw, system, size=DISK_SIZE, label="tiny", uuid=UUID, modes=modes)
        run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, target / "disk.qcow2"])
        shutil.copyfile(kernel_image(packages.tree, modules), target / "kernel")
        return Made(
            disk=target / "disk.qcow2",
            virtual_size=DISK_SIZE,
            kernel=target / "kernel",
            initrd=target / "initrd",
            cmdline=f"console={CONSOLES[arch]} {CMDLINE}",
            seed="tiny",
            console=CONSOLES[arch],
            versions=packages.versions,
        )


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=target, prefix="work.") as name:
        yield Path(name)


def _program(tree: Path, name: str) -> Path:
    for folder in ("usr/sbin", "usr/bin", "sbin", "bin"):
        if (path := tree / folder / name).is_file():
            return path
    raise SeraiError(Code.FAILED, f"the unpacked packages hold no program {name}")


def _install(system: Path, guest: str, source: Path, mode: int = 0o755) -> None:
    path = system / guest.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source.read_bytes())
    path.chmod(mode)


def _programs(system: Path, tree: Path, names: dict[str, str]) -> None:
    sources = {guest: _program(tree, name) for guest, name in names.items()}
    for guest, source in sources.items():
        _install(system, guest, source)
    for guest, source in closure(list(sources.values()), tree).items():
        _install(system, guest, source)


def _system(system: Path, tree: Path, arch: str) -> None:
    """The tree that the initramfs and the disk share."""
    folders = "bin sbin lib usr/bin usr/sbin usr/lib dev proc sys run tmp mnt media/seed etc/tiny etc/dropbear"
    for name in (*folders.split(), "etc/acpi/PWRF", "root/.ssh", "home", "var/lib/tiny", "var/log", "new"):
        (system / name).mkdir(parents=True)
    for private in ("root", "root/.ssh", "etc/dropbear"):
        (system / private).chmod(0o700)
    (system / "tmp").chmod(0o1777)
    _install(system, "/bin/busybox", _program(tree, "busybox"))
    for name in ("sh", "mount", "modprobe"):
        (system / "bin" / name).symlink_to("busybox")
    _programs(system, tree, {"/usr/sbin/dropbear": "dropbear", "/usr/bin/dropbearkey": "dropbearkey"})
    for guest, name in {
        "/init": "init",
        "/sbin/tiny": "tiny",
        "/etc/tiny/dhcp": "dhcp",
        "/etc/tiny/hotplug": "hotplug",
        "/etc/acpi/PWRF/00000080": "powerbtn",
        "/sbin/shutdown": "shutdown",
        "/usr/bin/sudo": "sudo",
        "/usr/sbin/addgroup": "addgroup",
    }.items():
        _install(system, guest, FILES / name)
    _install(system, "/etc/fstab", FILES / "fstab", 0o644)
    _install(system, "/etc/profile", FILES / "profile", 0o644)
    texts = {
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
        "etc/group": "root:x:0:\ntty:x:5:\n",
        "etc/shadow": "root:*:19000:0:99999:7:::\n",
        "etc/shells": "/bin/sh\n",
        "etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
        "etc/hosts": "127.0.0.1 localhost\n",
        "etc/hostname": "tiny\n",
        "etc/doas.conf": "permit nopass root\n",
        "etc/os-release": 'ID=tiny\nNAME="serai tiny"\nPRETTY_NAME="serai tiny"\n',
    }
    for guest, text in texts.items():
        (system / guest).write_text(text)
        (system / guest).chmod(0o600 if guest in ("etc/shadow", "etc/doas.conf") else 0o644)


def _modules(system: Path, modules: Modules, names: tuple[str, ...]) -> None:
    """Flat in one directory, so that modules.dep is short; modprobe reads it on each start."""
    folder = system / "lib/modules" / modules.root.name
    folder.mkdir(parents=True, exist_ok=True)
    chosen = modules.chosen(names)
    for name, (data, _needs) in chosen.items():
        (folder / f"{name}.ko").write_bytes(data)
    (folder / "modules.dep").write_text(dependency_file(chosen))


def _extras(system: Path, tree: Path) -> None:
    """What only the disk holds."""
    programs = {"/usr/bin/rsync": "rsync", "/usr/sbin/resize2fs": "resize2fs", "/usr/sbin/e2fsck": "e2fsck"}
    _programs(system, tree, {**programs, "/usr/bin/doas": "doas"})
    for module in tree.rglob("pam_permit.so"):
        guest = f"/{module.relative_to(tree)}"
        _install(system, guest, module, 0o644)
    permit = "".join(f"{kind} required pam_permit.so\n" for kind in ("auth", "account", "session"))
    (system / "etc/pam.d").mkdir()
    (system / "etc/pam.d/doas").write_text(permit)


def _applets(system: Path, arch: str) -> None:
    """Links for busybox's commands. Only a program of the host's architecture can be asked for its list."""
    busybox = system / "bin/busybox"
    program = busybox if arch == host_arch() else Path(which("busybox", "busybox-static"))
    for line in run([program, "--list-full"]).stdout.split():
        path = system / line
        if path.name in ("busybox", "init", "linuxrc") or (path.exists() or path.is_symlink()):
            continue
        if any((system / folder / path.name).exists() for folder in ("usr/bin", "usr/sbin", "bin", "sbin")):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to("/bin/busybox")


def _initramfs(system: Path) -> Archive:
    archive = Archive()
    for path in sorted(system.rglob("*")):
        name, mode = str(path.relative_to(system)), path.lstat().st_mode & 0o7777
        if path.is_symlink():
            archive.link(name, str(path.readlink()))
        elif path.is_dir():
            archive.directory(name, mode)
        else:
            archive.file(name, path.read_bytes(), mode)
    archive.character_device("dev/console", 5, 1)
    archive.character_device("dev/null", 1, 3, 0o666)
    return archive
