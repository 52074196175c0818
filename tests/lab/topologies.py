"""Hardware for lab hosts, as arguments of QEMU: IOMMUs, groups, nodes, threads, devices to give away."""

from __future__ import annotations

from pathlib import Path

from serai.util.process import run
from serai.util.units import MIB

CPU = "max,-la57,-erms,-smap,-smep,-umip,-pku"
"""`max` under TCG is an AMD processor with SVM, which KVM in the host can use. Without what emulation is slow
at: a fifth level of page tables, copies byte by byte, guards that change at each entry into the kernel. A start
takes a quarter less."""
SPLIT = ("-machine", "q35,accel=tcg,kernel-irqchip=split", "-cpu", CPU, "-smp", "1")
"""One processor: what a host does is mostly one thing after another, and two that wait for each other stall on a
busy machine."""
PLAIN = ("-machine", "q35,accel=tcg", "-cpu", CPU, "-smp", "1")
INTEL = ("-device", "intel-iommu,intremap=on")
INTEL_UNSAFE = ("-device", "intel-iommu,intremap=off")
AMD = ("-device", "amd-iommu,intremap=on")
VIRTIO = ("-device", "virtio-iommu-pci")


def port(name: str, number: int, more: str = "") -> tuple[str, ...]:
    """A PCI Express root port; what is on the bus of port N is 0N:00.0 where ports are alone on the machine."""
    return ("-device", f"pcie-root-port,id={name},slot={number},chassis={number}{more}")


ESP_SIZE = 94 * MIB
OVMF = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")


def uefi(place: Path) -> tuple[str, ...]:
    """Firmware that is UEFI; its variables are kept in `place`."""
    store = place / "variables.fd"
    store.write_bytes(OVMF.with_name("OVMF_VARS_4M.fd").read_bytes())
    files = (f"format=raw,readonly=on,file={OVMF}", f"format=raw,file={store}")
    return tuple(word for file in files for word in ("-drive", f"if=pflash,{file}"))


def esp(place: Path) -> tuple[str, ...]:
    """An EFI system partition on a disk of its own, empty, with room for kernels; it is booted from first."""
    disk, partition = place / "esp.raw", place / "esp.fat"
    for file, size in ((partition, ESP_SIZE), (disk, ESP_SIZE + 2 * MIB)):
        with file.open("wb") as empty:
            empty.truncate(size)
    run(["mformat", "-i", partition, "-v", "SERAI-ESP", "::"], env={"MTOOLS_SKIP_CHECK": "1"})
    run(
        ["sfdisk", "--quiet", disk],
        input=f"label: gpt\nstart=2048, size={ESP_SIZE // 512}, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n",
    )
    with disk.open("r+b") as file:
        file.seek(MIB)
        file.write(partition.read_bytes())
    partition.unlink()
    drive = f"if=none,id=esp,file={disk},format=raw,cache=unsafe"
    return ("-drive", drive, "-device", "virtio-blk-pci,drive=esp,addr=1a.0,bootindex=0")


NIC = (*port("rp1", 1), "-device", "e1000e,bus=rp1,netdev=n0", "-netdev", "user,id=n0,net=10.77.0.0/24")
"""0000:01:00.0, an Intel 82574L on a network of its own: 10.77.0.2 answers there."""
PATTERN = "read from the disk that was given away"


def nvme(file: Path) -> tuple[str, ...]:
    """0000:02:00.0, a disk that begins with PATTERN; the file is made, nothing is written to it."""
    file.write_bytes(PATTERN.encode().ljust(16 * MIB, b"\0"))
    drive = f"if=none,id=d0,file={file},format=raw,snapshot=on"
    return (*port("rp2", 2), "-device", "nvme,bus=rp2,serial=x1,drive=d0", "-drive", drive)


GPU = (*("-device", "VGA,addr=10.0,multifunction=on", "-device", "intel-hda,addr=10.1"),)
"""0000:00:10.0 and its sound, .1: one group."""
GROUPS = (
    *(
        "-device",
        "pcie-pci-bridge,id=pb,addr=5",
        "-device",
        "e1000,bus=pb,addr=1",
        "-device",
        "secondary-vga,bus=pb,addr=2",
    ),
    *port("rp1", 1),
    *("-device", "x3130-upstream,id=up,bus=rp1"),
    *("-device", "xio3130-downstream,id=p1,bus=up,chassis=11,slot=11", "-device", "e1000e,bus=p1"),
    *port("rp9", 9, ",disable-acs=on"),
    *("-device", "bochs-display,bus=rp9"),
    *port("rp8", 8),
    *("-device", "nvme-subsys,id=ss0"),
    "-device",
    "nvme,bus=rp8,serial=x1,subsys=ss0,sriov_max_vfs=4,sriov_vq_flexible=8,sriov_vi_flexible=4,"
    "max_ioqpairs=10,msix_qsize=9",
)
"""Shared groups: two devices behind a bridge to PCI, a switch and a port without ACS; and an NVMe with SR-IOV."""


def nodes(each: int) -> tuple[str, ...]:
    """Two NUMA nodes with two processors and `each` MiB; an NVMe on the second."""
    return (
        *("-machine", "q35,accel=tcg", "-cpu", CPU, "-smp", "4,sockets=2,cores=2,threads=1"),
        *(
            "-object",
            f"memory-backend-ram,id=m0,size={each}M",
            "-object",
            f"memory-backend-ram,id=m1,size={each}M",
        ),
        *("-numa", "node,nodeid=0,cpus=0-1,memdev=m0", "-numa", "node,nodeid=1,cpus=2-3,memdev=m1"),
        *("-numa", "dist,src=0,dst=1,val=21"),
        *("-device", "pxb-pcie,id=pxb1,bus_nr=128,numa_node=1"),
        *("-device", "pcie-root-port,id=rpx,bus=pxb1,chassis=20", "-device", "nvme,bus=rpx,serial=z,drive=d0"),
        *("-drive", "if=none,id=d0,driver=null-co,size=64M"),
    )


THREADS = ("-machine", "q35,accel=tcg", "-cpu", "Skylake-Server", "-smp", "4,sockets=1,cores=2,threads=2")
"""An old Intel processor with two threads a core, without microcode; TCG has no VMX."""
