"""How a changed key would be applied to a domain."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.plan.diff import changes
from serai.providers.contract import Effect, Observed, State
from serai.providers.libvirt.verdicts import TABLE, verdict
from serai.spec.cpu import Cpu, Pin
from serai.spec.disk import Bus, Disk, DiskDevice
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import ForwardedPort, Nic, PrivateNic, UplinkNic
from serai.spec.raw import LibvirtRaw, Raw
from serai.util.units import GIB

OLD = Machine(
    name="web",
    provider="libvirt",
    image="tiny",
    cpu=Cpu(count=1, max=2),
    memory=Memory(size=GIB, max=2 * GIB),
    disks={"data": Disk(size=GIB), "cd": Disk(device=DiskDevice.CDROM, path="a.iso"), "own": Disk(path="/a")},
    networks=[Nic(private=PrivateNic(network="a"))],
)


def seen(state: State = State.RUNNING) -> Observed:
    return Observed(name="web", provider="libvirt", state=state, applied=OLD)


def effects(state: State = State.RUNNING, **keys: Any) -> dict[str, Effect]:
    """What each difference would take, as `serai plan` asks it."""
    new = msgspec.structs.replace(OLD, **keys)
    found = changes(OLD, new, lambda key, old, value: verdict(new, seen(state), key, old, value))
    assert all(change.reason or change.effect is Effect.LIVE for change in found)
    return {change.key: change.effect for change in found}


def disks(**new: Disk | None) -> dict[str, Disk]:
    kept = {**OLD.disks, **new}
    return {name: disk for name, disk in kept.items() if disk is not None}


@pytest.mark.parametrize(
    ("size", "effect"),
    [(GIB // 2, Effect.LIVE), (2 * GIB, Effect.LIVE), (4 * GIB, Effect.RESTART)],
)
def test_memory_moves_up_to_its_max(size, effect):
    memory = Memory(size=size, max=2 * GIB)
    assert effects(memory=memory) == {"memory.size": effect}


def test_memory_without_a_balloon_does_not_shrink():
    old = msgspec.structs.replace(OLD, memory=Memory(size=GIB, balloon=False))
    new = msgspec.structs.replace(OLD, memory=Memory(size=GIB // 2, balloon=False))
    found = verdict(new, msgspec.structs.replace(seen(), applied=old), "memory.size", GIB, GIB // 2)
    assert found.effect is Effect.RESTART and "balloon" in found.reason


@pytest.mark.parametrize(("count", "effect"), [(2, Effect.LIVE), (3, Effect.RESTART)])
def test_cpus_come_up_to_their_max(count, effect):
    assert effects(cpu=Cpu(count=count, max=2)) == {"cpu.count": effect}


def test_pins_are_live_and_what_only_a_start_can_do_is_not():
    assert effects(cpu=Cpu(count=1, max=2, pin=Pin(cpus="0-1"))) == {"cpu.pin.cpus": Effect.LIVE}
    assert effects(cpu=Cpu(count=1, max=2, model="max")) == {"cpu.model": Effect.RESTART}
    found = effects(cpu=Cpu(count=1, max=2, pin=Pin(cpus="0", scheduler="fifo")))
    assert found["cpu.pin.scheduler"] is Effect.RESTART


@pytest.mark.parametrize(
    ("new", "wanted"),
    [
        (disks(more=Disk(size=GIB)), {"disks.more.size": Effect.LIVE}),
        (
            disks(more=Disk(size=GIB, bus=Bus.SCSI)),
            {"disks.more.size": Effect.LIVE, "disks.more.bus": Effect.LIVE},
        ),
        (
            disks(more=Disk(size=GIB, bus=Bus.SATA)),
            {"disks.more.size": Effect.RESTART, "disks.more.bus": Effect.RESTART},
        ),
        (disks(data=None), {"disks.data.size": Effect.LIVE}),
        (disks(data=Disk(size=2 * GIB)), {"disks.data.size": Effect.LIVE}),
        (disks(data=Disk(size=GIB // 2)), {"disks.data.size": Effect.IMMUTABLE}),
        (disks(own=Disk(path="/b")), {"disks.own.path": Effect.RECREATE}),
        (disks(cd=Disk(device=DiskDevice.CDROM, path="b.iso")), {"disks.cd.path": Effect.LIVE}),
        (disks(data=Disk(size=GIB, cache="none")), {"disks.data.cache": Effect.RESTART}),
        (disks(data=Disk(size=GIB, format="raw")), {"disks.data.format": Effect.RECREATE}),
        (disks(data=Disk(size=GIB, pool="fast")), {"disks.data.pool": Effect.RECREATE}),
        (disks(**{"pg.data": Disk(size=2 * GIB)}), {"disks.pg.data.size": Effect.LIVE}),
        (disks(root=Disk()), {"disks.root": Effect.LIVE}),
    ],
)
def test_disks(new, wanted):
    assert effects(disks=new) == wanted


@pytest.mark.parametrize(
    ("disk", "wanted"),
    [
        (Disk(size=GIB // 2), {"size": Effect.IMMUTABLE}),
        (Disk(size=GIB, format="raw"), {"format": Effect.RECREATE}),
        (Disk(size=GIB, cache="none"), {"cache": Effect.RESTART}),
        (None, {"size": Effect.LIVE}),
    ],
)
def test_the_name_of_a_disk_may_have_dots(disk, wanted):
    was = msgspec.structs.replace(OLD, disks={"pg.data": Disk(size=GIB)})
    now = msgspec.structs.replace(OLD, disks={"pg.data": disk} if disk else {})
    there = msgspec.structs.replace(seen(), applied=was)
    found = changes(was, now, lambda key, old, new: verdict(now, there, key, old, new))
    assert {change.key: change.effect for change in found} == {
        f"disks.pg.data.{field}": effect for field, effect in wanted.items()
    }


@pytest.mark.parametrize(
    ("nics", "wanted"),
    [
        ([*OLD.networks, Nic(private=PrivateNic(network="b"))], {"networks.private": Effect.LIVE}),
        ([], {"networks.private": Effect.LIVE}),
        ([Nic(private=PrivateNic(network="b"))], {"networks.private": Effect.RESTART}),
        (
            [*OLD.networks, Nic(forwarded_port=ForwardedPort(guest=80, host=8080))],
            {"networks.forwarded_port": Effect.LIVE},
        ),
        ([*OLD.networks, Nic(uplink=UplinkNic(type="none"))], {"networks.uplink": Effect.RESTART}),
    ],
)
def test_interfaces(nics, wanted):
    assert effects(networks=nics) == wanted


def test_what_only_libvirt_has():
    raw = Raw(libvirt=LibvirtRaw(uri="qemu:///session", autostart=True, title="Web", machine="pc"))
    assert effects(providers=raw) == {
        "providers.libvirt.autostart": Effect.LIVE,
        "providers.libvirt.machine": Effect.RESTART,
        "providers.libvirt.title": Effect.LIVE,
        "providers.libvirt.uri": Effect.IMMUTABLE,
    }


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("name", Effect.IMMUTABLE),
        ("image", Effect.RECREATE),
        ("secure_boot", Effect.RECREATE),
        ("guest.packages", Effect.LIVE),
        ("keep", Effect.LIVE),
        ("ssh.host_port", Effect.LIVE),
        ("hostname", Effect.RESTART),
        ("devices.usb", Effect.LIVE),
        ("devices.watchdog.action", Effect.RESTART),
        ("synced_folders.virtiofs", Effect.RESTART),
        ("synced_folders.rsync", Effect.LIVE),
        ("providers.qemu.args", Effect.LIVE),
        ("iothreads", Effect.RESTART),
    ],
)
def test_a_changed_key_of_a_running_machine(key, effect):
    found = verdict(OLD, seen(), key, None, None)
    assert found.effect is effect
    assert found.reason or effect is Effect.LIVE


def test_a_machine_that_is_off_needs_no_restart():
    found = effects(State.STOPPED, memory=Memory(size=4 * GIB, max=4 * GIB), cpu=Cpu(count=4, max=4))
    assert set(found.values()) == {Effect.LIVE}


def test_every_key_of_the_spec_has_a_verdict():
    """By the table, or by a rule: nothing is left to the last resort."""
    from serai.providers.libvirt.verdicts import RULES

    assert set(Machine.__struct_fields__) <= {key.partition(".")[0] for key in TABLE} | RULES.keys()


def test_the_table_names_only_keys_that_exist():
    for key in TABLE:
        value: Any = Machine()
        for part in key.split("."):
            assert part in value.__struct_fields__, key
            value = getattr(value, part)
