"""How a changed key would be applied."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.contract import Effect, Observed, State
from serai.providers.qemu.verdicts import verdict
from serai.spec.cpu import Cpu
from serai.spec.disk import Bus, Disk, DiskDevice
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import Nic, UplinkNic, UplinkType
from serai.util.units import GIB

OLD = Machine(
    name="web",
    cpu=Cpu(count=1, max=2),
    memory=Memory(size=GIB, max=2 * GIB),
    disks={"data": Disk(size=GIB), "cd": Disk(device=DiskDevice.CDROM)},
)


@pytest.mark.parametrize(
    ("key", "old", "new", "effect"),
    [
        ("memory.size", GIB, 2 * GIB, Effect.LIVE),
        ("memory.size", GIB, 4 * GIB, Effect.RESTART),
        ("memory.size", GIB, GIB // 2, Effect.LIVE),
        ("memory.max", 2 * GIB, 4 * GIB, Effect.RESTART),
        ("disks.data.size", GIB, 2 * GIB, Effect.LIVE),
        ("disks.data.size", 2 * GIB, GIB, Effect.IMMUTABLE),
        ("disks.data.cache", "auto", "none", Effect.RESTART),
        ("image", "debian:12", "debian:13", Effect.RECREATE),
        ("keep", False, True, Effect.LIVE),
        ("networks[0].forwarded_port.host", 80, 81, Effect.LIVE),
        ("networks[0].private.network", "a", "b", Effect.RESTART),
        ("ssh.host_port", None, 2222, Effect.LIVE),
        ("name", "a", "b", Effect.IMMUTABLE),
        ("cpu.pin.cpus", None, "0-1", Effect.LIVE),
        ("cpu.cache", None, "emulate", Effect.RESTART),
        ("memory.locked", False, True, Effect.RESTART),
        ("numa.policy", "strict", "interleave", Effect.RESTART),
        ("clock.offset", "utc", "localtime", Effect.RESTART),
        ("hyperv", None, {}, Effect.RESTART),
        ("gpu.hide_hypervisor", False, True, Effect.RESTART),
        ("iothreads", 1, 2, Effect.RESTART),
        ("devices.tpm", None, {}, Effect.RESTART),
        ("boot.order", [], ["data"], Effect.RESTART),
        ("secure_boot", None, True, Effect.RECREATE),
        ("disks.data.preallocation", None, "full", Effect.LIVE),
        ("disks.data.queues", None, 2, Effect.RESTART),
        ("disks.cd.path", "a.iso", "b.iso", Effect.LIVE),
        ("disks.data.path", "a", "b", Effect.RECREATE),
        ("networks[0].uplink.type", "user", "passt", Effect.RESTART),
        ("networks[1].public.bridge", "br0", "br1", Effect.RESTART),
        ("synced_folders", [], [{"type": "virtiofs"}], Effect.RESTART),
        ("synced_folders", [], [{"type": "rsync"}], Effect.LIVE),
    ],
)
def test_a_changed_key_of_a_running_machine(key: str, old: Any, new: Any, effect: Effect) -> None:
    seen = Observed(name="web", provider="qemu", state=State.RUNNING, applied=OLD)
    found = verdict(OLD, seen, key, old, new)
    assert found.effect is effect
    assert found.reason or effect is Effect.LIVE


def test_more_cpus_are_live_up_to_the_spare_ones() -> None:
    seen = Observed(name="web", provider="qemu", state=State.RUNNING, applied=OLD)
    two, four = Machine(name="web", cpu=Cpu(count=2, max=2)), Machine(name="web", cpu=Cpu(count=4, max=4))
    assert verdict(two, seen, "cpu.count", 1, 2).effect is Effect.LIVE
    assert "spare" in verdict(four, seen, "cpu.count", 1, 4).reason


def test_passt_is_told_its_ports_at_a_restart() -> None:
    machine = msgspec.structs.replace(OLD, networks=[Nic(uplink=UplinkNic(type=UplinkType.PASST))])
    seen = Observed(name="web", provider="qemu", state=State.RUNNING, applied=machine)
    for key in ("networks[1].forwarded_port.host", "ssh.host_port"):
        assert "passt" in verdict(machine, seen, key, 80, 81).reason


@pytest.mark.parametrize(
    ("disk", "others", "effect"),
    [
        (Disk(), {}, Effect.LIVE),
        (Disk(bus=Bus.SATA), {}, Effect.RESTART),
        (Disk(device=DiskDevice.CDROM), {}, Effect.RESTART),
        (Disk(bus=Bus.SCSI), {}, Effect.RESTART),
        (Disk(bus=Bus.SCSI), {"b": Disk(bus=Bus.SCSI)}, Effect.LIVE),
    ],
)
def test_a_new_disk_is_plugged_where_its_bus_allows_it(
    disk: Disk, others: dict[str, Disk], effect: Effect
) -> None:
    machine = Machine(name="web", disks={"new": disk, **others})
    seen = Observed(name="web", provider="qemu", state=State.RUNNING, applied=OLD)
    assert verdict(machine, seen, "disks.new", None, {}).effect is effect


def test_a_machine_that_is_off_needs_no_restart() -> None:
    seen = Observed(name="web", provider="qemu", state=State.STOPPED, applied=OLD)
    assert verdict(OLD, seen, "memory.max", GIB, 2 * GIB).effect is Effect.LIVE
