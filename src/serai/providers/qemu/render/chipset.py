"""The board, its firmware and its clocks."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.qemu.blockdev import nvram_nodes
from serai.providers.qemu.render import memory
from serai.providers.qemu.render.words import Option, as_json, switch
from serai.providers.qemu.site import Site
from serai.spec.clock import TickPolicy
from serai.spec.image import Arch
from serai.spec.machine import Machine


def machine_type(machine: Machine) -> str:
    """What the spec says; `virt` for arm64, where there is no q35."""
    configured = machine.providers.qemu.machine
    return "virt" if machine.arch is Arch.ARM64 and configured == "q35" else configured


def board(machine: Machine) -> str:
    """The machine type, without its options."""
    return machine_type(machine).partition(",")[0]


def pcie(machine: Machine) -> bool:
    """Whether the machine type has a PCIe bus with hot-pluggable ports."""
    return board(machine).split("-")[0] in ("q35", "virt") or "q35" in board(machine)


def is_pc(machine: Machine) -> bool:
    """Whether it is a PC (q35 or i440fx), with the clocks and the ports of one."""
    return board(machine).split("-")[0] in ("q35", "pc")


def options(machine: Machine, site: Site) -> Iterator[Option]:
    """`-machine`, the accelerator, and the clocks."""
    name, _, configured = machine_type(machine).partition(",")
    words = [site.kind or name, *([configured] if configured else [])]
    secure = bool(site.uefi and site.uefi.secure)
    if site.arch == "amd64" and pcie(machine):
        words += ["vmport=off", f"smm={switch(secure)}"]
    if site.arch == "amd64" and is_pc(machine):
        words.append(f"hpet={switch(machine.clock.hpet)}")
    words.append("dump-guest-core=off")
    if not machine.memory.merge:
        words.append("mem-merge=off")
    if (memory.backed(machine) or site.ram is not None) and not machine.numa.cells:
        words.append(f"memory-backend={memory.NAME}0")
    if site.uefi:
        words += ["pflash0=firmware", "pflash1=efivars"]
    yield "-machine", ",".join(words)
    yield "-accel", site.accel
    if secure and site.arch == "amd64":
        # What is stored in the variables is then written by the firmware alone. Source: OVMF README, SMM.
        yield "-global", "driver=cfi.pflash01,property=secure,value=on"


def clocks(machine: Machine, site: Site) -> Iterator[Option]:
    """The clock chip and the interval timer; only PCs have them."""
    clock = machine.clock
    catch_up = ",driftfix=slew" if clock.rtc is TickPolicy.CATCHUP and site.arch == "amd64" else ""
    yield "-rtc", f"base={clock.offset}{catch_up}"
    if site.arch == "amd64" and site.accel == "kvm":
        yield "-global", f"kvm-pit.lost_tick_policy={clock.pit}"


def firmware(_machine: Machine, site: Site) -> Iterator[Option]:
    """The images that `-machine` names as its flash memory."""
    if site.uefi:
        for node in nvram_nodes(site.uefi):
            yield "-blockdev", as_json(node)
