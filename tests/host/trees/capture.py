"""Captures the trees of this directory anew: hosts that QEMU makes up, booted with Debian's full kernel.

    apt-get download linux-image-6.1.0-56-amd64        what linux-image-amd64 depends on
    dpkg-deb -x linux-image-*.deb kernel
    python tests/host/trees/capture.py kernel [NAME]...

A boot takes a minute. Needs qemu-system-x86, busybox-static, kmod, cpio, e2fsprogs, pci.ids; no root. What is
kept is what the host's /sys and /proc said, without the files that are large or say nothing.
"""

from __future__ import annotations

import lzma
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BUSYBOX = Path("/usr/bin/busybox")
NAMES = Path("/usr/share/misc/pci.ids")
TIMEOUT = 400
"""Seconds that one boot may take on a loaded machine."""
MODULES = [
    "vfio",
    "vfio_iommu_type1",
    "vfio-pci",
    "e1000",
    "e1000e",
    "nvme",
    "virtio_pci",
    "virtio_blk",
    "ext4",
    "snd-hda-intel",
    "bochs",
    "xhci-pci",
    "ahci",
    "sd_mod",
    "lpc_ich",
    "i2c-i801",
    "kvm-amd",
    "virtio_iommu",
]
PLAIN = """-device pcie-root-port,id=rp1,slot=1,chassis=1 -device e1000e,bus=rp1,netdev=n0 -netdev user,id=n0
-device pcie-root-port,id=rp2,slot=2,chassis=2 -device nvme,bus=rp2,serial=x1,drive=d0
-device VGA,addr=10.0,multifunction=on -device intel-hda,addr=10.1"""
WORKSTATION = """-device intel-iommu,intremap=on
-object memory-backend-ram,id=m0,size=512M -object memory-backend-ram,id=m1,size=512M
-numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,cpus=1,memdev=m1
-device VGA,addr=10.0 -device qemu-xhci,addr=14.0
-device pcie-pci-bridge,id=pb,addr=5 -device e1000,bus=pb,addr=1,netdev=n0 -netdev user,id=n0
-device e1000,bus=pb,addr=2
-device pcie-root-port,id=rp1,slot=1,chassis=1 -device x3130-upstream,id=up,bus=rp1
-device xio3130-downstream,id=p1,bus=up,chassis=11,slot=11 -device e1000e,bus=p1
-device xio3130-downstream,id=p2,bus=up,chassis=12,slot=12
-device secondary-vga,bus=p2,addr=0.0,multifunction=on -device intel-hda,bus=p2,addr=0.1
-device pcie-root-port,id=rp2,slot=2,chassis=2 -device nvme,bus=rp2,serial=x1,drive=d0
-device pcie-root-port,id=rp3,slot=3,chassis=3 -device e1000e,bus=rp3
-device pcie-root-port,id=rp4,slot=4,chassis=4 -device e1000e,bus=rp4
-device pcie-root-port,id=rp9,slot=9,chassis=9,disable-acs=on -device bochs-display,bus=rp9
-device pxb-pcie,id=far,bus_nr=128,numa_node=1 -device pcie-root-port,id=rp8,bus=far,slot=8,chassis=8
-device nvme-subsys,id=ss0
-device nvme,bus=rp8,serial=x2,subsys=ss0,sriov_max_vfs=4,sriov_vq_flexible=8,sriov_vi_flexible=4,max_ioqpairs=10,msix_qsize=9"""  # noqa: E501
TREES = {
    "workstation": ("use,functions,give", "intel_iommu=on", WORKSTATION),
    "no-remapping": ("use", "intel_iommu=on", f"-device intel-iommu,intremap=off {PLAIN}"),
    "iommu-off": ("use", "intel_iommu=off", f"-device intel-iommu,intremap=on {PLAIN}"),
    "virtio-iommu": ("use", "", f"-device virtio-iommu-pci {PLAIN}"),
}
"""Name -> what is done in it before it is captured, kernel arguments, devices."""
INIT = """#!/bin/busybox sh
export PATH=/bin:/sbin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs none /tmp
for m in virtio_pci virtio_blk e1000 e1000e nvme ahci sd_mod i2c-i801 lpc_ich xhci-pci snd-hda-intel bochs kvm-amd; do
  modprobe $m; done
modprobe vfio-pci; modprobe vfio_iommu_type1; modprobe ext4; sleep 2
use() { mkdir -p /srv; mount -t ext4 /dev/nvme0n1 /srv
  for d in /sys/bus/pci/drivers/e1000/0000* /sys/bus/pci/drivers/e1000e/0000*; do
    [ -d $d/net ] || continue; n=$(ls $d/net); ip link set lo up; ip link set $n up; ip addr add 10.0.2.15/24 dev $n
    ip route add default via 10.0.2.2; break; done; }
functions() { for p in /sys/bus/pci/devices/*; do
  [ -f $p/sriov_totalvfs ] && [ $(cat $p/sriov_totalvfs) -gt 0 ] && echo 2 > $p/sriov_numvfs; done; sleep 2; }
give() { for p in $(ls -d /sys/bus/pci/drivers/e1000e/0000* | tail -1); do b=$(basename $p); d=/sys/bus/pci/devices/$b
  echo vfio-pci > $d/driver_override; echo $b > $d/driver/unbind; echo $b > /sys/bus/pci/drivers_probe; done; }
for x in $(sed -n 's/.*lab=\\([^ ]*\\).*/\\1/p' /proc/cmdline | tr ',' ' '); do $x; done
s=/tmp/snap; mkdir -p $s
for p in /sys/bus/pci /sys/devices/pci* /sys/kernel/iommu_groups /sys/class/iommu /sys/class/net /sys/class/block \\
  /sys/class/drm /sys/class/graphics /sys/class/nvme /sys/block /sys/devices/virtual/iommu \\
  /sys/devices/virtual/nvme-subsystem /sys/firmware/acpi/tables /sys/module/vfio* /sys/module/kvm*; do
  [ -e $p ] && mkdir -p $s$(dirname $p) && cp -a $p $s$(dirname $p)/ 2>/dev/null; done
mkdir -p $s/proc/net $s/proc/self $s/proc/sys/kernel $s/dev/vfio
for f in cpuinfo cmdline meminfo mounts modules swaps interrupts self/mountinfo net/route net/tcp sys/kernel/osrelease; do
  cat /proc/$f > $s/proc/$f; done
for f in /dev/vfio/*; do : > $s$f; done
mkdir -p $s/lib/modules/$(uname -r); cp /lib/modules/$(uname -r)/modules.dep /lib/modules/$(uname -r)/modules.builtin $s/lib/modules/$(uname -r)/
tar -C $s -cf /dev/disk-of-tree . && sync && echo CAPTURED
poweroff -f
"""  # noqa: E501
SAY_NOTHING = re.compile(
    r"/(rom|config|resource\d+(_wc)?|vpd|uevent|power|msi_irqs|statistics|queues|trace|events|autosuspend\S*|wakeup\S*"
    r"|firmware_node|hwmon\S*|sections|notes|holders_|inflight|aer_\S*|link|edid|modes|d3cold_allowed|ari_enabled"
    r"|usb\d+|i2c-\d+|ata\d+|slots|hctx\S*|mq|integrity|dynamic|sound)(/|$)"
)


