"""How a changed key would be applied."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.plan.diff import changes
from serai.providers.contract import Effect, Observed, State
from serai.providers.qemu.verdicts import verdict
from serai.spec.cpu import Cpu
from serai.spec.disk import Bus, Cache, Disk, DiskDevice, DiskFormat, Preallocation
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


def effects(
    was: dict[str, Disk], now: dict[str, Disk], *, iothreads: int = 1, **seen: Any
) -> dict[str, tuple[Effect, str]]:
    """What each difference between the disks would take, and why, as `serai plan` asks it."""
    before = Machine(name="web", image="tiny", disks=was)
    after = msgspec.structs.replace(before, disks=now, iothreads=iothreads)
    there = Observed(**{"name": "web", "provider": "qemu", "state": State.READY, "applied": before} | seen)
    found = changes(before, after, lambda key, old, new: verdict(after, there, key, old, new))
    return {change.key: (change.effect, change.reason) for change in found if change.key.startswith("disks")}


def only(found: dict[str, tuple[Effect, str]]) -> Effect:
    """What all of them take."""
    (effect,) = {effect for effect, _ in found.values()}
    return effect


@pytest.mark.parametrize(
    ("disk", "others", "effect"),
    [
        (Disk(), {}, Effect.LIVE),
        (Disk(size=GIB), {}, Effect.LIVE),
        (Disk(size=GIB, format=DiskFormat.RAW), {}, Effect.LIVE),
        (Disk(size=GIB, bus=Bus.NVME, preallocation=Preallocation.FULL), {}, Effect.LIVE),
        (Disk(path="x.qcow2"), {}, Effect.RESTART),
        (Disk(size=GIB, bus=Bus.SATA), {}, Effect.RESTART),
        (Disk(device=DiskDevice.CDROM), {}, Effect.RESTART),
        (Disk(device=DiskDevice.CDROM, path="x.iso"), {}, Effect.RESTART),
        (Disk(device=DiskDevice.FLOPPY, path="x.img"), {}, Effect.RESTART),
        (Disk(size=GIB, bus=Bus.SCSI), {}, Effect.RESTART),
        (Disk(size=GIB, bus=Bus.SCSI), {"b": Disk(bus=Bus.SCSI)}, Effect.LIVE),
        (Disk(device=DiskDevice.CDROM, bus=Bus.SCSI), {"b": Disk(bus=Bus.SCSI)}, Effect.RESTART),
    ],
)
def test_a_new_disk_is_plugged_where_it_can_be(disk: Disk, others: dict[str, Disk], effect: Effect) -> None:
    assert only(effects(others, {"new": disk, **others})) is effect
    assert only(effects(others, {"new": disk, **others}, state=State.STOPPED)) is Effect.LIVE


def test_two_scsi_disks_bring_no_controller_for_each_other() -> None:
    disk = Disk(size=GIB, bus=Bus.SCSI)
    assert only(effects({}, {"a": disk, "b": disk})) is Effect.RESTART
    pending = {"disks.a.bus": "there is no SCSI controller in it yet"}
    assert only(effects({"a": disk}, {"a": disk, "b": disk}, pending=pending)) is Effect.RESTART


def test_a_new_disk_waits_for_an_io_thread_that_is_not_there_yet() -> None:
    second = Disk(size=GIB, iothreads=[2])
    assert only(effects({}, {"new": second}, iothreads=2)) is Effect.RESTART
    assert only(effects({}, {"new": Disk(size=GIB)}, iothreads=2)) is Effect.LIVE
    assert only(effects({}, {"new": Disk(size=GIB)}, pending={"iothreads": "waits"})) is Effect.RESTART


@pytest.mark.parametrize(
    ("disk", "said"),
    [
        (Disk(), "until destroy"),
        (Disk(size=GIB), "until destroy"),
        (Disk(size=GIB, format=DiskFormat.RAW, preallocation=Preallocation.FULL), "until destroy"),
        (Disk(path="x.qcow2"), "your file stays"),
        (Disk(path="x.iso", device=DiskDevice.CDROM), "your file stays"),
    ],
)
def test_a_disk_that_is_gone_is_detached_at_a_restart(disk: Disk, said: str) -> None:
    kept = {"data": Disk(size=GIB)}
    found = effects({**kept, "x": disk}, kept)
    assert only(found) is Effect.RESTART
    assert all(said in reason for _, reason in found.values())


def test_one_that_takes_the_name_of_a_detached_one_waits_with_it() -> None:
    found = effects({}, {"x": Disk(size=GIB)}, pending={"disks.x.path": "it is detached at a restart"})
    assert only(found) is Effect.RESTART


def test_a_disk_that_becomes_a_drive_is_no_disc_that_is_changed() -> None:
    drive = Disk(path="x.iso", device=DiskDevice.CDROM)
    assert only(effects({"x": Disk(path="x.img", format=DiskFormat.RAW)}, {"x": drive})) is Effect.RESTART
    assert only(effects({"x": drive}, {"x": msgspec.structs.replace(drive, path="y.iso")})) is Effect.LIVE


@pytest.mark.parametrize(
    ("was", "now", "effect"),
    [
        (Disk(size=20 * GIB), Disk(size=20 * GIB, format=DiskFormat.RAW), Effect.RECREATE),
        (Disk(size=20 * GIB), Disk(size=10 * GIB), Effect.IMMUTABLE),
        (Disk(size=20 * GIB), Disk(size=30 * GIB), Effect.LIVE),
        (Disk(size=20 * GIB), Disk(size=20 * GIB, cache=Cache.NONE), Effect.RESTART),
        (None, Disk(size=20 * GIB), Effect.LIVE),
        (Disk(size=20 * GIB), None, Effect.RESTART),
    ],
)
def test_a_name_with_dots_is_a_name_like_others(was: Disk | None, now: Disk | None, effect: Effect) -> None:
    for name in ("pg", "pg.data"):
        assert only(effects({name: was} if was else {}, {name: now} if now else {})) is effect


@pytest.mark.parametrize("name", ["root", "x"])
def test_a_disk_that_is_stated_with_defaults_alone_is_the_same_disk(name: str) -> None:
    assert only(effects({name: Disk()}, {name: Disk(size=20 * GIB)})) is Effect.LIVE
    found = effects({name: Disk()}, {name: Disk(cache=Cache.NONE)})
    assert {effect for effect, _ in found.values()} == {Effect.LIVE, Effect.RESTART}
    assert only(effects({}, {"root": Disk()})) is Effect.LIVE


def test_a_machine_that_is_off_needs_no_restart() -> None:
    seen = Observed(name="web", provider="qemu", state=State.STOPPED, applied=OLD)
    assert verdict(OLD, seen, "memory.max", GIB, 2 * GIB).effect is Effect.LIVE


@pytest.mark.parametrize(
    ("key", "most", "old", "more"), [("memory.size", "memory.max", GIB, 2 * GIB), ("cpu.count", "cpu.max", 1, 2)]
)
def test_there_is_no_room_before_the_restart_that_makes_it(key: str, most: str, old: int, more: int) -> None:
    new = msgspec.structs.replace(OLD, memory=Memory(size=2 * GIB, max=2 * GIB), cpu=Cpu(count=2, max=2))
    waiting = Observed(name="web", provider="qemu", state=State.RUNNING, applied=OLD, pending={most: "waits"})
    assert verdict(new, waiting, key, old, more).effect is Effect.RESTART
    assert verdict(new, msgspec.structs.replace(waiting, pending={}), key, old, more).effect is Effect.LIVE
    assert verdict(OLD, waiting, "memory.size", GIB, GIB // 2).effect is Effect.LIVE