def main(kernel: Path, names: list[str]) -> None:
    for name in names or list(TREES):
        acts, arguments, devices = TREES[name]
        with tempfile.TemporaryDirectory(prefix="serai-capture-") as place:
            work = Path(place)
            initramfs(kernel, work)
            tree = boot(kernel, work, acts, arguments, devices.split())
            name_devices(tree)
            pack(tree, HERE / f"{name}.tar.xz")


def initramfs(kernel: Path, work: Path) -> None:
    """Busybox, the modules with what they need, and INIT."""
    base = next(each for each in (kernel, kernel / "usr") if (each / "lib/modules").is_dir())
    release = next((base / "lib/modules").iterdir()).name
    root = work / "root"
    for name in ("bin", "sbin", "proc", "sys", "dev", "tmp", f"lib/modules/{release}"):
        (root / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, root / "bin/busybox")
    for applet in run(str(BUSYBOX), "--list").split():
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")
    (root / "sbin/modprobe").symlink_to("../bin/busybox")
    run("depmod", "-b", str(base), release)
    for file in sorted({file for module in MODULES for file in files_of(base, release, module)}):
        inner = file.relative_to(base.resolve())
        (root / inner).parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".xz":
            (root / inner).with_suffix("").write_bytes(lzma.decompress(file.read_bytes()))
        else:
            shutil.copy(file, root / inner)
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        shutil.copy(base / "lib/modules" / release / name, root / "lib/modules" / release)
    run("depmod", "-b", str(root), release)
    (root / "init").write_text(INIT.replace("/dev/disk-of-tree", "/dev/vda"))
    (root / "init").chmod(0o755)
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    with (work / "initrd").open("wb") as out:
        subprocess.run(
            ["cpio", "-o", "-H", "newc", "--quiet"], input=names.encode(), cwd=root, stdout=out, check=True
        )


def files_of(base: Path, release: str, module: str) -> list[Path]:
    """The module's file and those that it needs; none where the kernel has it not, or built in."""
    argv = ["modprobe", "-d", str(base.resolve()), "-S", release, "--show-depends", module]
    said = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    return [Path(line.split()[1]) for line in said.splitlines() if line.startswith("insmod")]


def boot(kernel: Path, work: Path, acts: str, arguments: str, devices: list[str]) -> Path:
    """The tree that the host wrote onto its disk."""
    disk, tree = work / "tree.img", work / "tree"
    disk.touch()
    disk.open("r+b").truncate(256 << 20)
    image = work / "disk.img"
    image.touch()
    image.open("r+b").truncate(16 << 20)
    run("mke2fs", "-q", "-t", "ext4", str(image))
    drives = [
        "-drive",
        f"if=none,id=d0,file={image},format=raw",
        "-drive",
        f"if=none,id=s0,file={disk},format=raw",
    ]
    argv = [
        *("qemu-system-x86_64", "-nodefaults", "-display", "none", "-monitor", "none", "-serial", "stdio"),
        *(
            "-no-reboot",
            "-machine",
            "q35,accel=tcg,kernel-irqchip=split",
            "-cpu",
            "max",
            "-smp",
            "2",
            "-m",
            "1024",
        ),
        *("-kernel", str(next((kernel / "boot").glob("vmlinuz-*"))), "-initrd", str(work / "initrd")),
        *("-append", f"console=ttyS0 quiet panic=-1 no_timer_check lab={acts} {arguments}"),
        *devices,
        *(*drives, "-device", "virtio-blk-pci,drive=s0,bus=pcie.0,addr=1e.0"),
    ]
    said = subprocess.run(argv, stdin=-3, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if "CAPTURED" not in said.stdout:
        raise SystemExit(f"the host did not come to its end:\n{said.stdout[-3000:]}{said.stderr[-3000:]}")
    tree.mkdir()
    run("tar", "-xf", str(disk), "-C", str(tree))
    return tree


def name_devices(tree: Path) -> None:
    """Of this machine's list of names, those of the tree's devices and classes."""
    places = list((tree / "sys/bus/pci/devices").iterdir())

    def number(place: Path, name: str) -> str:
        return (place / name).read_text().strip().removeprefix("0x")

    pairs = {(number(each, "vendor"), number(each, "device")) for each in places}
    kinds = {number(each, "class")[:4] for each in places}
    kept, head, sub = [], "", ""
    for line in NAMES.read_text().splitlines():
        if line[:1] not in ("\t", "#", ""):
            head, sub = line, ""
            base = line[2:4] if line.startswith("C ") else ""
            if line[:4] in {vendor for vendor, _ in pairs} or base in {kind[:2] for kind in kinds}:
                kept.append(line)
        elif line[:1] == "\t" and line[1:2] != "\t":
            sub = line.split()[0]
            if (head[:4], sub) in pairs or (head.startswith("C ") and head[2:4] + sub in kinds):
                kept.append(line)
    target = tree / "usr/share/misc/pci.ids"
    target.parent.mkdir(parents=True)
    target.write_text("\n".join(kept) + "\n")


def pack(tree: Path, target: Path) -> None:
    """Always the same bytes for the same tree."""
    with tarfile.open(target, "w:xz", preset=9) as archive:
        for path in sorted(tree.rglob("*")):
            inner = f"/{path.relative_to(tree)}"
            if not SAY_NOTHING.search(inner):
                archive.add(path, inner.lstrip("/"), recursive=False, filter=plain)
    sys.stdout.write(f"{target.name}: {target.stat().st_size >> 10} KiB\n")


def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    entry.mode = 0o755 if entry.isdir() else 0o644
    return entry


def run(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
